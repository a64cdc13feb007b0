import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: GET /api/file/{id}/metadata", .serialized, .timeLimit(.minutes(20)))
struct HushfileMetadataReadTests {
    @Test(arguments: ["0", "32768"], [1, 500, 65536])
    func storedMetadataIs200ByteForByte(_ inlineBytes: String, _ count: Int) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let metadata = HushfileClient.bytes(count)
            let id = try await client.file([[1]], metadata: metadata)
            for _ in 0..<3 { try await server.get("/api/file/\(id)/metadata").expectBytes(metadata) }
        }
    }

    @Test
    func fileWithoutMetadataIs200WithoutAByte() async throws {
        try await TestServer.run { server in
            let id = try await HushfileClient(server: server).file([[1]])
            try await server.get("/api/file/\(id)/metadata").expectBytes([])
        }
    }

    @Test(arguments: [true, false])
    func unfinishedFileIs412WhetherOrNotThereIsMetadata(_ hasMetadata: Bool) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            if hasMetadata { #expect(try await client.put(metadata: [1], of: upload).status == 200) }
            let response = try await server.get("/api/file/\(upload.id)/metadata")
            response.expect(412, HushfileBody.unfinished(upload.id))
            #expect(response.text == "{\"fileid\":\"\(upload.id)\",\"status\":\"Upload is unfinished.\"}")
        }
    }

    @Test(arguments: ["000000000000000000000000000000", "x", "metadata"])
    func unknownIdIs404(_ id: String) async throws {
        try await TestServer.run { server in
            let response = try await server.get("/api/file/\(id)/metadata")
            response.expect(404, HushfileBody.notFound(id))
        }
    }

    @Test
    func rangeIsIgnored() async throws {
        try await TestServer.run { server in
            let id = try await HushfileClient(server: server).file([[1]], metadata: [1, 2, 3, 4])
            let response = try await server.get("/api/file/\(id)/metadata", headers: [("Range", "bytes=1-2")])
            response.expectBytes([1, 2, 3, 4])
            #expect(response.header("content-range") == nil)
        }
    }

    @Test
    func readsAreNeverCounted() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]], metadata: [5], ["limit": 1])
            for _ in 0..<5 { try await server.get("/api/file/\(id)/metadata").expectBytes([5]) }
            #expect(try await client.info(id)["downloads"] == 0)
            try await client.get(chunk: 0, of: id).expectBytes([1])
        }
    }
}
