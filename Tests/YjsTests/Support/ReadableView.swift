@testable import Yjs

/// Everything that the readers show of a document, as text.
///
/// Root types have no kind, so each is read as every kind. A root without content is left out: a state does not
/// mention it.
struct ReadableView: Equatable, CustomStringConvertible {
    let description: String

    init(_ document: YDocument) {
        description = document.rootNames.map { name in
            let view = Self.view(of: .root(name), in: document)
            return view == Self.emptyView ? "" : name + view
        }.joined()
    }

    private static let emptyView = view(of: .root(""), in: YDocument())

    private static func view(of root: YTypeID, in document: YDocument) -> String {
        let runs = document.runs(of: root).map { run -> String in
            let attributes = YValue.object(run.attributes).jsonText
            if case .text(let text) = run.content { return attributes + YValue.string(text).jsonText }
            return attributes + "?"
        }
        return """

              list \(document.value(of: root, as: .array).jsonText)
              map \(document.value(of: root, as: .map).jsonText)
              runs \(runs.joined(separator: " "))
              markup \(document.xmlText(of: root))
              plain \(document.plainText(of: root))
              nodes \(document.proseMirrorDocument(of: root).jsonText)

            """
    }

    static func == (left: ReadableView, right: ReadableView) -> Bool {
        left.description.utf8.elementsEqual(right.description.utf8)
    }
}
