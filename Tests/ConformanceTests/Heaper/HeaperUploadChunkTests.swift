import CofferCore
import CofferHTTP
import CofferTesting
import Crypto
import Testing

@Suite("Heaper: PUT /api/upload/chunk/{heap_id}/{block_id}/{hash}/{index}", .serialized, .timeLimit(.minutes(20)))
struct HeaperUploadChunkTests {
    private static let chunk = HeaperClient.smallChunk

    private static func digest(_ bytes: [UInt8]) -> String { Base64.encode(Array(SHA256.hash(data: bytes))) }

    @Test func tellsIndexAndSize() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(100_000)
            _ = try await client.initUpload(bytes, to: place)
            let first = Array(bytes[..<Self.chunk])
            let answer = try await client.putChunk(0, first, of: HeaperClient.hash(bytes), to: place)
            #expect(answer.status == 200)
            #expect(answer.text == #"{"status":"ok","index":0,"size":65536}"#)
            let last = try await client.putChunk(
                1,
                Array(bytes[Self.chunk...]),
                of: HeaperClient.hash(bytes).uppercased(),
                to: place
            )
            #expect(last.text == #"{"status":"ok","index":1,"size":34464}"#)
        }
    }

    @Test func wrongSizesAndIndicesAre400() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(100_000)
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place)
            for (index, size) in [(0, 0), (0, 1), (0, Self.chunk - 1), (0, Self.chunk + 1), (1, Self.chunk), (1, 5)] {
                let answer = try await client.putChunk(index, [UInt8](repeating: 1, count: size), of: hash, to: place)
                #expect(answer.status == 400)
                #expect(answer.heaperCode == "wrong_chunk_size")
            }
            let chunked = try await client.server.send(
                "PUT",
                "/api/upload/chunk/\(place.heap)/\(place.block)/\(hash)/0",
                headers: place.session.bearer + [("Transfer-Encoding", "chunked")],
                body: Array("3\r\nabc\r\n0\r\n\r\n".utf8)
            )
            #expect(chunked.status == 400)
            #expect(chunked.heaperCode == "wrong_chunk_size")
            for index in ["2", "99999999999999999999", "-1", "x", "1.0", "+1"] {
                let answer = try await client.server.send(
                    "PUT",
                    "/api/upload/chunk/\(place.heap)/\(place.block)/\(hash)/\(index)",
                    headers: place.session.bearer,
                    body: Array(bytes[..<Self.chunk])
                )
                #expect(answer.status == 400, "\(index)")
            }
            let status = try await client.uploadStatus(hash, of: place)
            #expect(try status.heaperIntegers("uploaded_chunks") == [])
        }
    }

    @Test func withoutInitThereIsNoUpload() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let answer = try await client.putChunk(0, [1], of: HeaperClient.hash([1]), to: place)
            #expect(answer.status == 404)
            #expect(answer.heaperCode == "upload_not_found")
            #expect(try answer.heaperText("status") == "not_found")
        }
    }

    @Test func repeatedChunkReplacesTheEarlierOne() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(300_000)
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place)
            let wrong = [UInt8](repeating: 7, count: Self.chunk)
            for index in [0, 2, 1] {
                #expect(try await client.putChunk(index, wrong, of: hash, to: place).status == 200)
            }
            try await client.putChunks([4, 3, 2, 1, 0], of: bytes, to: place)
            #expect(try await client.completeUpload(hash, to: place).status == 200)
            #expect(try await client.raw(place.block, as: place.session).body == bytes)
        }
    }

    @Test func cutBodyLeavesTheEarlierChunk() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(100_000)
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place)
            try await client.putChunks([0, 1], of: bytes, to: place)
            let wrong = [UInt8](repeating: 7, count: Self.chunk)
            try await TestConnection.open(port: client.server.port) { connection in
                let head = client.server.head(
                    "PUT",
                    "/api/upload/chunk/\(place.heap)/\(place.block)/\(hash)/0",
                    headers: place.session.bearer,
                    body: wrong
                )
                try await connection.write(head)
                try await connection.write(Array(wrong.prefix(60_000)))
                await connection.cut()
            }
            #expect(try await client.completeUpload(hash, to: place).status == 200)
            #expect(try await client.raw(place.block, as: place.session).body == bytes)
        }
    }

    @Test func contentDigestIsChecked() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(100_000)
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place)
            let last = Array(bytes[Self.chunk...])
            func send(_ field: String) async throws -> TestResponse {
                try await client.putChunk(1, last, of: hash, to: place, headers: [("Content-Digest", field)])
            }
            let wrong = try await send("sha-256=:\(Self.digest([1])):")
            #expect(wrong.status == 422)
            #expect(wrong.heaperCode == "digest_mismatch")
            #expect(try await client.uploadStatus(hash, of: place).heaperIntegers("uploaded_chunks") == [])
            for field in ["sha-256=:abc:", "sha-256=x", "sha-256=::"] {
                #expect(try await send(field).status == 400, "\(field)")
            }
            let right = "sha-512=:AAAA:, sha-256=:\(Self.digest(last)):"
            #expect(try await send(right).status == 200)
            // Nothing is said of other digests.
            #expect(try await send("md5=:AAAA:").status == 200)
            #expect(try await client.uploadStatus(hash, of: place).heaperIntegers("uploaded_chunks") == [1])
        }
    }

    @Test func afterTheEndAChunkIsTakenForARepetition() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(100_000)
            let hash = HeaperClient.hash(bytes)
            try await client.upload(bytes, to: place)
            let other = [UInt8](repeating: 7, count: Self.chunk)
            let answer = try await client.putChunk(0, other, of: hash, to: place)
            #expect(answer.text == #"{"status":"ok","index":0,"size":65536}"#)
            #expect(try await client.raw(place.block, as: place.session).body == bytes)
        }
    }

    @Test func chunkThatIsOvertakenByTheEndIsTakenForARepetition() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let chunk = 1 << 20
            let bytes = HeaperClient.bytes(2 * chunk)
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place, chunk: chunk)
            try await client.putChunks(0..<2, of: bytes, to: place, chunk: chunk)
            let other = [UInt8](repeating: 7, count: chunk)
            let late = try await TestConnection.open(port: client.server.port) { connection in
                let path = "/api/upload/chunk/\(place.heap)/\(place.block)/\(hash)/0"
                let head = client.server.head("PUT", path, headers: place.session.bearer, body: other)
                try await connection.write(head)
                try await connection.write(Array(other.prefix(chunk / 2)))
                // It gathers behind the chunks that are there.
                #expect(try await client.eventually { try client.storedBytes() > bytes.count })
                #expect(try await client.completeUpload(hash, to: place).status == 200)
                try await connection.write(Array(other.dropFirst(chunk / 2)))
                return try await connection.readResponse()
            }
            #expect(late.text == #"{"status":"ok","index":0,"size":1048576}"#)
            #expect(try await client.raw(place.block, as: place.session).body == bytes)
        }
    }

    @Test func eightSendersAtOnceMakeOneFile() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(1_500_000)
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place)
            try await withThrowingTaskGroup { group in
                for sender in 0..<8 {
                    group.addTask {
                        let own = stride(from: sender, to: 23, by: 8).reversed()
                        // Each chunk comes twice.
                        try await client.putChunks(own, of: bytes, to: place)
                        try await client.putChunks(own, of: bytes, to: place)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.completeUpload(hash, to: place).status == 200)
            #expect(try await client.raw(place.block, as: place.session).body == bytes)
        }
    }

    @Test func foreignUploadsAreUnknown() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(100_000)
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place)
            let stranger = try await client.makeFilePlace(block: place.block)
            let foreign = HeaperClient.FilePlace(session: stranger.session, heap: place.heap, block: place.block)
            let answer = try await client.putChunk(1, Array(bytes[Self.chunk...]), of: hash, to: foreign)
            #expect(answer.status == 404)
            #expect(answer.heaperCode == "heap_not_found")
            let own = try await client.putChunk(1, Array(bytes[Self.chunk...]), of: hash, to: stranger)
            #expect(own.status == 404)
            #expect(own.heaperCode == "upload_not_found")
            #expect(try await client.uploadStatus(hash, of: place).heaperIntegers("uploaded_chunks") == [])
        }
    }
}
