import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: DELETE /api/heap/{id}", .serialized, .timeLimit(.minutes(20)))
struct HeaperHeapDeleteTests {
    @Test(arguments: ["HEAP", "INDEX"])
    func heapIsGoneAtOnce(_ name: String) async throws {
        try await HeaperClient.withHeap { client, ada in
            try await client.addBlock("A", as: ada)
            let answer = try await client.send("DELETE", "/api/heap/\(name)", as: ada)
            #expect(answer.status == 200)
            #expect(answer.json == ["success": true, "id": "HEAP", "deleted_blocks": 1])
            #expect(try await client.send("DELETE", "/api/heap/\(name)", as: ada).status == 404)
            #expect(try await client.post("/api/heaps", as: ada).heaperList("heaps").isEmpty)
            #expect(try await client.get("/api/sync/delta?workspace_id=HEAP", as: ada).status == 404)
            #expect(try await client.post("/api/block/A", as: ada).status == 404)
            var copy = HeaperCopy()
            let pushed = try await client.push(heaperEntry("A", try copy.type("x")), as: ada)
            #expect(pushed.first?["status"] == "deleted")
            let pulled = try await client.pull(["block_id": "A"], as: ada)
            #expect(pulled.first?["status"] == "deleted")
            #expect(pulled.first?["permanent"] == true)
        }
    }

    @Test func foreignAndUnknownAre404() async throws {
        try await HeaperClient.run { client in
            try await client.addHeap(as: try await client.login())
            let bob = try await client.login()
            for id in ["HEAP", "INDEX", "UNKNOWN", "a%20b"] {
                let answer = try await client.send("DELETE", "/api/heap/\(id)", as: bob)
                #expect(answer.status == 404)
                #expect(answer.heaperCode == "heap_not_found")
            }
        }
    }

    @Test func everythingIsFreedWhenTheGraceIsOver() async throws {
        try await HeaperClient.restart(away: .seconds(8 * 86_400)) { client in
            let (ada, bob) = (try await client.login(), try await client.login())
            try await client.addHeap(as: ada)
            for number in 0..<3 { try await client.addBlock("B\(number)", as: ada) }
            #expect(try await client.send("DELETE", "/api/heap/HEAP", as: ada).status == 200)
            let taken = try await client.post("/api/heap/add", ["id": "HEAP", "name": "x"], as: bob)
            #expect(taken.status == 409)
            return bob.key
        } after: { client, key in
            let bob = try await client.login(key)
            var status = 409
            while status == 409 {
                let body: JSONValue = ["id": "HEAP", "heap_id": "B1", "name": "Bob's"]
                status = try await client.post("/api/heap/add", body, as: bob).status
            }
            #expect(status == 200)
        }
    }
}
