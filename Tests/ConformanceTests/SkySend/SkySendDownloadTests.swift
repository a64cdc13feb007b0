import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: GET /api/download/{id}", .serialized, .timeLimit(.minutes(20)))
struct SkySendDownloadTests {
    static let wrong = SkySendClient.token("wrong")
    /// More than two socket buffers and what the test itself reads ahead hold.
    static let hugeBytes = 12 * 1024 * 1024

    @Test(arguments: ["0", "32768"], [1, 65_535, 65_536, 65_537, 1_000_000])
    func downloadIsTheUploadedBytes(_ inlineBytes: String, _ size: Int) async throws {
        try await SkySendClient.run(["COFFER_INLINE_BYTES": inlineBytes]) { client in
            let bytes = SkySendClient.bytes(size)
            let id = try await client.file(bytes, ["X-File-Count": "3"])
            let response = try await client.download(id)
            response.expectFile(bytes, count: 3)
            #expect(response.header("accept-ranges") == "bytes")
            let etag = try #require(response.header("etag"))
            #expect(etag.wholeMatch(of: /"[^"]+"/) != nil, "\(etag)")
            #expect(response.header("transfer-encoding") == nil)
        }
    }

    @Test
    func encodingsAreNeverApplied() async throws {
        try await SkySendClient.run { client in
            let bytes = [UInt8](repeating: 0x61, count: 100_000)
            let id = try await client.file(bytes)
            let response = try await client.download(id, headers: [("Accept-Encoding", "gzip, deflate, br")])
            response.expectFile(bytes)
        }
    }

    @Test
    func tagsOfTwoUploadsDiffer() async throws {
        try await SkySendClient.run { client in
            let first = try await client.download(client.file([1])).header("etag")
            let second = try await client.download(client.file([2])).header("etag")
            #expect(first != second)
        }
    }

    // MARK: Order of checks

    @Test(arguments: SkySendClient.strangeIDs)
    func unknownUploadIs404(_ id: String) async throws {
        try await SkySendClient.run { client in
            try await client.download(id, auth: nil).expectFailure(401, "Missing X-Auth-Token header")
            try await client.download(id).expectFailure(404, "Upload not found")
            try await client.download(id, auth: "!").expectFailure(404, "Upload not found")
        }
    }

    @Test
    func tokenIsToldBeforeExpiryAndExhaustion() async throws {
        try await SkySendClient.run { client in
            let spent = try await client.file([1], ["X-Max-Downloads": "1"])
            try await client.download(spent).expectFile([1])
            let expired = try await client.file([1], ["X-Expire-Sec": "300"])
            for (id, error) in [(spent, "Download limit reached"), (expired, "Upload has expired")] {
                if id == expired { client.clock.advance(by: .seconds(300)) }
                try await client.download(id, auth: nil).expectFailure(401, "Missing X-Auth-Token header")
                try await client.download(id, auth: "a+b").expectFailure(401, "Invalid auth token format")
                try await client.download(id, auth: Self.wrong).expectFailure(401, "Invalid auth token")
                try await client.download(id).expectFailure(410, error)
            }
        }
    }

    static let tokens: [(String, String)] = [
        ("a+b", "Invalid auth token format"), ("!", "Invalid auth token format"), (wrong, "Invalid auth token"),
        ("abcd", "Invalid auth token"), (SkySendClient.owner, "Invalid auth token"),
        (String(SkySendClient.auth.dropLast(3)), "Invalid auth token"),
        (SkySendClient.auth + "AAAA", "Invalid auth token"),
    ]

    @Test(arguments: tokens)
    func wrongTokenNeverCounts(_ token: String, _ error: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], ["X-Max-Downloads": "1"])
            try await client.download(id, auth: token).expectFailure(401, error)
            #expect(try await client.details(id)["downloadCount"] == 0)
            try await client.download(id, auth: SkySendClient.auth + "=").expectFile([1])
        }
    }

    @Test
    func lostBytesAreToldAsSuch() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file(SkySendClient.bytes(100_000))
            #expect(client.storedFiles.count == 1)
            try client.loseStoredFiles()
            let response = try await client.download(id)
            response.expectFailure(500, "File not found on disk")
            #expect(try await client.server.get("/api/health").status == 200)
        }
    }

    // MARK: Counting

    @Test(arguments: [1, 5, 20])
    func parallelDownloadsNeverPassTheLimit(_ limit: Int) async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(100_000)
            let id = try await client.file(bytes, ["X-Max-Downloads": String(limit)])
            let answers = try await client.parallel(48) { _ in try await client.download(id) }
            #expect(answers.filter { $0.status == 200 }.count == limit)
            for answer in answers {
                if answer.status == 200 {
                    answer.expectFile(bytes)
                } else {
                    answer.expectFailure(
                        oneOf: [(410, "Download limit reached"), (410, "Upload no longer available")]
                    )
                }
            }
            try await client.info(id).expectFailure(410, "Download limit reached")
        }
    }

    @Test
    func countIsTakenWhenTheDownloadStarts() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(Self.hugeBytes)
            let id = try await client.file(bytes, ["X-Max-Downloads": "1"])
            try await Self.start(id, client) { connection in
                try await client.download(id).expectFailure(410, "Download limit reached")
                let isIntact = try await connection.read(bytes.count) == bytes
                #expect(isIntact)
            }
        }
    }

    @Test
    func headNeverCounts() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file(SkySendClient.bytes(5000), ["X-Max-Downloads": "1"])
            let auth = [("X-Auth-Token", SkySendClient.auth)]
            for _ in 0..<3 {
                let head = try await client.server.send("HEAD", "/api/download/\(id)", headers: auth)
                #expect(head.status == 200)
                #expect(head.header("content-length") == "5000")
                #expect(head.header("content-type") == "application/octet-stream")
                #expect(head.header("x-file-count") == "1")
            }
            #expect(try await client.details(id)["downloadCount"] == 0)
            #expect(try await client.server.send("HEAD", "/api/download/\(id)").status == 401)
            #expect(try await client.server.send("HEAD", "/api/info/\(id)").status == 200)
            try await client.download(id).expectFile(SkySendClient.bytes(5000))
            #expect(try await client.server.send("HEAD", "/api/download/\(id)", headers: auth).status == 410)
        }
    }

    @Test
    func headOfAnExistingRouteHasNoBody() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1])
            try await TestConnection.open(port: client.server.port) { connection in
                let auth = [("X-Auth-Token", SkySendClient.auth)]
                try await connection.write(client.server.head("HEAD", "/api/download/\(id)", headers: auth))
                try await connection.write(client.server.head("GET", "/api/exists/\(id)"))
                #expect(try await connection.readResponse(isHead: true).status == 200)
                // Were there a body, this answer would not be the next thing on the wire.
                try await connection.readResponse().expectJSON(200, #"{"exists":true}"#)
            }
        }
    }

    // MARK: Readers under way

    @Test
    func readerFinishesThoughTheUploadIsDeleted() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(Self.hugeBytes)
            let id = try await client.file(bytes)
            try await Self.start(id, client) { connection in
                #expect(try await client.delete(id).status == 200)
                try await client.info(id).expectFailure(404, "Upload not found")
                let isIntact = try await connection.read(bytes.count) == bytes
                #expect(isIntact)
            }
            #expect(try await client.hasNothingStored())
        }
    }

    @Test(arguments: ["1", "2"])
    func readerFinishesThoughTheUploadIsCleanedUp(_ limit: String) async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(Self.hugeBytes)
            let id = try await client.file(bytes, ["X-Max-Downloads": limit, "X-Expire-Sec": "300"])
            try await Self.start(id, client) { connection in
                client.clock.advance(by: .seconds(300))
                client.clock.advance(by: .seconds(60))
                try await client.sweep()
                let isIntact = try await connection.read(bytes.count) == bytes
                #expect(isIntact)
            }
            client.clock.advance(by: .seconds(60))
            #expect(try await client.hasNothingStored())
        }
    }

    /// Sends the request and reads the head of a 200, which leaves most of the body with the server.
    private static func start(
        _ id: String,
        _ client: SkySendClient,
        _ body: (TestConnection) async throws -> Void
    ) async throws {
        try await TestConnection.open(port: client.server.port) { connection in
            let auth = [("X-Auth-Token", SkySendClient.auth)]
            try await connection.write(client.server.head("GET", "/api/download/\(id)", headers: auth))
            let head = try await connection.readHead()
            try #require(head.status == 200)
            try await body(connection)
        }
    }
}
