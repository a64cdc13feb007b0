import CofferHTTP
import CofferTesting
import Foundation
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

    @Test func titlesStayAndWhatIsGoneIsTold() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            try place.write("one.txt", "one")
            try place.write("two\nlines", "two")
            #expect(try await place.scan() == "done")
            let before = try await place.blocks()
            #expect(Set(JSONValue.texts("title", of: before)) == ["one.txt", "two lines"])
            let first = try #require(before.first { $0["title"] == "one.txt" })
            guard case .string(let id)? = first["id"] else { return }
            try FileManager.default.removeItem(atPath: "\(place.folder)/one.txt")
            let answer = try await place.post("/api/reindex_files", [.init("heap_id", .string(place.heap))])
            #expect(answer.status == 200)
            // Files are looked at after the rows were made anew from documents.
            var block = try await client.post("/api/block/\(id)", as: place.session)
            let deadline = ContinuousClock.now.advanced(by: .seconds(90))
            while Self.isUploaded(block) != [false], ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(10))
                block = try await client.post("/api/block/\(id)", as: place.session)
            }
            #expect(Self.isUploaded(block) == [false])
            #expect(Set(JSONValue.texts("title", of: try await place.blocks())) == ["one.txt", "two lines"])
            // Clients see the title in the document.
            let paragraph: JSONValue = ["type": "paragraph", "content": [["type": "text", "text": "one.txt"]]]
            #expect(block.json?["block"]?["title_doc"]?["content"] == [paragraph])
        }
    }

    @Test func whatIsThereAgainIsFoundByTheNextScan() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            try place.write("one.txt", "one")
            #expect(try await place.scan() == "done")
            guard case .string(let id)? = try await place.blocks().first?["id"] else {
                Issue.record("no block")
                return
            }
            func isUploaded() async throws -> [JSONValue?] {
                Self.isUploaded(try await client.post("/api/block/\(id)", as: place.session))
            }
            let (here, away) = ("\(place.folder)/one.txt", "\(client.server.dataPath)/away")
            try FileManager.default.moveItem(atPath: here, toPath: away)
            _ = try await place.post("/api/reindex_files", [.init("heap_id", .string(place.heap))])
            #expect(try await client.eventually { try await isUploaded() == [false] })
            try FileManager.default.moveItem(atPath: away, toPath: here)
            #expect(try await place.scan() == "done")
            #expect(try await isUploaded() == [true])
        }
    }

    private static func isUploaded(_ answer: TestResponse) -> [JSONValue?] {
        guard case .array(let files)? = answer.json?["block"]?["files"] else { return [] }
        return files.map { $0["is_uploaded"] }
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
