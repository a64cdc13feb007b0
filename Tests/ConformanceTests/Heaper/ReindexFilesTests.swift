import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/reindex_files", .serialized, .timeLimit(.minutes(20)))
struct ReindexFilesTests {
    @Test func blocksWithFilesAreQueued() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            try place.write("a", "one")
            try place.write("b", "two")
            #expect(try await place.scan() == "done")
            let answer = try await place.post("/api/reindex_files", [.init("heap_id", .string(place.heap))])
            #expect(answer.status == 200)
            #expect(try answer.heaperInteger("queued") == 2)
            #expect(try answer.heaperText("job_id").utf8.count == 26)
            let all = try await place.post("/api/reindex_files")
            #expect(try all.heaperInteger("queued") == 2)
        }
    }

    @Test func foreignHeapsAre404() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            let other = try await client.login()
            let body: [JSONValue.Member] = [.init("heap_id", .string(place.heap))]
            let answer = try await place.post("/api/reindex_files", body, as: other)
            #expect(answer.status == 404)
            #expect(answer.heaperCode == "heap_not_found")
            let own = try await place.post("/api/reindex_files", as: other)
            #expect(try own.heaperInteger("queued") == 0)
        }
    }
}
