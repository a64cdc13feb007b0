import CofferCore
import CofferHTTP
import CofferTesting
import Testing
import Yjs

extension HeaperClient {
    /// Runs a server with somebody who has the heap `HEAP`.
    static func withHeap(_ body: @escaping @Sendable (HeaperClient, Session) async throws -> Void) async throws {
        try await run { client in
            let ada = try await client.login()
            try await client.addHeap(as: ada)
            try await body(client, ada)
        }
    }

    /// Makes a heap `HEAP` with the index block `INDEX`, unless told otherwise.
    func addHeap(_ id: String = "HEAP", index: String = "INDEX", as session: Session) async throws {
        let body: JSONValue = ["id": .string(id), "heap_id": .string(index), "name": "A heap"]
        let answer = try await post("/api/heap/add", body, as: session)
        try #require(answer.status == 200, "\(answer.text)")
    }

    /// Makes a block.
    func addBlock(
        _ id: String,
        type: String = "note",
        title: String = "",
        in heap: String = "HEAP",
        as session: Session
    ) async throws {
        let body: JSONValue = [
            "workspace_id": .string(heap), "id": .string(id), "type": .string(type), "title": .string(title),
        ]
        let answer = try await post("/api/insert_block", body, as: session)
        try #require(answer.status == 200, "\(answer.text)")
    }

    /// Takes blocks to the trash.
    func trash(_ ids: String..., as session: Session) async throws {
        let answer = try await post("/api/delete_block", ["block_ids": .array(ids.map { .string($0) })], as: session)
        try #require(answer.status == 200, "\(answer.text)")
    }

    /// Takes blocks to the trash and empties it.
    func purge(_ ids: String..., in heap: String = "HEAP", as session: Session) async throws {
        let body: JSONValue = ["block_ids": .array(ids.map { .string($0) })]
        try #require(try await post("/api/delete_block", body, as: session).status == 200)
        let answer = try await send("DELETE", "/api/trash/\(heap)", body, as: session)
        try #require(answer.json?["deleted"] == .integer(ids.count), "\(answer.text)")
    }

    /// Pushes entries and returns the results.
    func push(_ entries: JSONValue..., as session: Session) async throws -> [JSONValue] {
        let answer = try await post("/api/sync/push", ["blocks": .array(entries)], as: session)
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.heaperList("results")
    }

    /// Pulls entries and returns the results.
    func pull(_ entries: JSONValue..., as session: Session) async throws -> [JSONValue] {
        let answer = try await post("/api/sync/pull", ["blocks": .array(entries)], as: session)
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.heaperList("results")
    }

    /// Pulls blocks whole and returns the results.
    func pull(_ ids: [String], as session: Session) async throws -> [JSONValue] {
        let entries = ids.map { JSONValue.object([.init("block_id", .string($0))]) }
        let answer = try await post("/api/sync/pull", ["blocks": .array(entries)], as: session)
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.heaperList("results")
    }
}

/// A Yjs client's copy of a document.
struct HeaperCopy {
    var document = YDocument()
    let client: UInt64

    init(client: UInt64 = 1) {
        self.client = client
    }

    /// Types into the text `t` and returns the update.
    mutating func type(_ text: String) throws -> [UInt8] {
        let position = document.text(of: .root("t")).utf16.count
        return try document.edit(as: client) { edit in try edit.insert(text, at: position, in: .root("t")) }.update
    }

    var text: String { document.text(of: .root("t")) }
    var stateVector: String { Base64.encode(document.stateVector.encoded()) }
}

/// An entry of a push.
func heaperEntry(
    _ block: String,
    _ update: [UInt8],
    in heap: String? = "HEAP",
    more: [JSONValue.Member] = []
) -> JSONValue {
    var members: [JSONValue.Member] = [
        .init("block_id", .string(block)), .init("update", .string(Base64.encode(update))),
    ]
    if let heap { members.append(.init("workspace_id", .string(heap))) }
    return .object(members + more)
}

extension TestResponse {
    /// A member that must be an array.
    func heaperList(_ name: String) throws -> [JSONValue] {
        guard case .array(let values)? = json?[name] else { throw HeaperUnexpectedAnswer(text: text) }
        return values
    }
}

extension JSONValue {
    /// The texts of a member in each element.
    static func texts(_ name: String, of values: [JSONValue]) -> [String] {
        values.compactMap { value in
            if case .string(let text)? = value[name] { text } else { nil }
        }
    }

    /// The bytes of a Base64 member.
    func bytes(_ name: String) throws -> [UInt8] {
        guard case .string(let text)? = self[name] else { throw HeaperUnexpectedAnswer(text: "\(self)") }
        return Base64.decodeLenient(text)
    }

    /// The names of an object's members.
    var names: [String] {
        if case .object(let members) = self { members.map(\.name) } else { [] }
    }
}
