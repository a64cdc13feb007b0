import CofferCore
import CofferHTTP
import CofferTesting
import Testing
import Yjs

/// What holds over several routes (contract, section 10).
@Suite("Heaper: invariants", .serialized, .timeLimit(.minutes(20)))
struct HeaperInvariantTests {
    typealias Socket = HeaperSocket

    @Test func pushIsSeenEverywhereBeforeItsAnswer() async throws {
        try await HeaperClient.run { client in
            let (session, heap, name) = try await client.liveBlock()
            var copy = HeaperCopy()
            _ = try await client.push(heaperEntry("block1", try copy.type("0"), in: heap), as: session)
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                for number in 1...20 {
                    let update = try copy.type("\(number)")
                    let before = try await client.get("/api/sync/delta?workspace_id=\(heap)", as: session)
                    let since = try before.heaperInteger("server_time")
                    _ = try await client.push(heaperEntry("block1", update, in: heap), as: session)
                    // What is asked now is answered after what was sent before.
                    try await socket.send(Socket.queryAwareness(name))
                    try await socket.expect(Socket.update(name, update))
                    #expect(try await socket.states(name) == [])
                    let pulled = try #require(try await client.pull(["block_id": "block1"], as: session).first)
                    #expect(pulled["state_vector"] == .string(copy.stateVector))
                    let delta = try await client.get(
                        "/api/sync/delta?workspace_id=\(heap)&since=\(since)",
                        as: session
                    )
                    #expect(JSONValue.texts("block_id", of: try delta.heaperList("changed_blocks")) == ["block1"])
                }
            }
        }
    }

    /// A document with a tag and a text.
    private static func document() throws -> [UInt8] {
        var document = YDocument()
        return try document.edit(as: 5) { edit in
            try edit.set(.object([YEntry("type", .string("tag"))]), forKey: "TAG", in: .root("relations_v1"))
            let content = YTypeID.root("content_v0")
            let paragraph = try edit.insertType(.xmlElement, name: "paragraph", at: 0, in: content)
            let text = try edit.insertType(.xmlText, at: 0, in: paragraph)
            try edit.insert("Grüße ✓", at: 0, in: text)
        }.update
    }

    private static func shown(
        _ client: HeaperClient,
        _ id: String,
        _ session: HeaperClient.Session
    ) async throws
        -> JSONValue
    {
        let answer = try await client.post("/api/block/\(id)", as: session)
        try #require(answer.status == 200, "\(answer.text)")
        return try #require(answer.json?["block"])
    }

    @Test func restoredBlocksHaveTheirContentFilesAndRelations() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeFilePlace(block: "A")
            let ada = place.session
            try await client.addBlock("TAG", type: "tag", title: "A tag", in: place.heap, as: ada)
            try await client.addBlock("A", title: "Title", in: place.heap, as: ada)
            _ = try await client.push(heaperEntry("A", try Self.document(), in: place.heap), as: ada)
            let file = HeaperClient.bytes(100_000)
            try await client.upload(file, to: place)
            let before = try await Self.shown(client, "A", ada)
            #expect(before["tags"] == ["TAG"])
            #expect(before["content"] == "Grüße ✓")
            guard case .array(let files)? = before["files"], case .array(let relations)? = before["relations"] else {
                throw HeaperUnexpectedAnswer(text: "\(before)")
            }
            #expect(files.count == 1 && relations.count == 1)
            // Either end of the relation may go, and both.
            for trashed in [["A"], ["TAG"], ["A", "TAG"]] {
                let ids = JSONValue.array(trashed.map { .string($0) })
                _ = try await client.post("/api/delete_block", ["block_ids": ids], as: ada)
                let hidden = try await Self.shown(client, "A", ada)
                #expect(hidden["relations"] == [])
                #expect(hidden["tags"] == [])
                let answer = try await client.post("/api/trash/\(place.heap)/restore", ["block_ids": ids], as: ada)
                #expect(answer.json?["restored"] == ids)
                let after = try await Self.shown(client, "A", ada)
                for name in ["title", "title_doc", "text_doc", "content", "relations", "files", "tags", "deleted_at"] {
                    #expect(after[name] == before[name], "\(name) after \(trashed)")
                }
                #expect(try await client.raw("A", as: ada).body == file)
            }
        }
    }

    @Test func sameBytesAreStoredOnceAndFreedWithTheirLastBlock() async throws {
        try await HeaperClient.run { client in
            let file = HeaperClient.bytes(150_000)
            let ada = try await client.makeFilePlace(block: "ada-block")
            let bob = try await client.makeFilePlace(block: "bob-block")
            #expect(try await client.uploadFile(file, to: ada).heaperText("status") == "uploaded")
            try await client.upload(file, to: bob)
            try await client.upload(file, to: ada.at("ada-other"))
            #expect(try await client.eventually { try await client.storedBlobs().count == 1 })
            var freed: [JSONValue?] = []
            for (place, block) in [(ada, "ada-block"), (bob, "bob-block")] {
                freed.append(try await Self.purge(block, in: place, client))
                #expect(try await client.raw(block, as: place.session).status == 404)
                #expect(try await client.raw("ada-other", as: ada.session).body == file)
                #expect(try await client.storedBlobs().count == 1)
            }
            freed.append(try await Self.purge("ada-other", in: ada, client))
            #expect(freed == [0, 0, 150_000])
            // Whoever read them last may not have let go yet.
            #expect(try await client.eventually { try await client.storedBlobs().isEmpty })
            #expect(try await client.uploadFile(file, to: bob.at("bob-other")).heaperText("status") == "uploaded")
            #expect(try await client.raw("bob-other", as: bob.session).body == file)
        }
    }

    /// - Returns: how many bytes that freed.
    private static func purge(
        _ block: String,
        in place: HeaperClient.FilePlace,
        _ client: HeaperClient
    ) async throws -> JSONValue? {
        try await client.trash(block, as: place.session)
        return try await client.send("DELETE", "/api/trash/\(place.heap)", as: place.session).json?["freed_bytes"]
    }
}
