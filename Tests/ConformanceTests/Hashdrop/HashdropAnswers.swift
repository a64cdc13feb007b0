import CofferHTTP
import CofferTesting
import Foundation
import NIOCore
import Testing

struct HashdropUnexpectedAnswer: Error {
    let text: String
}

extension TestResponse {
    func hashdropText(_ member: String) throws -> String {
        guard case .string(let text)? = json?[member] else { throw HashdropUnexpectedAnswer(text: text) }
        return text
    }

    /// The names of an object's members, in order.
    var hashdropNames: [String] {
        if case .object(let members)? = json { members.map(\.name) } else { [] }
    }

    var hashdropItems: [JSONValue] {
        if case .array(let items)? = json { items } else { [] }
    }

    /// One member of every object in an array.
    func hashdropColumn(_ member: String) -> [String] {
        hashdropItems.compactMap { item in
            if case .string(let text)? = item[member] { text } else { nil }
        }
    }

    /// Checks that this is a plain text error as this API has them.
    func expectRefusal(_ status: Int, _ sentence: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.status == status, sourceLocation: sourceLocation)
        #expect(text == sentence + "\n", sourceLocation: sourceLocation)
        #expect(header("content-type") == "text/plain; charset=utf-8", sourceLocation: sourceLocation)
        #expect(header("x-content-type-options") == "nosniff", sourceLocation: sourceLocation)
        #expect(header("www-authenticate") == nil, sourceLocation: sourceLocation)
    }

    /// Checks that this is an error of the object store.
    func expectObjectRefusal(_ status: Int, _ code: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.status == status, sourceLocation: sourceLocation)
        #expect(header("content-type") == "application/xml", sourceLocation: sourceLocation)
        #expect(text.hasPrefix("<?xml"), sourceLocation: sourceLocation)
        #expect(text.contains("<Code>\(code)</Code>"), "\(text)", sourceLocation: sourceLocation)
    }

    /// Checks a compact JSON answer whole.
    func expectJSON200(_ json: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(status == 200, "\(text)", sourceLocation: sourceLocation)
        #expect(text == json, sourceLocation: sourceLocation)
        #expect(header("content-type") == "application/json", sourceLocation: sourceLocation)
    }
}

// MARK: - States and values

extension HashdropClient {
    /// The names of the files that hold stored bytes.
    var storedFiles: [String] {
        let root = "\(server.dataPath)/blobs/objects"
        return names(in: root).flatMap { names(in: "\(root)/\($0)") }
    }

    /// The names of the files that are still being written.
    var incomingFiles: [String] { names(in: "\(server.dataPath)/blobs/incoming") }

    private func names(in directory: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return all.filter { !$0.hasPrefix(".") }
    }

    /// Whether no byte of an upload is on the disk any more, soon.
    func hasNothingStored() async throws -> Bool {
        try await eventually { storedFiles.isEmpty && incomingFiles.isEmpty }
    }

    /// Asks again until it is so, for at most a minute.
    func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            if try await condition() { return true }
            if ContinuousClock.now >= deadline { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Runs the same work many times at once; the results come in the order of their numbers.
    func parallel<Value: Sendable>(
        _ count: Int,
        _ work: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            for number in 0..<count { group.addTask { (number, try await work(number)) } }
            var results: [(Int, Value)] = []
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Bytes that show where they belong.
    static func bytes(_ count: Int, seed: Int = 1) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8) &+ seed) }
    }
}
