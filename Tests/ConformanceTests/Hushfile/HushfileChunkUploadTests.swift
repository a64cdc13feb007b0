import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: PUT /api/file/{id}/{index}", .serialized, .timeLimit(.minutes(20)))
struct HushfileChunkUploadTests {
    static let storages = ["0", "32768"]

    @Test(arguments: [0, 1, 7, 10, 123, 999_999_999])
    func acceptedChunkIs200WithItsIndex(_ index: Int) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let bytes = HushfileClient.bytes(1234)
            let response = try await client.put(chunk: index, bytes, of: upload)
            response.expect(200, ["index": .integer(index), "finished": false])
            let info = try await client.info(upload.id)
            #expect(info["chunks"] == [.integer(index)])
            #expect(info["totalsize"] == 1234)
            #expect(info["finished"] == false)
            #expect(try await client.finish(upload, chunks: [index]).status == 200)
            try await client.get(chunk: index, of: upload.id).expectBytes(bytes)
        }
    }

    static let malformedIndexes = [
        "00", "01", "007", "+1", "-1", "-0", "1.0", "1.", ".5", "1e3", "0x1", "a", "1a", "a1", "%201", "1%20", "1%0A",
        "1,2", "1000000000", "99999999999999999999", "%EF%BC%91", "%D9%A1", "%00", "0%00", "Metadata", "info", "exists",
        "finishupload",
    ]

    @Test(arguments: malformedIndexes)
    func pathThatIsNoCanonicalIndexIsCatchAll400(_ index: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            for id in [upload.id, "unknown"] {
                let target = "/api/file/\(id)/\(index)?uploadpassword=\(upload.password)"
                let response = try await server.send("PUT", target, body: [1])
                response.expect(400, HushfileBody.badRequest(id))
            }
            #expect(try await client.info(upload.id)["chunks"] == [])
        }
    }

    static let rawTypes: [String?] = [
        nil, "application/octet-stream", "application/octet-stream; charset=binary", "text/plain", "application/json",
        "application/x-www-form-urlencoded", "image/png",
    ]

    @Test(arguments: rawTypes)
    func bodyOfAnyTypeButMultipartIsStoredByteForByte(_ type: String?) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let bytes: [UInt8] = Array(0...255) + Array("a=b+c&d=%41\r\n\r\n".utf8)
            let headers = type.map { [("Content-Type", $0)] } ?? []
            #expect(try await client.put(chunk: 0, bytes, of: upload, headers: headers).status == 200)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await client.get(chunk: 0, of: upload.id).expectBytes(bytes)
        }
    }

    static let refusedHeaders: [[(String, String)]] = [
        [("Content-Type", "multipart/form-data; boundary=x")],
        [("Content-Type", "MULTIPART/Form-Data; boundary=x")],
        [("Content-Type", "multipart/mixed; boundary=x")],
        [("Content-Type", "multipart/form-data")],
        [("Content-Encoding", "gzip")],
        [("Content-Encoding", "br")],
        [("Content-Encoding", "identity, gzip")],
        [("Content-Type", "application/octet-stream"), ("Content-Encoding", "deflate")],
    ]

    @Test(arguments: refusedHeaders.indices)
    func multipartOrEncodedBodyIs400AndStoresNothing(_ row: Int) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let headers = Self.refusedHeaders[row]
            let response = try await client.put(chunk: 0, Array("--x--\r\n".utf8), of: upload, headers: headers)
            response.expectError(400, fileid: upload.id)
            #expect(try await client.info(upload.id)["chunks"] == [])
        }
    }

    @Test(arguments: ["identity", "Identity"])
    func identityEncodingIs200(_ encoding: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let headers = [("Content-Encoding", encoding)]
            #expect(try await client.put(chunk: 0, [1, 2], of: upload, headers: headers).status == 200)
        }
    }

    @Test(arguments: storages)
    func chunksInAnyOrderAndParallelAreAllKept(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            #expect(try await client.put(chunk: 40, HushfileClient.bytes(10, seed: 40), of: upload).status == 200)
            #expect(try await client.put(chunk: 33, HushfileClient.bytes(10, seed: 33), of: upload).status == 200)
            let statuses = try await client.parallel(32) { number in
                let bytes = HushfileClient.bytes(10 + number, seed: UInt64(number))
                return try await client.put(chunk: number, bytes, of: upload).status
            }
            #expect(statuses.allSatisfy { $0 == 200 })
            let indexes = Array(0..<32) + [33, 40]
            let info = try await client.info(upload.id)
            #expect(info["chunks"] == .array(indexes.map { .integer($0) }))
            #expect(info["totalsize"] == .integer(32 * 10 + 31 * 32 / 2 + 20))
            #expect(try await client.finish(upload, chunks: indexes).status == 200)
            for index in indexes {
                let count = index < 32 ? 10 + index : 10
                let bytes = HushfileClient.bytes(count, seed: UInt64(index))
                try await client.get(chunk: index, of: upload.id).expectBytes(bytes)
            }
        }
    }

    @Test(arguments: storages)
    func repeatedChunkReplacesTheFirstAndTheTotalFollows(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            for count in [5000, 100, 0, 7000] {
                let response = try await client.put(chunk: 3, HushfileClient.bytes(count), of: upload)
                response.expect(200, ["index": 3, "finished": false])
                let info = try await client.info(upload.id)
                #expect(info["chunks"] == [3])
                #expect(info["totalsize"] == .integer(count))
            }
            #expect(try await client.finish(upload, chunks: [3]).status == 200)
            try await client.get(chunk: 3, of: upload.id).expectBytes(HushfileClient.bytes(7000))
            let expected = inlineBytes == "0" ? 1 : 0
            #expect(try await client.eventually { client.storedFiles.count == expected })
        }
    }

    @Test(arguments: storages)
    func parallelReplacementsLeaveOneOfThemWhole(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let statuses = try await client.parallel(24) { number in
                let bytes = [UInt8](repeating: UInt8(number), count: 20_000 + number)
                return try await client.put(chunk: 0, bytes, of: upload).status
            }
            #expect(statuses.allSatisfy { $0 == 200 })
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            let kept = try await client.get(chunk: 0, of: upload.id).body
            let number = try #require(kept.first)
            #expect(kept == [UInt8](repeating: number, count: 20_000 + Int(number)))
            #expect(try await client.info(upload.id)["totalsize"] == .integer(kept.count))
            let expected = inlineBytes == "0" ? 1 : 0
            #expect(try await client.eventually { client.storedFiles.count == expected })
        }
    }

    @Test(arguments: storages)
    func emptyChunkIsAChunk(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            try await client.put(chunk: 0, [], of: upload).expect(200, ["index": 0, "finished": false])
            // A PUT with neither length nor transfer coding has an empty body too.
            let response = try await server.send("PUT", client.chunkTarget(1, upload))
            response.expect(200, ["index": 1, "finished": false])
            let info = try await client.info(upload.id)
            #expect(info["chunks"] == [0, 1])
            #expect(info["totalsize"] == 0)
            #expect(try await client.finish(upload, chunks: [0, 1]).status == 200)
            try await client.get(chunk: 1, of: upload.id).expectBytes([])
        }
    }

    @Test(arguments: storages)
    func chunkedTransferIsStoredWhole(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let bytes = HushfileClient.bytes(70_000)
            try await TestConnection.open(port: server.port) { connection in
                let headers = [("Transfer-Encoding", "chunked")]
                try await connection.write(server.head("PUT", client.chunkTarget(0, upload), headers: headers))
                for start in stride(from: 0, to: bytes.count, by: 7000) {
                    try await connection.write("1b58\r\n")
                    try await connection.write(Array(bytes[start..<start + 7000]))
                    try await connection.write("\r\n")
                }
                try await connection.write("0\r\n\r\n")
                try await connection.readResponse().expect(200, ["index": 0, "finished": false])
            }
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await client.get(chunk: 0, of: upload.id).expectBytes(bytes)
        }
    }

    @Test
    func expectContinueIsAnsweredAndTheChunkStored() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            try await TestConnection.open(port: server.port) { connection in
                let headers = [("Content-Length", "3"), ("Expect", "100-continue")]
                try await connection.write(server.head("PUT", client.chunkTarget(0, upload), headers: headers))
                #expect(try await connection.readHead().status == 100)
                try await connection.write([1, 2, 3])
                try await connection.readResponse().expect(200, ["index": 0, "finished": false])
            }
        }
    }

    // MARK: Cut bodies

    enum Cut: String, CaseIterable, Sendable { case closed, halfClosed }
    enum Framing: String, CaseIterable, Sendable { case length, chunked }

    @Test(arguments: Cut.allCases, Framing.allCases)
    func largeBodyCutShortStoresNothingAndLeavesNoFile(_ cut: Cut, _ framing: Framing) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            try await sendHalf(of: 4 * 1024 * 1024, to: client.chunkTarget(0, upload), framing, cut, client) {
                try await client.eventually { !client.incomingFiles.isEmpty }
            }
            #expect(try await client.eventually { client.incomingFiles.isEmpty })
            #expect(client.storedFiles.isEmpty)
            #expect(try await client.info(upload.id)["chunks"] == [])
            try await client.finish(upload, chunks: [0]).expect(
                400,
                ["fileid": .string(upload.id), "status": "Missing chunks: 0"]
            )
            let whole = HushfileClient.bytes(1000)
            #expect(try await client.put(chunk: 0, whole, of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await client.get(chunk: 0, of: upload.id).expectBytes(whole)
        }
    }

    @Test(arguments: Cut.allCases, Framing.allCases)
    func replacementCutShortKeepsTheFormerChunk(_ cut: Cut, _ framing: Framing) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let old = HushfileClient.bytes(5000, seed: 3)
            #expect(try await client.put(chunk: 0, old, of: upload).status == 200)
            try await sendHalf(of: 10_000, to: client.chunkTarget(0, upload), framing, cut, client) { true }
            let info = try await client.info(upload.id)
            #expect(info["chunks"] == [0])
            #expect(info["totalsize"] == 5000)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await client.get(chunk: 0, of: upload.id).expectBytes(old)
        }
    }

    /// Starts a PUT, sends half its body, and ends the connection once `isThere`.
    private func sendHalf(
        of count: Int,
        to target: String,
        _ framing: Framing,
        _ cut: Cut,
        _ client: HushfileClient,
        isThere: () async throws -> Bool
    ) async throws {
        try await TestConnection.open(port: client.server.port) { connection in
            let header =
                switch framing {
                case .length: ("Content-Length", String(count))
                case .chunked: ("Transfer-Encoding", "chunked")
                }
            try await connection.write(client.server.head("PUT", target, headers: [header]))
            if framing == .chunked { try await connection.write("\(String(count, radix: 16))\r\n") }
            try await connection.write(HushfileClient.bytes(count / 2))
            #expect(try await isThere())
            switch cut {
            case .closed: await connection.cut()
            case .halfClosed:
                connection.finishWriting()
                // Whatever is said to a client that broke off, it must not be success.
                if let response = try? await connection.readResponse() { #expect(response.status >= 400) }
            }
        }
    }
}
