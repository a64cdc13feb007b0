import CofferCore
import CofferHTTP
import CofferTesting
import Testing
import Yjs

@Suite("Heaper: trash, restore and purge", .serialized, .timeLimit(.minutes(20)))
struct HeaperTrashTests {
    private func withBlocks(
        _ body: @escaping @Sendable (HeaperClient, HeaperClient.Session) async throws -> Void
    ) async throws {
        try await HeaperClient.withHeap { client, ada in
            for id in ["A", "B", "C"] { try await client.addBlock(id, title: "Title \(id)", as: ada) }
            try await body(client, ada)
        }
    }

    @Test func newestDeletionComesFirst() async throws {
        try await withBlocks { client, ada in
            for id in ["B", "C", "A"] {
                client.clock.advance(by: .seconds(1))
                try await client.trash(id, as: ada)
            }
            let answer = try await client.get("/api/trash/INDEX?limit=2", as: ada)
            #expect(answer.status == 200)
            #expect(answer.json?.names == ["success", "blocks", "total", "has_more"])
            let blocks = try answer.heaperList("blocks")
            #expect(JSONValue.texts("id", of: blocks) == ["A", "C"])
            #expect(blocks.first?["deleted_at"] == "2023-11-14T22:13:23.000Z")
            #expect(answer.json?["total"] == 3)
            #expect(answer.json?["has_more"] == true)
            let rest = try await client.get("/api/trash/HEAP?offset=2", as: ada)
            #expect(JSONValue.texts("id", of: try rest.heaperList("blocks")) == ["B"])
            #expect(rest.json?["has_more"] == false)
            #expect(try await client.post("/api/heap_count", ["heap_id": "HEAP"], as: ada).json?["total"] == 0)
        }
    }

    @Test func restoredHasWhatItHad() async throws {
        try await withBlocks { client, ada in
            var copy = HeaperCopy()
            _ = try await client.push(heaperEntry("A", try copy.type("Hello")), as: ada)
            let before = try await client.post("/api/block/A", as: ada)
            try await client.trash("A", as: ada)
            try await client.purge("B", as: ada)
            let body: JSONValue = ["block_ids": ["A", "B", "C", "UNKNOWN"]]
            let answer = try await client.post("/api/trash/HEAP/restore", body, as: ada)
            #expect(answer.json == ["success": true, "restored": ["A", "C"], "not_found": ["B", "UNKNOWN"]])
            let after = try await client.post("/api/block/A", as: ada)
            for name in ["title", "title_doc", "text_doc", "content", "relations", "files", "tags", "deleted_at"] {
                #expect(after.json?["block"]?[name] == before.json?["block"]?[name], "\(name)")
            }
            let pulled = try #require(try await client.pull(["block_id": "A"], as: ada).first)
            var other = HeaperCopy(client: 2)
            try other.document.apply(try pulled.bytes("update"))
            #expect(other.text == "Hello")
        }
    }

    @Test(arguments: ["block_ids", "block_id", "ids"])
    func restoreTakesAnyName(_ name: String) async throws {
        try await withBlocks { client, ada in
            try await client.trash("A", as: ada)
            let body: JSONValue = .object([.init(name, "A")])
            let answer = try await client.post("/api/trash/HEAP/restore", body, as: ada)
            #expect(answer.json?["restored"] == ["A"])
            #expect(try await client.get("/api/trash/HEAP", as: ada).json?["total"] == 0)
        }
    }

    @Test func emptyingLeavesNothingButMarkers() async throws {
        try await withBlocks { client, ada in
            try await client.trash("A", "B", as: ada)
            let one = try await client.send("DELETE", "/api/trash/HEAP", ["block_ids": ["B", "C"]], as: ada)
            #expect(one.json == ["success": true, "deleted": 1, "block_ids": ["B"], "freed_bytes": 0])
            let all = try await client.send("DELETE", "/api/trash/HEAP", as: ada)
            #expect(all.json == ["success": true, "deleted": 1, "block_ids": ["A"], "freed_bytes": 0])
            let none = try await client.send("DELETE", "/api/trash/HEAP", as: ada)
            #expect(none.json == ["success": true, "deleted": 0, "block_ids": [], "freed_bytes": 0])
            #expect(try await client.post("/api/block/A", as: ada).status == 404)
            let insert = try await client.post("/api/insert_block", ["workspace_id": "HEAP", "id": "A"], as: ada)
            #expect(insert.status == 409)
            let deletion = try await client.post("/api/delete_block", ["id": "A"], as: ada)
            #expect(deletion.status == 404)
        }
    }

    @Test func markersAreForgottenAfterHalfAYear() async throws {
        try await HeaperClient.restart(away: .seconds(181 * 86_400)) { client in
            let ada = try await client.login()
            try await client.addHeap(as: ada)
            try await client.addBlock("A", as: ada)
            try await client.purge("A", as: ada)
            return ada.key
        } after: { client, key in
            let ada = try await client.login(key)
            var total: JSONValue?
            repeat {
                total = try await client.get("/api/sync/delta?workspace_id=HEAP", as: ada).json?["total_deleted"]
            } while total == 1
            #expect(total == 0)
        }
    }

    @Test func restoredMeansNotPurgedAtTheSameTime() async throws {
        try await withBlocks { client, ada in
            let ids = (0..<30).map { "R\($0)" }
            for id in ids { try await client.addBlock(id, as: ada) }
            let body: JSONValue = ["block_ids": .array(ids.map { .string($0) })]
            _ = try await client.post("/api/delete_block", body, as: ada)
            async let emptied = client.send("DELETE", "/api/trash/HEAP", as: ada)
            async let answered = client.post("/api/trash/HEAP/restore", body, as: ada)
            let (restored, gone) = (try await answered, try await emptied)
            let names = JSONValue.texts(
                "block_id",
                of: try await client.pull(ids, as: ada).filter { $0["deleted"] == nil }
            )
            #expect(restored.json?["restored"] == .array(names.map { .string($0) }))
            #expect(gone.json?["deleted"] == .integer(ids.count - names.count))
            let missing = ids.filter { !names.contains($0) }
            #expect(restored.json?["not_found"] == .array(missing.map { .string($0) }))
        }
    }

    @Test func malformedRestoreIs400() async throws {
        try await withBlocks { client, ada in
            for body in [[:], ["block_ids": 5], ["block_ids": ["a b"]]] as [JSONValue] {
                let answer = try await client.post("/api/trash/HEAP/restore", body, as: ada)
                #expect(answer.status == 400)
                #expect(answer.heaperCode == "malformed")
            }
        }
    }
}
