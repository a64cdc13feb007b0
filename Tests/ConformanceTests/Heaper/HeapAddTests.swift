import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/heap/add, /api/heaps, /api/workspaces", .serialized, .timeLimit(.minutes(20)))
struct HeaperHeapAddTests {
    @Test func newHeapIsListedUnderBothNames() async throws {
        try await HeaperClient.run { client in
            let ada = try await client.login()
            let body: JSONValue = ["name": "Küche \"1\"", "id": "HEAP", "heap_id": "INDEX"]
            let added = try await client.post("/api/heap/add", body, as: ada)
            #expect(added.status == 200)
            #expect(added.header("content-type") == "application/json")
            #expect(added.json?["success"] == true)
            #expect(added.json?["id"] == "HEAP")
            let heap = try #require(added.json?["heap"])
            #expect(added.json?["workspace"] == heap)
            let now = JSONValue.string("2023-11-14T22:13:20.000Z")
            #expect(heap["created_at"] == now)
            let members: [(String, JSONValue)] = [
                ("id", "HEAP"), ("heap_id", "INDEX"), ("name", "Küche \"1\""), ("title", "Küche \"1\""),
                ("owner_id", .string(ada.user)), ("role", "owner"), ("encrypted", false), ("sidebar_order", []),
                ("block_count", 0),
            ]
            for (name, value) in members { #expect(heap[name] == value, "\(name)") }
            for (path, name) in [("/api/heaps", "heaps"), ("/api/workspaces", "workspaces")] {
                for method in ["POST", "GET"] {
                    let list = try await client.send(method, path, as: ada)
                    #expect(list.status == 200)
                    #expect(list.json?["success"] == true)
                    #expect(JSONValue.texts("id", of: try list.heaperList(name)) == ["HEAP"])
                }
            }
        }
    }

    @Test func sameRequestAgainFindsTheHeap() async throws {
        try await HeaperClient.withHeap { client, ada in
            let again = try await client.post("/api/heap/add", ["id": "HEAP", "title": "Other"], as: ada)
            #expect(again.status == 200)
            #expect(again.json?["heap"]?["heap_id"] == "INDEX")
            #expect(again.json?["heap"]?["name"] == "A heap")
            #expect(try await client.post("/api/heaps", as: ada).heaperList("heaps").count == 1)
        }
    }

    @Test(
        arguments: [
            ["id": "HEAP", "name": "x"], ["heap_id": "INDEX", "name": "x"],
            ["id": "NEW", "heap_id": "HEAP", "name": "x"],
        ] as [JSONValue]
    )
    func idOfSomebodyElseIs409(_ body: JSONValue) async throws {
        try await HeaperClient.run { client in
            try await client.addHeap(as: try await client.login())
            let answer = try await client.post("/api/heap/add", body, as: try await client.login())
            #expect(answer.status == 409)
            #expect(answer.heaperCode == "id_taken")
        }
    }

    @Test(
        arguments: [
            [:], ["name": ""], ["name": 5], ["name": "x", "id": "a b"], ["name": "x", "encrypted": 3],
            // One character of many bytes.
            ["name": .string("a" + String(repeating: "\u{301}", count: 501))],
        ] as [JSONValue]
    )
    func malformedIs400(_ body: JSONValue) async throws {
        try await HeaperClient.run { client in
            let answer = try await client.post("/api/heap/add", body, as: try await client.login())
            #expect(answer.status == 400)
            #expect(answer.heaperCode == "malformed")
        }
    }

    @Test func idsAreMadeWhereNoneAreGiven() async throws {
        try await HeaperClient.run { client in
            let ada = try await client.login()
            let answer = try await client.post("/api/heap/add", ["name": "x", "encrypted": true], as: ada)
            let heap = try #require(answer.json?["heap"])
            #expect(heap["encrypted"] == true)
            for name in ["id", "heap_id"] {
                guard case .string(let id)? = heap[name] else {
                    Issue.record("no \(name)")
                    continue
                }
                #expect(id.utf8.count == 26)
            }
        }
    }
}
