import CofferHTTP
import CofferTesting
import Testing
import Yjs

@Suite("Heaper: POST /api/upload/complete/{heap_id}/{block_id}/{hash}", .serialized, .timeLimit(.minutes(20)))
struct HeaperUploadCompleteTests {
    @Test func makesAFile() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(200_000)
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place, more: [.init("name", "first.bin")])
            try await client.putChunks(0..<4, of: bytes, to: place)
            let answer = try await client.completeUpload(
                hash,
                to: place,
                [
                    "name": "film.mp4", "mime_type": "video/mp4", "width": 640, "height": 480,
                    "duration": .double(12.5),
                    "exif_data": ["Make": "Box"],
                ]
            )
            #expect(answer.status == 200, "\(answer.text)")
            let id = try answer.heaperText("file_id")
            #expect(
                answer.text
                    == """
                    {"status":"complete","success":true,"block_id":"file-block","file_hash":"\(hash)","file_id":"\(id)",\
                    "file":{"id":"\(id)","block_id":"file-block","hash":"\(hash)","name":"film.mp4",\
                    "mime_type":"video/mp4","file_size":200000,"width":640,"height":480,"duration":12.5,\
                    "exif_data":{"Make":"Box"},"is_uploaded":true,"created_at":"2023-11-14T22:13:20.000Z",\
                    "thumbnails":[]}}
                    """
            )
        }
    }

    @Test func missingChunksAreNamed() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(300_000)
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place)
            try await client.putChunks([1, 4], of: bytes, to: place)
            let answer = try await client.completeUpload(hash, to: place)
            #expect(answer.status == 409)
            #expect(answer.heaperCode == "upload_incomplete")
            #expect(try answer.heaperText("status") == "incomplete")
            #expect(try answer.heaperIntegers("missing_chunks") == [0, 2, 3])
            try await client.putChunks([0, 2, 3], of: bytes, to: place)
            #expect(try await client.completeUpload(hash, to: place).status == 200)
        }
    }

    @Test func otherBytesAreThrownAway() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let (bytes, other) = (HeaperClient.bytes(100_000), HeaperClient.bytes(100_000, seed: 2))
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place)
            for index in 0..<2 {
                let part = Array(other[(index * 65_536)..<min((index + 1) * 65_536, other.count)])
                _ = try await client.putChunk(index, part, of: hash, to: place)
            }
            let answer = try await client.completeUpload(hash, to: place)
            #expect(answer.status == 422)
            #expect(try answer.heaperText("status") == "hash_mismatch")
            #expect(try answer.heaperText("expected") == hash)
            #expect(try answer.heaperText("actual") == HeaperClient.hash(other))
            #expect(try await client.storedBlobs().isEmpty)
            #expect(try await client.uploadStatus(hash, of: place).status == 404)
            #expect(try await client.raw(place.block, as: place.session).status == 404)
        }
    }

    @Test func withoutUploadIs404() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let answer = try await client.completeUpload(HeaperClient.hash([1]), to: place)
            #expect(answer.status == 404)
            #expect(answer.heaperCode == "upload_not_found")
        }
    }

    @Test func repetitionsFindTheSameFile() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(100_000)
            let first = try await client.upload(bytes, to: place, name: "one")
            let second = try await client.completeUpload(HeaperClient.hash(bytes), to: place)
            #expect(second.text == first.text)
            let named = try await client.completeUpload(HeaperClient.hash(bytes), to: place, ["name": "two"])
            #expect(try named.heaperText("file_id") == first.heaperText("file_id"))
            #expect(named.json?["file"]?["name"] == "two")
            // The document, which is what counts in the end, says so, too.
            var document = YDocument()
            let update = try document.edit(as: 5) { try $0.insert("x", at: 0, in: .root("t")) }.update
            _ = try await client.push(heaperEntry(place.block, update, in: place.heap), as: place.session)
            let shown = try await client.post("/api/block/\(place.block)", as: place.session)
            guard case .array(let files)? = shown.json?["block"]?["files"] else {
                throw HeaperUnexpectedAnswer(text: shown.text)
            }
            #expect(files.map { $0["name"] } == ["two"])
        }
    }

    @Test func parallelCallsMakeOneFile() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(1_000_000)
            _ = try await client.initUpload(bytes, to: place)
            try await client.putChunks(0..<16, of: bytes, to: place)
            let answers = try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await client.completeUpload(HeaperClient.hash(bytes), to: place) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(try Set(answers.map { try $0.heaperText("file_id") }).count == 1)
            #expect(try await client.storedBlobs().count == 1)
        }
    }

    @Test func fileWithoutBytes() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let begun = try await client.initUpload([], to: place)
            #expect(try begun.heaperInteger("total_chunks") == 0)
            let chunk = try await client.putChunk(0, [], of: HeaperClient.hash([]), to: place)
            #expect(chunk.status == 400)
            #expect(chunk.heaperCode == "chunk_out_of_range")
            #expect(try await client.completeUpload(HeaperClient.hash([]), to: place).status == 200)
            let raw = try await client.raw(place.block, as: place.session)
            #expect(raw.status == 200)
            #expect(raw.body.isEmpty)

            let other = HeaperClient.hash([1])
            let lie = try await client.post(
                "/api/upload/init/\(place.heap)/\(place.block)",
                ["hash": .string(other), "file_size": 0],
                as: place.session
            )
            #expect(lie.status == 200)
            #expect(try await client.completeUpload(other, to: place).heaperCode == "hash_mismatch")
        }
    }

    @Test func typeIsFoundOutWhenNobodyTellsIt() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = Array("%PDF-1.4\n".utf8) + HeaperClient.bytes(50_000)
            let answer = try await client.upload(bytes, to: place, type: "application/octet-stream")
            #expect(answer.json?["file"]?["mime_type"] == "application/pdf")
            let evil = try await client.uploadFile([1], to: place.at("b"), type: "text/html\u{1}; x")
            #expect(evil.json?["file"]?["mime_type"] == "application/octet-stream")
        }
    }

    @Test func malformedFactsAre400() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bodies: [JSONValue] = [
                ["width": "x"], ["height": -1], ["duration": "long"], ["duration": -1], ["exif_data": "{"], [],
                ["exif_data": ["a": .string(String(repeating: "x", count: 70_000))]],
            ]
            for body in bodies {
                let answer = try await client.completeUpload(HeaperClient.hash([1]), to: place, body)
                #expect(answer.status == 400, "\(answer.text)")
            }
        }
    }

    @Test func uploadsGoOnAfterARestart() async throws {
        let bytes = HeaperClient.bytes(300_000)
        let hash = HeaperClient.hash(bytes)
        try await HeaperClient.restart { client -> HeaperClient.FilePlace in
            let place = try await client.makeFilePlace()
            _ = try await client.initUpload(bytes, to: place)
            let wrong = [UInt8](repeating: 7, count: 65_536)
            _ = try await client.putChunk(0, wrong, of: hash, to: place)
            try await client.putChunks([1, 3, 0], of: bytes, to: place)
            return place
        } after: { client, place async throws in
            let resumed = try await client.initUpload(bytes, to: place)
            #expect(try resumed.heaperIntegers("uploaded_chunks") == [0, 1, 3])
            try await client.putChunks([2, 4], of: bytes, to: place)
            #expect(try await client.completeUpload(hash, to: place).status == 200)
            #expect(try await client.raw(place.block, as: place.session).body == bytes)
        }
    }

    @Test func uploadsExpireSevenDaysAfterTheLastChunk() async throws {
        try await HeaperClient.run(["ACCESS_TOKEN_SECONDS": "86400"]) { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(100_000)
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place)
            client.clock.advance(by: .seconds(3600))
            try await client.putChunks([0], of: bytes, to: place)
            let status = try await client.uploadStatus(hash, of: place)
            #expect(try status.heaperText("expires_at") == "2023-11-21T23:13:20.000Z")
            client.clock.advance(by: .seconds(7 * 86_400))
            let later = try await client.login(place.session.key)
            let again = HeaperClient.FilePlace(session: later, heap: place.heap, block: place.block)
            #expect(try await client.uploadStatus(hash, of: again).status == 404)
            #expect(try await client.completeUpload(hash, to: again).status == 404)
            let begun = try await client.initUpload(bytes, to: again)
            #expect(try begun.heaperText("status") == "initialized")
            #expect(try begun.heaperIntegers("uploaded_chunks") == [])
        }
    }
}
