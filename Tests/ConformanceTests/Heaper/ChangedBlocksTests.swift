import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/heap/changed_blocks", .serialized, .timeLimit(.minutes(20)))
struct HeaperChangedBlocksTests {
    private func ids(_ answer: [JSONValue]) -> [String] { JSONValue.texts("id", of: answer) }

    @Test func markersGoOnWhereTheLastAnswerEnded() async throws {
        try await HeaperClient.withHeap { client, ada in
            for id in ["A", "B", "C"] { try await client.addBlock(id, as: ada) }
            try await client.trash("C", as: ada)
            let path = "/api/heap/changed_blocks"
            let first = try await client.post(path, ["heap_id": "HEAP", "limit": 2], as: ada)
            #expect(first.json?.names == ["success", "blocks", "deleted", "marker", "has_more"])
            #expect(ids(try first.heaperList("blocks")) == ["INDEX", "A"])
            #expect(first.json?["has_more"] == true)
            let marker = try first.heaperText("marker")
            let rest = try await client.get("\(path)?heap_id=INDEX&marker=\(marker)", as: ada)
            #expect(ids(try rest.heaperList("blocks")) == ["B"])
            #expect(try rest.heaperList("deleted") == ["C"])
            #expect(rest.json?["has_more"] == false)
            let end = try rest.heaperText("marker")
            let none = try await client.post(path, ["heap_id": "HEAP", "marker": .string(end)], as: ada)
            #expect(try none.heaperList("blocks").isEmpty)
        }
    }

    @Test func uploadOfAFileThatTheDocumentNamesIsAChange() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeFilePlace()
            let (bytes, ada) = (HeaperClient.bytes(1000), place.session)
            try await client.announce(bytes, name: "a.pdf", type: "application/pdf", at: place)
            func changes(since marker: JSONValue) async throws -> (blocks: [JSONValue], marker: JSONValue) {
                let body: JSONValue = ["heap_id": .string(place.heap), "marker": marker]
                let answer = try await client.post("/api/heap/changed_blocks", body, as: ada)
                return (try answer.heaperList("blocks"), .string(try answer.heaperText("marker")))
            }
            let first = try await changes(since: .null)
            #expect(try await changes(since: first.marker).blocks.isEmpty)
            try await client.upload(bytes, to: place, name: "a.pdf", type: "application/pdf")
            let second = try await changes(since: first.marker)
            #expect(ids(second.blocks) == [place.block])
            guard case .array(let files)? = second.blocks.first?["files"] else {
                Issue.record("no files")
                return
            }
            #expect(files.map { $0["is_uploaded"] } == [true])
            // Again it is no news.
            try await client.upload(bytes, to: place, name: "a.pdf", type: "application/pdf")
            #expect(try await changes(since: second.marker).blocks.isEmpty)
        }
    }

    @Test(
        arguments: [
            ("marker", .null, true), ("marker", "nonsense", true), ("marker", "-7", true), ("marker", [1], true),
            ("since", 1_700_000_000_999, true), ("since", 1_700_000_001_000, false), ("since", "1700000001000", false),
            ("since", "2023-11-14T22:13:20.999Z", true), ("since", "2023-11-15T00:13:21+02:00", false),
            ("marker", "9999999999999", true), ("marker", 5, true),
        ] as [(String, JSONValue, Bool)]
    )
    func anyFormIsUnderstood(_ name: String, _ value: JSONValue, _ findsAny: Bool) async throws {
        try await HeaperClient.withHeap { client, ada in
            client.clock.advance(by: .seconds(1))
            try await client.addBlock("A", as: ada)
            client.clock.advance(by: .seconds(1))
            let body: JSONValue = .object([.init("heap_id", "HEAP"), .init(name, value)])
            let answer = try await client.post("/api/heap/changed_blocks", body, as: ada)
            #expect(answer.status == 200)
            #expect(ids(try answer.heaperList("blocks")).contains("A") == findsAny)
        }
    }
}
