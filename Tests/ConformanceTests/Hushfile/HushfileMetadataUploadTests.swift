import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: PUT /api/file/{id}/metadata", .serialized, .timeLimit(.minutes(20)))
struct HushfileMetadataUploadTests {
    static let contentTypes: [String?] = [
        nil, "application/octet-stream", "text/plain", "application/json", "application/x-www-form-urlencoded",
    ]

    @Test(arguments: contentTypes)
    func anyContentTypeButMultipartIsStoredByteForByte(_ type: String?) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let bytes: [UInt8] = Array(0...255) + Array("a=b&c=%41\r\n".utf8)
            let headers = type.map { [("Content-Type", $0)] } ?? []
            let response = try await client.put(metadata: bytes, of: upload, headers: headers)
            response.expect(200, ["id": .string(upload.id), "finished": false])
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await server.get("/api/file/\(upload.id)/metadata").expectBytes(bytes)
        }
    }

    @Test(arguments: ["multipart/form-data; boundary=x", "Multipart/Mixed; boundary=x", "multipart/form-data"])
    func multipartIs400AndStoresNothing(_ type: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let headers = [("Content-Type", type)]
            let response = try await client.put(metadata: Array("--x--\r\n".utf8), of: upload, headers: headers)
            response.expectError(400, fileid: upload.id)
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await server.get("/api/file/\(upload.id)/metadata").expectBytes([])
        }
    }

    @Test(arguments: ["0", "32768"])
    func repeatedUploadReplacesTheFirst(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            for seed in 1...3 as ClosedRange<UInt64> {
                let bytes = HushfileClient.bytes(2000 * Int(seed), seed: seed)
                #expect(try await client.put(metadata: bytes, of: upload).status == 200)
            }
            #expect(try await client.put(metadata: [7], of: upload).status == 200)
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await server.get("/api/file/\(upload.id)/metadata").expectBytes([7])
            // At most the chunk and the last metadata.
            #expect(try await client.eventually { client.storedFiles.count <= 2 })
        }
    }

    @Test
    func metadataIsNoChunkAndNotPartOfTheTotal() async throws {
        try await TestServer.run(["COFFER_HUSHFILE_MAX_FILESIZE_BYTES": "10"]) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            #expect(try await client.put(metadata: HushfileClient.bytes(5000), of: upload).status == 200)
            #expect(try await client.put(chunk: 0, HushfileClient.bytes(10), of: upload).status == 200)
            let info = try await client.info(upload.id)
            #expect(info["chunks"] == [0])
            #expect(info["totalsize"] == 10)
        }
    }

    @Test
    func exactly64KiBIs200() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let bytes = HushfileClient.bytes(65536)
            #expect(try await client.put(metadata: bytes, of: upload).status == 200)
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await server.get("/api/file/\(upload.id)/metadata").expectBytes(bytes)
        }
    }

    @Test
    func declaredMoreThan64KiBIs400BeforeItIsSent() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            try await TestConnection.open(port: server.port) { connection in
                let head = server.head("PUT", client.metadataTarget(upload), headers: [("Content-Length", "65537")])
                try await connection.write(head)
                try await connection.readResponse().expectError(400, fileid: upload.id)
            }
        }
    }

    @Test
    func streamedMoreThan64KiBIs400AndKeepsTheFormerMetadata() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            #expect(try await client.put(metadata: [1, 2, 3], of: upload).status == 200)
            try await TestConnection.open(port: server.port) { connection in
                let headers = [("Transfer-Encoding", "chunked")]
                try await connection.write(server.head("PUT", client.metadataTarget(upload), headers: headers))
                // 0x10001 is one byte more than 64 KiB; the end of the body never comes.
                try await connection.write(Array("10001\r\n".utf8) + HushfileClient.bytes(0x10001) + Array("\r\n".utf8))
                try await connection.readResponse().expectError(400, fileid: upload.id)
            }
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await server.get("/api/file/\(upload.id)/metadata").expectBytes([1, 2, 3])
        }
    }

    @Test
    func emptyMetadataIs200() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            #expect(try await client.put(metadata: [9], of: upload).status == 200)
            #expect(try await client.put(metadata: [], of: upload).status == 200)
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await server.get("/api/file/\(upload.id)/metadata").expectBytes([])
        }
    }

    @Test
    func bodyCutShortKeepsTheFormerMetadata() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            #expect(try await client.put(metadata: [1, 2, 3], of: upload).status == 200)
            try await TestConnection.open(port: server.port) { connection in
                let head = server.head("PUT", client.metadataTarget(upload), headers: [("Content-Length", "1000")])
                try await connection.write(head)
                try await connection.write(HushfileClient.bytes(500))
                connection.finishWriting()
                _ = try? await connection.readToEnd()
            }
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await server.get("/api/file/\(upload.id)/metadata").expectBytes([1, 2, 3])
        }
    }
}
