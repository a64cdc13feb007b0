import CofferHTTP
import CofferTesting
import Testing
import Yjs

@Suite("Heaper: search of POST /api/heap", .serialized, .timeLimit(.minutes(20)))
struct HeaperHeapSearchTests {
    private func withBlocks(
        _ body: @escaping @Sendable (HeaperClient, HeaperClient.Session) async throws -> Void
    ) async throws {
        try await HeaperClient.withHeap { client, ada in
            let titles = [("A", "ÄRGER in der Straße"), ("B", "ΣΊΣΥΦΟΣ rolls 100%"), ("C", "plain_text")]
            for (id, title) in titles { try await client.addBlock(id, title: title, as: ada) }
            var document = YDocument()
            let text = try document.edit(as: 1) { edit in
                let paragraph = try edit.insertType(.xmlElement, name: "p", at: 0, in: .root("content_v0"))
                let content = try edit.insertType(.xmlText, at: 0, in: paragraph)
                try edit.insert("Das Café steht hier", at: 0, in: content)
            }
            _ = try await client.push(heaperEntry("C", text.update), as: ada)
            try await body(client, ada)
        }
    }

    private func found(_ search: String, _ client: HeaperClient, _ ada: HeaperClient.Session) async throws -> [String] {
        let body: JSONValue = ["heap_id": "HEAP", "search": .string(search), "sort": "created:asc"]
        let list = try await client.post("/api/heap", body, as: ada)
        let ids = JSONValue.texts("id", of: try list.heaperList("blocks"))
        #expect(list.json?["total"] == .integer(ids.count))
        #expect(try await client.post("/api/heap_count", body, as: ada).json?["count"] == .integer(ids.count))
        return ids
    }

    private static let searches: [(String, [String])] = [
        ("ärger", ["A"]), ("A\u{308}RGER", ["A"]), ("STRASSE", ["A"]), ("strasse  der", ["A"]), ("σίσυφος", ["B"]),
        ("rolls", ["B"]), ("100%", ["B"]), ("0%x", []), ("%", ["B"]), ("plain_t", ["C"]), ("plainxt", []),
        ("CAFE\u{301}", ["C"]), ("café PLAIN", ["C"]), ("café ärger", []), ("arger", []), (" ", ["A", "B", "C"]),
    ]

    @Test func caseAndSpellingDoNotMatter() async throws {
        try await withBlocks { client, ada in
            for (search, ids) in Self.searches {
                let found = try await found(search, client, ada)
                #expect(found == ids, "\(search)")
            }
        }
    }

    @Test func itFollowsChanges() async throws {
        try await withBlocks { client, ada in
            _ = try await client.post("/api/update_block", ["id": "A", "title": "Freude"], as: ada)
            #expect(try await found("ärger", client, ada) == [])
            #expect(try await found("FREUDE", client, ada) == ["A"])
            try await client.trash("A", as: ada)
            #expect(try await found("freude", client, ada) == [])
            _ = try await client.post("/api/trash/HEAP/restore", ["block_id": "A"], as: ada)
            #expect(try await found("freude", client, ada) == ["A"])
        }
    }

    @Test func aSearchMayNotBeLong() async throws {
        try await withBlocks { client, ada in
            #expect(try await found(String(repeating: "%", count: 1000), client, ada) == [])
            for path in ["/api/heap", "/api/heap_count"] {
                let long: JSONValue = ["heap_id": "HEAP", "search": .string(String(repeating: "z", count: 60_000))]
                let answer = try await client.post(path, long, as: ada)
                #expect(answer.status == 400)
                #expect(answer.heaperCode == "malformed")
            }
        }
    }

    @Test func aCursorOfAnotherOrderIs400() async throws {
        try await withBlocks { client, ada in
            let byTitle: JSONValue = ["heap_id": "HEAP", "sort": "title", "limit": 1]
            let cursor = try await client.post("/api/heap", byTitle, as: ada).json?["next_cursor"] ?? .null
            for sort in ["updated", "created"] {
                let body: JSONValue = ["heap_id": "HEAP", "sort": .string(sort), "cursor": cursor]
                #expect(try await client.post("/api/heap", body, as: ada).heaperCode == "malformed")
            }
        }
    }
}
