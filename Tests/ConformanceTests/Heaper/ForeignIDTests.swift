import CofferHTTP
import CofferTesting
import Testing

/// Invariant 5 of the contract: nobody learns of another user's heaps and blocks, nor whether they exist.
@Suite("Heaper: foreign ids", .serialized, .timeLimit(.minutes(20)))
struct HeaperForeignIDTests {
    /// Method, path and body, with `@HEAP` and `@BLOCK` where ids stand.
    static let requests: [(String, String, String)] = [
        ("GET", "/api/sync/delta?workspace_id=@HEAP", ""),
        ("POST", "/api/sync/push", #"{"blocks":[{"block_id":"@BLOCK","workspace_id":"@HEAP","update":"AAA="}]}"#),
        ("POST", "/api/sync/push", #"{"blocks":[{"block_id":"@BLOCK","update":"AAA="}]}"#),
        ("POST", "/api/sync/pull", #"{"blocks":[{"block_id":"@BLOCK"}]}"#),
        ("DELETE", "/api/heap/@HEAP", ""), ("GET", "/api/heap/stats/@HEAP", ""),
        ("POST", "/api/heap", #"{"heap_id":"@HEAP"}"#), ("GET", "/api/heap?heap_id=@HEAP", ""),
        ("POST", "/api/heap_count", #"{"heap_id":"@HEAP"}"#),
        ("POST", "/api/heap/changed_blocks", #"{"heap_id":"@HEAP"}"#),
        ("POST", "/api/block/@BLOCK", ""), ("GET", "/api/block/@BLOCK", ""),
        ("POST", "/api/block_updates/@BLOCK", ""), ("GET", "/api/trash/@HEAP", ""),
        ("DELETE", "/api/trash/@HEAP", #"{"block_ids":["@BLOCK"]}"#),
        ("POST", "/api/trash/@HEAP/restore", #"{"block_ids":["@BLOCK"]}"#),
        ("POST", "/api/trash/MINE/restore", #"{"block_ids":["@BLOCK"]}"#),
        ("DELETE", "/api/trash/MINE", #"{"block_ids":["@BLOCK"]}"#),
        ("POST", "/api/insert_block", #"{"workspace_id":"@HEAP","id":"@BLOCK"}"#),
        ("POST", "/api/update_block", #"{"id":"@BLOCK","title":"x"}"#),
        ("POST", "/api/delete_block", #"{"id":"@BLOCK"}"#),
        ("POST", "/api/delete_block", #"{"block_ids":["@BLOCK"]}"#),
        ("POST", "/api/heap", #"{"heap_id":"MINE","tag_id":"@BLOCK"}"#),
    ]

    @Test func answersAreThoseForUnknownIDs() async throws {
        try await HeaperClient.run { client in
            let (ada, bob) = (try await client.login(), try await client.login())
            try await client.addHeap(as: ada)
            try await client.addHeap("MINE", index: "MINEINDEX", as: bob)
            for block in ["LIVE", "TRASHED", "PURGED"] { try await client.addBlock(block, as: ada) }
            try await client.purge("PURGED", as: ada)
            try await client.trash("TRASHED", as: ada)
            let real = [("HEAP", "LIVE"), ("INDEX", "TRASHED"), ("HEAP", "PURGED"), ("HEAP", "INDEX")]
            for (method, path, body) in Self.requests {
                func answer(_ heap: String, _ block: String) async throws -> (Int, String) {
                    func filled(_ text: String) -> String {
                        text.split(separator: "@", omittingEmptySubsequences: false).enumerated().map { offset, part in
                            if offset == 0 { return String(part) }
                            return part.hasPrefix("HEAP") ? heap + part.dropFirst(4) : block + part.dropFirst(5)
                        }.joined()
                    }
                    let bytes = body.isEmpty ? nil : Array(filled(body).utf8)
                    let answer = try await client.server.send(method, filled(path), headers: bob.bearer, body: bytes)
                    // What the request itself said may come back.
                    let text = answer.text.split(separator: "\"\(block)\"", omittingEmptySubsequences: false)
                    return (answer.status, text.joined(separator: "\"@BLOCK\""))
                }
                let unknown = try await answer("UNKNOWNHEAP", "UNKNOWNBLOCK")
                for (heap, block) in real {
                    #expect(try await answer(heap, block) == unknown, "\(method) \(path) \(body) \(heap) \(block)")
                }
            }
            // And nothing of it had an effect.
            #expect(try await client.post("/api/heap_count", ["heap_id": "HEAP"], as: ada).json?["total"] == 1)
        }
    }

    @Test func withoutTokenNothingIsAnswered() async throws {
        try await HeaperClient.run { client in
            for (method, path, _) in Self.requests {
                let answer = try await client.server.send(method, path.split(separator: "@").joined())
                #expect(answer.status == 401, "\(method) \(path)")
                #expect(answer.heaperCode == "token_missing")
            }
        }
    }
}
