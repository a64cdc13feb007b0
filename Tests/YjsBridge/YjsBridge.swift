import Foundation
import Yjs

/// Drives the Yjs module from another program, for `Tests/System/yjs_interop`.
///
/// One command per line on standard input, words divided by blanks, bytes and text as hexadecimal digits (`-` for
/// none); one answer per line on standard output: `ok`, a blank and the result, or `error` and a description.
@main
struct YjsBridge {
    private var documents: [String: YDocument] = [:]

    static func main() {
        var bridge = YjsBridge()
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            var answer: String
            do {
                answer = "ok " + (try bridge.run(words))
            } catch {
                answer = "error \(error)"
            }
            answer += "\n"
            FileHandle.standardOutput.write(Data(answer.utf8))
        }
    }

    private mutating func run(_ words: [String]) throws -> String {
        var arguments = Arguments(words)
        switch try arguments.word() {
        case "new":
            documents[try arguments.word()] = YDocument()
            return ""
        case "apply":
            return try change(arguments.word()) { _ = try $0.apply(arguments.bytes()) }
        case "state":
            let document = try document(arguments.word())
            return hex(document.encodeState(from: try StateVector(decoding: arguments.bytes())))
        case "vector": return hex(try document(arguments.word()).stateVector.encoded())
        case "waits": return try document(arguments.word()).hasPendingData ? "yes" : "no"
        case "read": return try read(document(arguments.word()), &arguments)
        case "edit": return try edit(&arguments)
        case "sync": return try sync(&arguments)
        case "merge": return hex(try YUpdate.merge(arguments.allBytes()))
        case "diff":
            return hex(try YUpdate.diff(arguments.bytes(), from: StateVector(decoding: arguments.bytes())))
        case "vector-of": return hex(try YUpdate.encodeStateVector(of: arguments.bytes()))
        case "awareness":
            var table = Awareness()
            return hex(Awareness.encode(table.apply(try Awareness.decode(arguments.bytes()), now: .zero)))
        case let command: throw BridgeError.unknown(command)
        }
    }

    private func document(_ name: String) throws -> YDocument {
        guard let document = documents[name] else { throw BridgeError.unknown(name) }
        return document
    }

    private mutating func change(_ name: String, _ body: (inout YDocument) throws -> Void) throws -> String {
        var document = try document(name)
        try body(&document)
        documents[name] = document
        return ""
    }

    private func read(_ document: YDocument, _ arguments: inout Arguments) throws -> String {
        let kind = try arguments.word()
        let root = YTypeID.root(try arguments.text())
        switch kind {
        case "text": return hex(document.text(of: root))
        case "array": return hex(document.value(of: root, as: .array).jsonText)
        case "map": return hex(document.value(of: root, as: .map).jsonText)
        case "xml": return hex(document.xmlText(of: root))
        case "runs":
            let runs = document.runs(of: root).map { run -> YValue in
                let attributes = YEntry("attributes", .object(run.attributes))
                guard case .text(let text) = run.content else { return .object([attributes]) }
                return .object([YEntry("insert", .string(text)), attributes])
            }
            return hex(YValue.array(runs).jsonText)
        default: throw BridgeError.unknown(kind)
        }
    }

    private typealias Edit = (inout YEdit) throws(YjsError) -> Void

    /// `edit DOCUMENT CLIENT OPERATION ROOT …`; answers the update.
    private mutating func edit(_ arguments: inout Arguments) throws -> String {
        let (name, client) = (try arguments.word(), UInt64(try arguments.number()))
        let operation = try operation(&arguments)
        var document = try document(name)
        let update = try document.edit(as: client, operation).update
        documents[name] = document
        return hex(update)
    }

    private func operation(_ arguments: inout Arguments) throws -> Edit {
        let operation = try arguments.word()
        let root = YTypeID.root(try arguments.text())
        switch operation {
        case "insert-text":
            let (index, text) = (try arguments.number(), try arguments.text())
            return { (edit) throws(YjsError) in try edit.insert(text, at: index, in: root) }
        case "insert":
            let (index, value) = (try arguments.number(), try YValue(json: arguments.text()))
            return { (edit) throws(YjsError) in try edit.insert([value], at: index, in: root) }
        case "delete":
            let (index, length) = (try arguments.number(), try arguments.number())
            return { (edit) throws(YjsError) in try edit.delete(index..<index + length, in: root) }
        case "set":
            let (key, value) = (try arguments.text(), try YValue(json: arguments.text()))
            return { (edit) throws(YjsError) in try edit.set(value, forKey: key, in: root) }
        case "set-map":
            let (key, value) = (try arguments.text(), try YValue(json: arguments.text()))
            return { (edit) throws(YjsError) in
                try edit.set(value, forKey: "inner", in: edit.setType(.map, forKey: key, in: root))
            }
        case "remove":
            let key = try arguments.text()
            return { (edit) throws(YjsError) in try edit.remove(forKey: key, in: root) }
        default: throw BridgeError.unknown(operation)
        }
    }

    /// `sync DOCUMENT MESSAGE` answers the answer, if there is one; `sync DOCUMENT -` begins with step 1.
    private mutating func sync(_ arguments: inout Arguments) throws -> String {
        let name = try arguments.word()
        let message = try arguments.bytes()
        var document = try document(name)
        guard !message.isEmpty else {
            return hex(SyncMessage.step1(stateVector: document.stateVector.encoded()).encoded())
        }
        let outcome = try document.receive(SyncMessage(decoding: message))
        documents[name] = document
        return hex(outcome.answer?.encoded() ?? [])
    }
}
