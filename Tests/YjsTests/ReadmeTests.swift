import Foundation
import Testing
import Yjs

@Suite("Example of the README")
struct ReadmeTests {
    /// The example, line by line, with what it says it prints.
    @Test func exampleWorks() throws {
        var printed: [String] = []
        func print(_ value: Any) { printed.append("\(value)") }
        // Begin of the example.

        // A document on a server, and a copy of it somewhere else.
        var server = YDocument()
        var client = YDocument()

        // An edit is a transaction and yields one update.
        let commit = try server.edit(as: 1) { edit in
            try edit.insert("Hello", at: 0, in: .root("text"))
            let file = try edit.setType(.map, forKey: "a.txt", in: .root("files"))
            try edit.set(.number(12), forKey: "size", in: file)
        }

        // Updates may come in any order and any number of times.
        let change = try client.apply(commit.update)
        print(change.roots)  // ["files", "text"]

        // Whoever was away says what they have and gets the rest.
        try client.edit(as: 2) { edit in
            try edit.insert(", world", at: 5, in: .root("text"))
        }
        let missing = client.encodeState(from: server.stateVector)
        try server.apply(missing)
        print(server.text(of: .root("text")))  // Hello, world

        // Updates are merged and cut without a document.
        let log = try YUpdate.merge([commit.update, missing])
        let copy = try YDocument(state: log)
        print(copy.value(of: .root("files"), as: .map).jsonText)  // {"a.txt":{"size":12}}
        // End of the example.
        let example = try lines(of: Self.ownFile).filter { !$0.isEmpty }
        let promised = example.compactMap { $0.components(separatedBy: ")  // ").dropFirst().first }
        #expect(printed == promised)
    }

    @Test func exampleIsInTheReadme() throws {
        let example = try lines(of: Self.ownFile)
        let readme = try String(contentsOf: Self.readme, encoding: .utf8)
        let block = try #require(readme.components(separatedBy: "```swift\nimport Yjs\n").dropFirst().first)
        let code = try #require(block.components(separatedBy: "```").first)
        #expect(code == example.joined(separator: "\n") + "\n")
        #expect(example.count > 20)
    }

    private static let ownFile = URL(filePath: #filePath)
    private static let readme = ownFile.deletingLastPathComponent()
        .appending(path: "../../Sources/Yjs/README.md").standardizedFileURL

    /// The lines of the example in this file, without their indentation.
    private func lines(of file: URL) throws -> [String] {
        let text = try String(contentsOf: file, encoding: .utf8)
        let between = text.components(separatedBy: "// Begin of the example.\n")[1]
        let body = between.components(separatedBy: "\n        // End of the example.")[0]
        return body.components(separatedBy: "\n").map { String($0.drop { $0 == " " }.isEmpty ? "" : $0.dropFirst(8)) }
    }
}
