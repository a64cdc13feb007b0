import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/heap, /api/heap_count, GET /api/heap/stats", .serialized, .timeLimit(.minutes(20)))
struct HeaperHeapListTests {
    private func withBlocks(
        _ body: @escaping @Sendable (HeaperClient, HeaperClient.Session) async throws -> Void
    ) async throws {
        try await HeaperClient.withHeap { client, ada in
            for (id, type) in [("A", "note"), ("B", "tag"), ("C", "note"), ("D", "note")] {
                client.clock.advance(by: .milliseconds(5))
                try await client.addBlock(id, type: type, as: ada)
            }
            try await body(client, ada)
        }
    }

    private func ids(_ answer: [JSONValue]) -> [String] { JSONValue.texts("id", of: answer) }

    @Test(arguments: ["HEAP", "INDEX"])
    func newestComeFirstWithoutTheIndexBlock(_ heap: String) async throws {
        try await withBlocks { client, ada in
            let answer = try await client.post("/api/heap", ["heap_id": .string(heap)], as: ada)
            #expect(answer.status == 200)
            #expect(ids(try answer.heaperList("blocks")) == ["D", "C", "B", "A"])
            #expect(answer.json?["success"] == true)
            #expect(answer.json?["total"] == 4)
            #expect(answer.json?["has_more"] == false)
            #expect(answer.json?["next_cursor"] == .null)
            let byGet = try await client.get("/api/heap?heap_id=\(heap)&limit=2", as: ada)
            #expect(ids(try byGet.heaperList("blocks")) == ["D", "C"])
        }
    }

    @Test func blockHasAllMembers() async throws {
        try await withBlocks { client, ada in
            let answer = try await client.post("/api/heap", ["heap_id": "HEAP", "limit": 1], as: ada)
            let block = try #require(try answer.heaperList("blocks").first)
            #expect(
                block.names == [
                    "id", "workspace_id", "owner_id", "type", "title", "text", "color", "icon", "icon_type", "main_tag",
                    "value_type", "value_options", "default_app", "sync_version", "created_at", "updated_at",
                    "deleted_at", "permanently_deleted_at", "files", "tags",
                ]
            )
            #expect(block["workspace_id"] == "HEAP")
            #expect(block["owner_id"] == .string(ada.user))
            #expect(block["created_at"] == "2023-11-14T22:13:20.020Z")
            #expect(block["sync_version"] == 1)
        }
    }

    @Test(arguments: ["updated", "created:asc", "title_desc", "-created_at"])
    func cursorsReachEveryBlockOnce(_ sort: String) async throws {
        try await withBlocks { client, ada in
            var seen: [String] = []
            var cursor: JSONValue = .null
            repeat {
                let body: JSONValue = ["heap_id": "HEAP", "limit": 1, "cursor": cursor, "sort": .string(sort)]
                let answer = try await client.post("/api/heap", body, as: ada)
                seen += ids(try answer.heaperList("blocks"))
                #expect(answer.json?["total"] == 4)
                cursor = answer.json?["next_cursor"] ?? .null
                #expect(answer.json?["has_more"] == .bool(cursor != .null))
            } while cursor != .null && seen.count < 10
            #expect(seen == (sort == "created:asc" ? ["A", "B", "C", "D"] : ["D", "C", "B", "A"]))
        }
    }

    @Test func filtersNarrowListAndCount() async throws {
        try await withBlocks { client, ada in
            let byType: JSONValue = ["heap_id": "HEAP", "type": "note", "offset": 1]
            let list = try await client.post("/api/heap", byType, as: ada)
            #expect(ids(try list.heaperList("blocks")) == ["C", "A"])
            #expect(list.json?["total"] == 3)
            let count = try await client.post("/api/heap_count", byType, as: ada)
            #expect(count.json == ["success": true, "heap_id": "HEAP", "count": 3, "total": 4])
            let byGet = try await client.get("/api/heap_count?heap_id=HEAP&type=tag", as: ada)
            #expect(byGet.json?["count"] == 1)
            let index = try await client.post("/api/heap", ["heap_id": "HEAP", "type": "index"], as: ada)
            #expect(ids(try index.heaperList("blocks")) == ["INDEX"])
            let none = try await client.post("/api/heap_count", ["heap_id": "HEAP", "tag_id": "B"], as: ada)
            #expect(none.json?["count"] == 0)
        }
    }

    @Test(
        arguments: [
            ["heap_id": "HEAP", "sort": "colour"], ["heap_id": "HEAP", "limit": "x"],
            ["heap_id": "HEAP", "cursor": "!"],
            ["heap_id": "a b"], [:],
        ] as [JSONValue]
    )
    func malformedIs400(_ body: JSONValue) async throws {
        try await withBlocks { client, ada in
            let answer = try await client.post("/api/heap", body, as: ada)
            #expect(answer.status == 400)
            #expect(answer.heaperCode == "malformed")
        }
    }

    @Test func statsCountWhatThereIs() async throws {
        try await withBlocks { client, ada in
            try await client.trash("D", as: ada)
            let answer = try await client.get("/api/heap/stats/INDEX", as: ada)
            #expect(answer.status == 200)
            let stats = try #require(answer.json)
            #expect(
                stats.names == [
                    "success", "heap_id", "block_count", "trashed_count", "file_count", "storage_bytes",
                    "thumbnail_bytes", "duplicate_count", "by_type", "last_change",
                ]
            )
            #expect(stats["heap_id"] == "HEAP")
            #expect(stats["block_count"] == 3)
            #expect(stats["trashed_count"] == 1)
            #expect(stats["by_type"] == ["note": 2, "tag": 1])
            #expect(stats["storage_bytes"] == 0)
        }
    }
}
