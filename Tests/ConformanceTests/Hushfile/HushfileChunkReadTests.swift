import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: GET /api/file/{id}/{index}", .serialized, .timeLimit(.minutes(20)))
struct HushfileChunkReadTests {
    /// Around the sizes at which storage and transfer change their ways.
    static let sizes = [0, 1, 32767, 32768, 32769, 262_143, 262_144, 262_145, 524_288, 1_398_144]

    @Test(arguments: ["0", "32768"], sizes)
    func chunkOfFinishedFileIs200ByteForByte(_ inlineBytes: String, _ count: Int) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let bytes = HushfileClient.bytes(count)
            let id = try await client.file([bytes])
            for _ in 0..<2 { try await client.get(chunk: 0, of: id).expectBytes(bytes) }
        }
    }

    @Test(arguments: [0, 1, 5, 999_999_999])
    func unfinishedFileIs412EvenIfTheChunkIsAbsent(_ index: Int) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            let response = try await client.get(chunk: index, of: upload.id)
            response.expect(412, HushfileBody.unfinished(upload.id))
            #expect(response.text == "{\"fileid\":\"\(upload.id)\",\"status\":\"Upload is unfinished.\"}")
        }
    }

    @Test(arguments: [1, 2, 10, 999_999_999])
    func absentChunkIs416(_ index: Int) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]])
            try await client.get(chunk: index, of: id).expect(416, HushfileBody.noChunk(index, id))
        }
    }

    @Test
    func gapInTheListIs416() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            for index in [5, 7] { #expect(try await client.put(chunk: index, [1], of: upload).status == 200) }
            #expect(try await client.finish(upload, chunks: [5, 7]).status == 200)
            for index in [0, 4, 6, 8] {
                try await client.get(chunk: index, of: upload.id).expect(416, HushfileBody.noChunk(index, upload.id))
            }
            try await client.get(chunk: 7, of: upload.id).expectBytes([1])
        }
    }

    @Test(arguments: ["000000000000000000000000000000", "x"])
    func unknownIdIs404(_ id: String) async throws {
        try await TestServer.run { server in
            try await server.get("/api/file/\(id)/0").expect(404, HushfileBody.notFound(id))
        }
    }

    @Test(arguments: HushfileChunkUploadTests.malformedIndexes.filter { $0 != "info" && $0 != "exists" })
    func pathThatIsNoCanonicalIndexIsCatchAll400(_ index: String) async throws {
        try await TestServer.run { server in
            let id = try await HushfileClient(server: server).file([[1], [2]])
            for id in [id, "unknown"] {
                let response = try await server.get("/api/file/\(id)/\(index)")
                response.expect(400, HushfileBody.badRequest(id))
            }
        }
    }

    @Test(arguments: ["bytes=0-3", "bytes=5-", "bytes=-1", "bytes=100-200", "bytes=0-0,2-3"])
    func rangeIsIgnored(_ range: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let bytes = HushfileClient.bytes(10)
            let id = try await client.file([bytes])
            let response = try await server.get("/api/file/\(id)/0", headers: [("Range", range)])
            response.expectBytes(bytes)
            #expect(response.header("content-range") == nil)
        }
    }

    @Test(arguments: ["0", "32768"])
    func chunksOnOneConnectionFollowEachOther(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let chunks = [100, 0, 300_000, 5].enumerated().map { HushfileClient.bytes($1, seed: UInt64($0)) }
            let id = try await client.file(chunks)
            try await TestConnection.open(port: server.port) { connection in
                for round in 0..<3 {
                    for (index, chunk) in chunks.enumerated() {
                        try await connection.write(server.head("GET", "/api/file/\(id)/\(index)"))
                        let response = try await connection.readResponse()
                        response.expectBytes(chunk)
                        #expect(response.header("connection") != "close", "round \(round)")
                    }
                }
            }
        }
    }

    @Test(arguments: ["0", "32768"])
    func parallelReadersOfUnlimitedFileAllGetIt(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let bytes = HushfileClient.bytes(400_000)
            let id = try await client.file([bytes])
            let answers = try await client.parallel(24) { _ in try await client.get(chunk: 0, of: id) }
            for answer in answers { answer.expectBytes(bytes) }
            #expect(try await client.info(id)["downloads"] == 24)
        }
    }
}
