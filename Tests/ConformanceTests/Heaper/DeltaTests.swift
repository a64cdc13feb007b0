import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: GET /api/sync/delta", .serialized, .timeLimit(.minutes(20)))
struct HeaperDeltaTests {
    private struct Page {
        var changed: [String]
        var deleted: [String]
        var time: Int64
        var hasMore: Bool
    }

    private func page(_ client: HeaperClient, _ query: String, as session: HeaperClient.Session) async throws -> Page {
        let answer = try await client.get("/api/sync/delta?workspace_id=HEAP\(query)", as: session)
        try #require(answer.status == 200, "\(answer.text)")
        return Page(
            changed: JSONValue.texts("block_id", of: try answer.heaperList("changed_blocks")),
            deleted: JSONValue.texts("block_id", of: try answer.heaperList("deleted_blocks")),
            time: try answer.heaperInteger("server_time"),
            hasMore: answer.json?["has_more"] == true
        )
    }

    @Test func emptyChangeIsToldWhole() async throws {
        try await HeaperClient.withHeap { client, ada in
            client.clock.advance(by: .seconds(1))
            try await client.addBlock("A", title: "Title", as: ada)
            client.clock.advance(by: .seconds(1))
            for since in ["", "&since=x", "&since=-5", "&since=0"] {
                let answer = try await client.get("/api/sync/delta?workspace_id=INDEX\(since)", as: ada)
                #expect(answer.status == 200)
                #expect(
                    answer.json?.names == [
                        "changed_blocks", "deleted_blocks", "server_time", "has_more", "total_changed", "total_deleted",
                    ]
                )
                let blocks = try answer.heaperList("changed_blocks")
                #expect(JSONValue.texts("block_id", of: blocks) == ["INDEX", "A"])
                let block = try #require(blocks.last)
                #expect(block["workspace_id"] == "HEAP")
                #expect(block["sync_version"] == 1)
                #expect(block["type"] == "note")
                #expect(block["title"] == "Title")
                #expect(answer.json?["has_more"] == false)
                #expect(answer.json?["total_changed"] == 2)
                #expect(answer.json?["total_deleted"] == 0)
                let time = try answer.heaperInteger("server_time")
                #expect(try await page(client, "&since=\(time)", as: ada).changed.isEmpty)
            }
        }
    }

    @Test(arguments: [1, 2, 3, 7])
    func pagesListEachBlockOnce(_ limit: Int) async throws {
        try await HeaperClient.withHeap { client, ada in
            for number in 0..<9 {
                try await client.addBlock("B\(number)", as: ada)
                if number % 2 == 0 { client.clock.advance(by: .milliseconds(1)) }
            }
            try await client.trash("B3", "B4", as: ada)
            try await client.purge("B5", as: ada)
            var changed: [String] = []
            var deleted: [String] = []
            var since: Int64 = 0
            var hasMore = true
            while hasMore {
                let page = try await page(client, "&since=\(since)&limit=\(limit)", as: ada)
                #expect(page.changed.count + page.deleted.count <= limit)
                changed += page.changed
                deleted += page.deleted
                (since, hasMore) = (page.time, page.hasMore)
            }
            #expect(changed.sorted() == ["B0", "B1", "B2", "B6", "B7", "B8", "INDEX"])
            #expect(deleted.sorted() == ["B3", "B4", "B5"])
            try await client.addBlock("LATE", as: ada)
            #expect(try await page(client, "&since=\(since)", as: ada).changed == ["LATE"])
        }
    }

    @Test func trashedIsDeletedAndRestoredIsChanged() async throws {
        try await HeaperClient.withHeap { client, ada in
            try await client.addBlock("A", as: ada)
            var since = try await page(client, "", as: ada).time
            client.clock.advance(by: .seconds(1))
            try await client.trash("A", as: ada)
            let answer = try await client.get("/api/sync/delta?workspace_id=HEAP&since=\(since)", as: ada)
            #expect(
                try answer.heaperList("deleted_blocks") == [
                    [
                        "block_id": "A", "workspace_id": "HEAP",
                        "deleted_at": .integer(HeaperClient.start.milliseconds + 1000), "permanent": false,
                    ]
                ]
            )
            since = try answer.heaperInteger("server_time")
            #expect(try await client.post("/api/trash/HEAP/restore", ["block_id": "A"], as: ada).status == 200)
            var page = try await page(client, "&since=\(since)", as: ada)
            #expect(page.changed == ["A"])
            #expect(page.deleted.isEmpty)
            try await client.purge("A", as: ada)
            let gone = try await client.get("/api/sync/delta?workspace_id=HEAP&since=\(page.time)", as: ada)
            #expect(try gone.heaperList("deleted_blocks").first?["permanent"] == true)
            page = try await self.page(client, "", as: ada)
            #expect(page.changed == ["INDEX"])
            #expect(page.deleted == ["A"])
        }
    }

    @Test func tooOldIsAnsweredWithEverything() async throws {
        try await HeaperClient.run { client in
            let key = HeaperClient.Key()
            var ada = try await client.login(key)
            try await client.addHeap(as: ada)
            try await client.addBlock("A", as: ada)
            try await client.addBlock("B", as: ada)
            client.clock.advance(by: .seconds(1))
            let since = try await page(client, "", as: ada).time
            client.clock.advance(by: .seconds(181 * 86_400))
            ada = try await client.login(key)
            let answer = try await client.get("/api/sync/delta?workspace_id=HEAP&since=\(since)", as: ada)
            #expect(answer.json?["full_resync"] == true)
            #expect(try answer.heaperList("changed_blocks").count == 3)
            // A listing from the beginning comes to its end all the same.
            let first = try await page(client, "&limit=2", as: ada)
            #expect(first.hasMore)
            let rest = try await client.get("/api/sync/delta?workspace_id=HEAP&since=\(first.time)&limit=2", as: ada)
            #expect(rest.json?["full_resync"] == nil)
            #expect(JSONValue.texts("block_id", of: try rest.heaperList("changed_blocks")) == ["B"])
        }
    }

    @Test func workspaceIsRequired() async throws {
        try await HeaperClient.run { client in
            let ada = try await client.login()
            let answer = try await client.get("/api/sync/delta", as: ada)
            #expect(answer.status == 400)
            #expect(answer.heaperCode == "malformed")
            #expect(try await client.get("/api/sync/delta?workspace_id=X", as: ada).status == 404)
            #expect(try await client.get("/api/sync/delta?workspace_id=X").status == 401)
        }
    }
}
