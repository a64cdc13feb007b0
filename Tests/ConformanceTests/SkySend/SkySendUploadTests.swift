import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: POST /api/upload", .serialized, .timeLimit(.minutes(20)))
struct SkySendUploadTests {
    static let mismatch = "Body size does not match declared content length"

    @Test(arguments: [1, 2, 16_383, 65_536, 65_537, 3_000_000])
    func uploadGivesIdAndAddress(_ size: Int) async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(size)
            let response = try await client.upload(bytes)
            let id = try response.skySendText("id")
            #expect(SkySendClient.isLowercaseUUID4(id), "\(id)")
            response.expectMembers(
                201,
                ["id": .string(id), "url": .string("\(SkySendClient.baseURL)/file/\(id)")]
            )
            try await client.download(id).expectFile(bytes)
            let details = try await client.details(id)
            #expect(details["size"] == .integer(size))
        }
    }

    @Test
    func addressWithoutBaseURLComesFromTheRequest() async throws {
        try await SkySendClient.run(["COFFER_BASE_URL": ""]) { client in
            let response = try await client.upload([1])
            let id = try response.skySendText("id")
            #expect(response.json?["url"] == .string("http://127.0.0.1:\(client.server.port)/file/\(id)"))
        }
    }

    @Test(arguments: ["application/json", "text/plain", "multipart/form-data; boundary=x", nil])
    func mediaTypeOfTheBodyDoesNotMatter(_ type: String?) async throws {
        try await SkySendClient.run { client in
            let headers = type.map { [("Content-Type", $0)] } ?? []
            let id = try await client.file([0x7B, 0, 0xFF], headers: headers)
            try await client.download(id).expectFile([0x7B, 0, 0xFF])
        }
    }

    @Test
    func idsDiffer() async throws {
        try await SkySendClient.run { client in
            let ids = try await client.parallel(20) { _ in try await client.file([1]) }
            #expect(Set(ids).count == 20)
        }
    }

    // MARK: Chunked coding

    @Test(arguments: [1, 999, 2_000_000])
    func streamedBodyWithDeclaredSizeWorks(_ size: Int) async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(size)
            let response = try await Self.stream(bytes, declared: size, to: client)
            #expect(response.status == 201, "\(response.text)")
            try await client.download(try response.skySendText("id")).expectFile(bytes)
        }
    }

    @Test
    func streamedBodyWithoutDeclaredSizeIsRefused() async throws {
        try await SkySendClient.run { client in
            try await Self.stream([1, 2, 3], declared: nil, to: client)
                .expectInvalid("Invalid request headers", fields: ["contentLength"])
        }
    }

    /// What is declared, and how much is sent.
    static let lies: [(Int, Int)] = [(10, 9), (10, 1), (10, 11), (100_000, 99_999), (100_000, 100_001)]

    @Test(arguments: lies)
    func streamedBodyOfAnotherSizeLeavesNothing(_ declared: Int, _ sent: Int) async throws {
        try await SkySendClient.run { client in
            try await Self.stream(SkySendClient.bytes(sent), declared: declared, to: client)
                .expectFailure(400, Self.mismatch)
            #expect(try await client.hasNothingStored())
        }
    }

    @Test(arguments: lies)
    func bodyWhoseLengthsDisagreeLeavesNothing(_ declared: Int, _ sent: Int) async throws {
        try await SkySendClient.run { client in
            let changes: [String: String?] = ["X-Content-Length": String(declared)]
            try await client.upload(SkySendClient.bytes(sent), changes).expectFailure(400, Self.mismatch)
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func endlessBodyIsAnsweredOnceTheDeclaredSizeIsPassed() async throws {
        try await SkySendClient.run { client in
            try await TestConnection.open(port: client.server.port) { connection in
                let headers = SkySendClient.parameters(size: 1000) + [("Transfer-Encoding", "chunked")]
                try await connection.write(client.server.head("POST", "/api/upload", headers: headers))
                try await connection.write("7d0\r\n")
                try await connection.write(SkySendClient.bytes(2000) + Array("\r\n".utf8))
                // The end of the body never comes.
                try await connection.readResponse().expectFailure(400, Self.mismatch)
            }
            #expect(try await client.hasNothingStored())
        }
    }

    private static func stream(
        _ bytes: [UInt8],
        declared: Int?,
        to client: SkySendClient
    ) async throws -> TestResponse {
        let headers = SkySendClient.parameters(size: declared) + [("Transfer-Encoding", "chunked")]
        let coded = SkySendClient.chunkCoded(bytes)
        return try await client.server.send("POST", "/api/upload", headers: headers, body: coded)
    }

    // MARK: Missing and broken bodies

    @Test
    func missingBodyIsRefused() async throws {
        try await SkySendClient.run { client in
            let headers = SkySendClient.parameters(size: 10)
            let none = try await client.server.send("POST", "/api/upload", headers: headers)
            none.expectFailure(400, "Missing request body")
            let empty = try await client.server.send("POST", "/api/upload", headers: headers, body: [])
            empty.expectFailure(oneOf: [(400, "Missing request body"), (400, Self.mismatch)])
            #expect(try await client.hasNothingStored())
        }
    }

    @Test(arguments: [true, false])
    func cutBodyLeavesNothing(_ isDeclared: Bool) async throws {
        try await SkySendClient.run { client in
            try await TestConnection.open(port: client.server.port) { connection in
                let framing = isDeclared ? ("Content-Length", "4000000") : ("Transfer-Encoding", "chunked")
                let headers = SkySendClient.parameters(size: 4_000_000) + [framing]
                try await connection.write(client.server.head("POST", "/api/upload", headers: headers))
                if !isDeclared { try await connection.write("1e8480\r\n") }
                try await connection.write(SkySendClient.bytes(2_000_000))
                #expect(try await client.eventually { !client.incomingFiles.isEmpty || !client.storedFiles.isEmpty })
                await connection.cut()
            }
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func halfClosedBodyLeavesNothing() async throws {
        try await SkySendClient.run { client in
            try await TestConnection.open(port: client.server.port) { connection in
                let headers = SkySendClient.parameters(size: 1_000_000) + [("Content-Length", "1000000")]
                try await connection.write(client.server.head("POST", "/api/upload", headers: headers))
                try await connection.write(SkySendClient.bytes(400_000))
                connection.finishWriting()
                let answer = try? await connection.readResponse()
                #expect(answer?.status != 201)
            }
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func uploadIsNotThereBeforeItsLastByte() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(200_000)
            try await TestConnection.open(port: client.server.port) { connection in
                let headers = SkySendClient.parameters() + [("Content-Length", "200000")]
                try await connection.write(client.server.head("POST", "/api/upload", headers: headers))
                try await connection.write(Array(bytes.prefix(199_999)))
                client.clock.advance(by: .seconds(7))
                try await connection.write(Array(bytes.suffix(1)))
                let response = try await connection.readResponse()
                #expect(response.status == 201, "\(response.text)")
                let details = try await client.details(try response.skySendText("id"))
                #expect(details["size"] == 200_000)
            }
        }
    }

    @Test
    func parallelUploadsStayApart() async throws {
        try await SkySendClient.run { client in
            let bytes = (0..<12).map { SkySendClient.bytes(300_000, seed: UInt64($0) + 1) }
            let ids = try await client.parallel(12) { try await client.file(bytes[$0]) }
            for (id, bytes) in zip(ids, bytes) { try await client.download(id).expectFile(bytes) }
        }
    }

    @Test
    func connectionServesTheNextRequestAfterAnUpload() async throws {
        try await SkySendClient.run { client in
            try await TestConnection.open(port: client.server.port) { connection in
                for size in [1, 70_000, 12] {
                    let bytes = SkySendClient.bytes(size)
                    let headers = SkySendClient.parameters()
                    let head = client.server.head("POST", "/api/upload", headers: headers, body: bytes)
                    try await connection.write(head)
                    try await connection.write(bytes)
                    #expect(try await connection.readResponse().status == 201)
                }
            }
        }
    }

    @Test
    func uploadSurvivesARestart() async throws {
        let bytes = SkySendClient.bytes(50_000)
        try await SkySendClient.restart(away: .seconds(3000)) { client in
            let id = try await client.file(bytes)
            #expect(try await client.meta(id, #"{"encryptedMeta":"YWI=","nonce":"YWI="}"#).status == 200)
            try await client.download(id).expectFile(bytes)
            return (id, try await client.details(id))
        } after: { client, before in
            #expect(try await client.details(before.0) == before.1)
            try await client.download(before.0).expectFile(bytes)
            #expect(try await client.details(before.0)["downloadCount"] == 2)
        }
    }
}
