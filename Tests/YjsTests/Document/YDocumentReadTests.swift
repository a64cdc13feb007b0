import Foundation
import Testing

@testable import Yjs

@Suite("Reading values")
struct YDocumentReadTests {
    /// The readable view that was recorded beside each log.
    private func view(_ document: YDocument) -> String {
        let runs = document.runs(of: .root("t")).map { run -> YValue in
            var entries: [YEntry] = []
            if !run.attributes.isEmpty { entries.append(YEntry("attributes", .object(run.attributes))) }
            if case .text(let text) = run.content { entries.append(YEntry("insert", .string(text))) }
            return .object(entries)
        }
        return YValue.object([
            YEntry("a", wrapped(document.value(of: .root("a"), as: .array))),
            YEntry("m", wrapped(document.value(of: .root("m"), as: .map))),
            YEntry("t", .array(runs)),
            YEntry("x", .string(document.xmlText(of: .root("x")))),
        ]).jsonText
    }

    /// Bytes as the view shows them.
    private func wrapped(_ value: YValue) -> YValue {
        switch value {
        case .bytes(let bytes): .object([YEntry("$bin", .string(Data(bytes).base64EncodedString()))])
        case .array(let elements): .array(elements.map(wrapped))
        case .object(let entries): .object(entries.map { YEntry($0.key, wrapped($0.value)) })
        default: value
        }
    }

    @Test(arguments: Vector.all)
    func viewMatchesTheReference(_ vector: Vector) throws {
        for updates in [vector.log, vector.shuffled, [Array(vector.state)], [Array(vector.overlap)]] {
            var document = YDocument(collectsGarbage: vector.gc)
            for update in updates { try document.apply(update) }
            #expect(view(document) == vector.view)
        }
    }

    @Test(arguments: Vector.all)
    func version2IsConverted(_ vector: Vector) throws {
        let converted = try UpdateV2.convert(Array(vector.stateV2), limits: .network)
        expectSame(converted, Array(vector.state))
        var document = YDocument(collectsGarbage: vector.gc)
        try document.apply(Array(vector.stateV2))
        expectSame(document.encodeState(), Array(vector.state))
    }

    @Test func keysThatUnicodeCallsEqualStayApart() throws {
        var document = YDocument()
        try document.edit(as: 1) { edit in
            try edit.set(.number(1), forKey: "\u{E9}", in: .root("m"))
            try edit.set(.number(2), forKey: "e\u{301}", in: .root("m"))
        }
        #expect(document.entries(of: .root("m")).count == 2)
        #expect(document.value(forKey: "\u{E9}", in: .root("m")) == .value(.number(1)))
        #expect(document.value(forKey: "e\u{301}", in: .root("m")) == .value(.number(2)))
    }
}
