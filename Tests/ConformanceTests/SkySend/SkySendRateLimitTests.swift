import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: rate limit", .serialized, .timeLimit(.minutes(20)))
struct SkySendRateLimitTests {
    static let end = "1700000060000"

    private static func expect(
        _ response: TestResponse,
        limit: Int,
        remaining: Int,
        reset: String = end,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(response.header("x-ratelimit-limit") == String(limit), sourceLocation: sourceLocation)
        #expect(response.header("x-ratelimit-remaining") == String(remaining), sourceLocation: sourceLocation)
        #expect(response.header("x-ratelimit-reset") == reset, sourceLocation: sourceLocation)
        let retry = response.header("retry-after")
        #expect((retry != nil) == (response.status == 429), sourceLocation: sourceLocation)
    }

    @Test
    func defaultIsSixtyInAFixedMinute() async throws {
        try await SkySendClient.run(["RATE_LIMIT_MAX": ""]) { client in
            for number in 1...60 {
                let response = try await client.server.get("/api/config")
                #expect(response.status == 200)
                Self.expect(response, limit: 60, remaining: 60 - number)
            }
            let refused = try await client.server.get("/api/config")
            refused.expectFailure(429, "Too many requests")
            Self.expect(refused, limit: 60, remaining: 0)
            #expect(refused.header("retry-after") == "60")
        }
    }

    @Test
    func windowStaysFixedAndThenOpensAnew() async throws {
        try await SkySendClient.run(["RATE_LIMIT_MAX": "2"]) { client in
            Self.expect(try await client.server.get("/api/config"), limit: 2, remaining: 1)
            client.clock.advance(by: .seconds(10))
            Self.expect(try await client.server.get("/api/config"), limit: 2, remaining: 0)
            for _ in 0..<3 {
                let refused = try await client.server.get("/api/config")
                refused.expectFailure(429, "Too many requests")
                Self.expect(refused, limit: 2, remaining: 0)
                #expect(refused.header("retry-after") == "50")
            }
            client.clock.advance(by: .milliseconds(49_999))
            let last = try await client.server.get("/api/config")
            last.expectFailure(429, "Too many requests")
            #expect(last.header("retry-after") == "1")
            client.clock.advance(by: .milliseconds(1))
            let fresh = try await client.server.get("/api/config")
            #expect(fresh.status == 200)
            Self.expect(fresh, limit: 2, remaining: 1, reset: "1700000120000")
        }
    }

    @Test
    func windowIsSetInMilliseconds() async throws {
        try await SkySendClient.run(["RATE_LIMIT_MAX": "1", "RATE_LIMIT_WINDOW": "2500"]) { client in
            Self.expect(try await client.server.get("/api/config"), limit: 1, remaining: 0, reset: "1700000002500")
            let refused = try await client.server.get("/api/config")
            #expect(refused.status == 429)
            #expect(refused.header("retry-after") == "3")
            client.clock.advance(by: .milliseconds(2500))
            #expect(try await client.server.get("/api/config").status == 200)
        }
    }

    static let counted: [(String, String, Int)] = [
        ("GET", "/api/config", 200), ("GET", "/api/health", 200), ("GET", "/api/quota", 200),
        ("POST", "/api/upload", 400), ("POST", "/api/upload/init", 400), ("POST", "/api/upload/x/finalize", 401),
        ("POST", "/api/meta/x", 401), ("GET", "/api/info/x", 404), ("GET", "/api/exists/x", 404),
        ("GET", "/api/download/x", 401), ("POST", "/api/password/x", 400), ("DELETE", "/api/upload/x", 401),
        ("POST", "/api/note", 400), ("GET", "/api/note/x", 404), ("POST", "/api/note/x/password", 400),
        ("DELETE", "/api/note/x", 401), ("GET", "/api/nothing", 404), ("PUT", "/api/config", 404),
        ("HEAD", "/api/config", 200),
    ]

    @Test(arguments: counted)
    func everyEndpointCountsInOneWindow(_ method: String, _ target: String, _ status: Int) async throws {
        try await SkySendClient.run(["RATE_LIMIT_MAX": "2"]) { client in
            let body: [UInt8]? = method == "POST" ? [0x7B] : nil
            let first = try await client.server.send(method, target, body: body)
            #expect(first.status == status, "\(first.text)")
            Self.expect(first, limit: 2, remaining: 1)
            Self.expect(try await client.server.get("/api/config"), limit: 2, remaining: 0)
            let refused = try await client.server.send(method, target, body: body)
            #expect(refused.status == 429)
            Self.expect(refused, limit: 2, remaining: 0)
            if method != "HEAD" { #expect(refused.text == #"{"error":"Too many requests"}"#) }
        }
    }

    @Test
    func parallelRequestsNeverPassTheLimit() async throws {
        try await SkySendClient.run(["RATE_LIMIT_MAX": "7"]) { client in
            let statuses = try await client.parallel(30) { _ in try await client.server.get("/api/config").status }
            #expect(statuses.filter { $0 == 200 }.count == 7)
            #expect(statuses.filter { $0 == 429 }.count == 23)
        }
    }

    // MARK: Whose window

    @Test
    func clientsBehindTheProxyAreCountedApart() async throws {
        try await SkySendClient.run(["RATE_LIMIT_MAX": "1"]) { client in
            let table: [(String, Int)] = [
                ("203.0.113.1", 200), ("203.0.113.1", 429), ("203.0.113.2", 200),
                // Only the rightmost address is the proxy's word.
                ("198.51.100.7, 203.0.113.1", 429), ("203.0.113.2, 203.0.113.3", 200), ("2001:db8::1", 200),
                ("2001:db8::1", 429),
            ]
            for (address, status) in table {
                let response = try await client.server.get("/api/config", headers: SkySendClient.from(address))
                #expect(response.status == status, "\(address)")
            }
            #expect(try await client.server.get("/api/config").status == 200)
        }
    }

    @Test
    func realIPIsTakenWhereNothingIsForwarded() async throws {
        try await SkySendClient.run(["RATE_LIMIT_MAX": "1"]) { client async throws in
            func status(_ headers: SkySendClient.Headers) async throws -> Int {
                try await client.server.get("/api/config", headers: headers).status
            }
            #expect(try await status([("X-Real-IP", "203.0.113.1")]) == 200)
            #expect(try await status([("X-Real-IP", "203.0.113.1")]) == 429)
            #expect(try await status([("X-Real-IP", "203.0.113.2")]) == 200)
            #expect(try await status([("X-Real-IP", "203.0.113.9"), ("X-Forwarded-For", "203.0.113.1")]) == 429)
        }
    }

    @Test
    func strangersMayNotNameTheirAddress() async throws {
        let settings = ["RATE_LIMIT_MAX": "1", "COFFER_TRUSTED_PROXIES": "10.0.0.0/8"]
        try await SkySendClient.run(settings) { client async throws in
            #expect(
                try await client.server.get("/api/config", headers: SkySendClient.from("203.0.113.1")).status == 200
            )
            #expect(
                try await client.server.get("/api/config", headers: SkySendClient.from("203.0.113.2")).status == 429
            )
            #expect(try await client.server.get("/api/config", headers: [("X-Real-IP", "203.0.113.3")]).status == 429)
        }
    }

    // MARK: Transports with a bucket of their own

    @Test
    func chunksHaveABucketOfTheirOwn() async throws {
        try await SkySendClient.run(["RATE_LIMIT_MAX": "3"]) { client in
            let id = try await client.session(size: 300)
            for index in 0..<300 {
                let response = try await client.chunk(index, [UInt8(index & 0xFF)], of: id)
                #expect(response.status == 200, "\(response.text)")
                let limit = try #require(response.header("x-ratelimit-limit").flatMap(Int.init))
                #expect(limit >= 2000)
                #expect(response.header("x-ratelimit-remaining").flatMap(Int.init) == limit - 1 - index)
                #expect(response.header("x-ratelimit-reset") == Self.end)
            }
            Self.expect(try await client.server.get("/api/config"), limit: 3, remaining: 1)
            #expect(try await client.finalize(id).status == 200)
            // The window is spent now, and chunks of another session still pass.
            #expect(try await client.server.get("/api/config").status == 429)
            #expect(try await client.chunk(0, [1], of: SkySendClient.unknownID).status == 404)
        }
    }

    @Test
    func socketHasABucketOfItsOwn() async throws {
        try await SkySendClient.run(["RATE_LIMIT_MAX": "2"]) { client in
            for _ in 0..<5 {
                try await SkySendSocket.open(client) { socket in
                    let limit = socket.handshake.header("x-ratelimit-limit").flatMap(Int.init)
                    #expect((limit ?? 0) >= 2000)
                    #expect(socket.handshake.header("x-ratelimit-remaining") != nil)
                    #expect(socket.handshake.header("x-ratelimit-reset")?.count == 13)
                    let id = try await socket.begin(size: 1)
                    try await socket.send([1])
                    try await socket.finish(id)
                }
            }
            Self.expect(try await client.server.get("/api/config"), limit: 2, remaining: 1)
        }
    }
}
