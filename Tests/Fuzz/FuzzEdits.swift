@testable import Yjs

extension FuzzEntryPoints {
    /// Edits of our own on top of any document: whoever had the document before comes to the same one by the update.
    static func edit(_ input: FuzzInput) {
        var document = YDocument(collectsGarbage: input.options & 1 == 0)
        for part in input.parts.dropLast() { _ = try? document.apply(part) }
        guard let script = input.parts.last else { return }
        let names = document.rootNames + ["t", "m"]
        var before = document
        var operations = script[...]
        let commit = try? document.edit(as: 1 << 40) { (edit) throws(YjsError) in
            while operations.count >= 4 {
                let (kind, name) = (operations.removeFirst(), names[Int(operations.removeFirst()) % names.count])
                let (index, length) = (Int(operations.removeFirst()), Int(operations.removeFirst() % 16))
                try run(kind, .root(name), index, length, &edit)
            }
        }
        guard let commit else {
            require(document.encodeState() == before.encodeState(), "a failed edit changed the document")
            return
        }
        requireNone(RoundTrip.problems(of: document))
        // Without garbage collection deleted text keeps its characters, cut where the edits cut it and no delete does.
        guard input.options & 1 == 0 else { return }
        require((try? before.apply(commit.update)) != nil, "an edit's update is refused")
        require(before.stateVector == document.stateVector, "an edit's update leads to other clocks")
        require(ReadableView(before) == ReadableView(document), "an edit's update leads to another view")
        require(before.encodeState() == document.encodeState(), "an edit's update leads to another state")
    }

    private static func run(
        _ kind: UInt8,
        _ type: YTypeID,
        _ index: Int,
        _ length: Int,
        _ edit: inout YEdit
    ) throws(YjsError) {
        switch kind % 6 {
        case 0: try edit.insert(String(repeating: "aä\u{1D11E}", count: length / 3 + 1), at: index % 64, in: type)
        case 1: try edit.insert((0..<length).map { .number(Double($0)) }, at: index % 64, in: type)
        case 2: try edit.delete(index % 64..<index % 64 + length, in: type)
        case 3: try edit.set(.number(Double(length)), forKey: "k\(index % 4)", in: type)
        case 4: try edit.remove(forKey: "k\(index % 4)", in: type)
        default:
            let nested = try edit.setType(index % 2 == 0 ? .map : .text, forKey: "k\(index % 4)", in: type)
            if index % 2 == 0 {
                try edit.set(.string("v"), forKey: "n", in: nested)
            } else {
                try edit.insert("nested", at: 0, in: nested)
            }
        }
    }
}
