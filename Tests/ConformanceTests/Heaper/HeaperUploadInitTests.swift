import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/upload/init/{heap_id}/{block_id}", .serialized, .timeLimit(.minutes(20)))
struct HeaperUploadInitTests {
    @Test func tellsWhatIsToBeSent() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(150_000)
            let answer = try await client.initUpload(bytes, to: place)
            #expect(answer.status == 200)
            #expect(
                answer.text
                    == """
                    {"status":"initialized","block_id":"file-block","file_hash":"\(HeaperClient.hash(bytes))",\
                    "file_size":150000,"chunk_size":65536,"total_chunks":3,"uploaded_chunks":[],"uploaded_bytes":0,\
                    "expires_at":"2023-11-21T22:13:20.000Z"}
                    """
            )
        }
    }

    @Test func otherNamesOfFieldsAndDefaultsWork() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let answer = try await client.post(
                "/api/upload/init/\(place.heap)/\(place.block)",
                [
                    "file_hash": .string(HeaperClient.hash([1]).uppercased()), "size": "10000000",
                    "file_name": "a", "unknown": [],
                ],
                as: place.session
            )
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try answer.heaperInteger("chunk_size") == 4 << 20)
            #expect(try answer.heaperInteger("total_chunks") == 3)
            #expect(try answer.heaperText("file_hash") == HeaperClient.hash([1]))
        }
    }

    @Test(arguments: [
        (1, 1000, 65_536), (1 << 40, 1 << 30, 64 << 20), (1 << 40, 4 << 20, 16 << 20), (100_000, 70_000, 70_000),
    ])
    func chunkSizeIsKeptInBounds(size: Int, wished: Int, expected: Int64) async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let answer = try await client.post(
                "/api/upload/init/\(place.heap)/\(place.block)",
                [
                    "hash": .string(HeaperClient.hash([1])), "file_size": .integer(size),
                    "chunk_size": .integer(wished),
                ],
                as: place.session
            )
            // No disk of a test has a TiB.
            guard size < 1 << 40 else {
                #expect(answer.status == 507)
                #expect(answer.heaperCode == "storage_full")
                return
            }
            #expect(try answer.heaperInteger("chunk_size") == expected)
        }
    }

    @Test func continuesWithWhatIsThere() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(300_000)
            _ = try await client.initUpload(bytes, to: place)
            try await client.putChunks([3, 1, 4], of: bytes, to: place)
            let answer = try await client.initUpload(bytes, to: place)
            #expect(try answer.heaperText("status") == "resumed")
            #expect(try answer.heaperIntegers("uploaded_chunks") == [1, 3, 4])
            #expect(try answer.heaperInteger("uploaded_bytes") == 65_536 * 2 + 300_000 - 4 * 65_536)
        }
    }

    @Test func otherSizesAreAConflictUnlessRestarted() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(300_000)
            let path = "/api/upload/init/\(place.heap)/\(place.block)"
            let hash = JSONValue.string(HeaperClient.hash(bytes))
            _ = try await client.initUpload(bytes, to: place)
            try await client.putChunks([0], of: bytes, to: place)
            let bodies: [[JSONValue.Member]] = [
                [.init("hash", hash), .init("file_size", 299_999), .init("chunk_size", 65_536)],
                [.init("hash", hash), .init("file_size", 300_000), .init("chunk_size", 131_072)],
            ]
            for body in bodies {
                let refused = try await client.post(path, .object(body), as: place.session)
                #expect(refused.status == 409)
                #expect(refused.heaperCode == "upload_differs")
                #expect(try refused.heaperInteger("file_size") == 300_000)
                #expect(try refused.heaperInteger("chunk_size") == 65_536)
            }
            let again = try await client.post(path, .object(bodies[1] + [.init("restart", true)]), as: place.session)
            #expect(try again.heaperText("status") == "initialized")
            #expect(try again.heaperInteger("chunk_size") == 131_072)
            #expect(try again.heaperIntegers("uploaded_chunks") == [])
            #expect(try await client.storedBlobs().isEmpty)
        }
    }

    @Test func ownBytesNeedNotBeSentAgain() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(300_000)
            let first = try await client.upload(bytes, to: place)
            let answer = try await client.initUpload(bytes, to: place.at("second"), more: [.init("name", "again.bin")])
            #expect(try answer.heaperText("status") == "exists")
            #expect(try answer.heaperText("file_id") != first.heaperText("file_id"))
            #expect(answer.json?["file"]?["name"] == "again.bin")
            #expect(try answer.heaperIntegers("uploaded_chunks") == [0, 1, 2, 3, 4])
            #expect(try await client.raw("second", as: place.session).body == bytes)
            #expect(try await client.storedBlobs().count == 1)
            let same = try await client.initUpload(bytes, to: place)
            #expect(try same.heaperText("status") == "exists")
            #expect(try same.heaperText("file_id") == first.heaperText("file_id"))
        }
    }

    @Test func bytesOfOthersMustBeSent() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let other = try await client.makeFilePlace(block: "other-block")
            let bytes = HeaperClient.bytes(300_000)
            try await client.upload(bytes, to: place)
            let answer = try await client.initUpload(bytes, to: other)
            #expect(try answer.heaperText("status") == "initialized")
            let status = try await client.fileStatus(HeaperClient.hash(bytes), of: other)
            #expect(try status.heaperText("status") == "in_progress")
            try await client.upload(bytes, to: other)
            #expect(try await client.raw("other-block", as: other.session).body == bytes)
            // Stored once all the same, as soon as the second sender's file is let go.
            #expect(try await client.eventually { try await client.storedBlobs().count == 1 })
        }
    }

    @Test func malformedFieldsAre400() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let hash = JSONValue.string(HeaperClient.hash([1]))
            let bodies: [JSONValue] = [
                [:], ["hash": hash], ["file_size": 1], ["hash": "00", "file_size": 1],
                ["hash": hash, "file_size": -1], ["hash": hash, "file_size": "x"],
                ["hash": hash, "file_size": .double(1.5)],
                ["hash": 5, "file_size": 1], ["hash": hash, "file_size": 1, "chunk_size": "big"],
                ["hash": hash, "file_size": 1, "restart": 7], [],
            ]
            for body in bodies {
                let answer = try await client.post(
                    "/api/upload/init/\(place.heap)/\(place.block)",
                    body,
                    as: place.session
                )
                #expect(answer.status == 400, "\(body) \(answer.text)")
                #expect(answer.heaperCode == "malformed")
            }
            let block = try await client.post(
                "/api/upload/init/\(place.heap)/a%20b",
                ["hash": hash, "file_size": 1],
                as: place.session
            )
            #expect(block.status == 400)
        }
    }

    @Test func sizesPastEveryLimitAreRefused() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            for size: Int64 in [.max, (64 << 36) + 1] {
                let answer = try await client.post(
                    "/api/upload/init/\(place.heap)/\(place.block)",
                    ["hash": .string(HeaperClient.hash([1])), "file_size": .integer(size)],
                    as: place.session
                )
                #expect(answer.status == 413)
                #expect(answer.heaperCode == "too_large")
            }
        }
    }

    @Test func quotaCountsWhatIsUnderWay() async throws {
        try await HeaperClient.run(["STORAGE_BYTES": "500000"]) { client async throws in
            let place = try await client.makeFilePlace()
            let first = HeaperClient.bytes(300_000)
            _ = try await client.initUpload(first, to: place)
            let second = HeaperClient.bytes(300_000, seed: 2)
            let refused = try await client.initUpload(second, to: place)
            #expect(refused.status == 507)
            #expect(refused.heaperCode == "quota_exceeded")
            // Going on is no new upload.
            #expect(try await client.initUpload(first, to: place).heaperText("status") == "resumed")
            let other = try await client.makeFilePlace(block: "other")
            #expect(try await client.initUpload(second, to: other).status == 200)
            try await client.upload(first, to: place)
            #expect(try await client.initUpload(first, to: place.at("copy")).heaperText("status") == "exists")
            #expect(try await client.initUpload(HeaperClient.bytes(200_000, seed: 3), to: place).status == 200)
        }
    }

    @Test func whatIsPurgedUnderWayFreesItsPlace() async throws {
        try await HeaperClient.run(["STORAGE_BYTES": "500000"]) { client async throws in
            let place = try await client.makeFilePlace()
            try await client.addBlock("B", in: place.heap, as: place.session)
            _ = try await client.initUpload(HeaperClient.bytes(400_000), to: place.at("B"))
            let second = HeaperClient.bytes(300_000, seed: 2)
            #expect(try await client.initUpload(second, to: place).status == 507)
            try await client.trash("B", as: place.session)
            #expect(try await client.send("DELETE", "/api/trash/\(place.heap)", as: place.session).status == 200)
            #expect(try await client.initUpload(second, to: place).status == 200)
        }
    }

    @Test func parallelBeginningsMakeOneUpload() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(100_000)
            let states = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await client.initUpload(bytes, to: place).heaperText("status") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(states.filter { $0 == "initialized" }.count == 1)
            #expect(states.filter { $0 == "resumed" }.count == 7)
        }
    }
}
