import CofferTesting
import Testing

@Suite("Raven Zero: rate limits", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroRateLimitTests {
    private static func upload(_ raven: RavenZeroClient, from client: String? = nil) async throws -> TestResponse {
        try await raven.upload([65, 66], headers: client.map { [("X-Forwarded-For", $0)] } ?? [])
    }

    private static func expectRefused(
        _ response: TestResponse,
        retryAfter: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        RavenZeroClient.expect(response, 429, RavenZeroClient.rateLimited, sourceLocation: sourceLocation)
        #expect(response.header("retry-after") == String(retryAfter), sourceLocation: sourceLocation)
    }

    private static func uploadLimit(_ limit: String) -> [String: String] {
        ["COFFER_RAVENZERO_UPLOAD_RATE_LIMIT": limit]
    }

    // MARK: Uploads

    @Test func thirtyUploadsAnHourAreTheDefault() async throws {
        try await TestServer.run(clock: ManualClock(RavenZeroClient.start)) { server in
            let raven = RavenZeroClient(server: server)
            for _ in 0..<30 { #expect(try await Self.upload(raven).status == 201) }
            Self.expectRefused(try await Self.upload(raven), retryAfter: 3600)
            server.clock.advance(by: .seconds(3599))
            Self.expectRefused(try await Self.upload(raven), retryAfter: 1)
            server.clock.advance(by: .seconds(1))
            for _ in 0..<30 { #expect(try await Self.upload(raven).status == 201) }
            Self.expectRefused(try await Self.upload(raven), retryAfter: 3600)
        }
    }

    @Test func windowOpensWithTheFirstHitAndIsFixed() async throws {
        try await RavenZeroClient.run(Self.uploadLimit("2/minute")) { raven in
            raven.clock.advance(by: .seconds(45))
            #expect(try await Self.upload(raven).status == 201)
            raven.clock.advance(by: .seconds(50))
            #expect(try await Self.upload(raven).status == 201)
            Self.expectRefused(try await Self.upload(raven), retryAfter: 10)
            raven.clock.advance(by: .seconds(10))
            #expect(try await Self.upload(raven).status == 201)
            #expect(try await Self.upload(raven).status == 201)
            Self.expectRefused(try await Self.upload(raven), retryAfter: 60)
        }
    }

    @Test func formErrorsAreFree() async throws {
        try await RavenZeroClient.run(Self.uploadLimit("1/hour")) { raven in
            for _ in 0..<5 {
                #expect(try await raven.upload([65], uses: "9").status == 400)
                #expect(try await raven.post(raw: Array("junk".utf8)).status == 400)
                #expect(try await raven.server.send("POST", "/upload/").status == 400)
                #expect(try await raven.get("/upload/").status == 405)
            }
            #expect(try await Self.upload(raven).status == 201)
            Self.expectRefused(try await Self.upload(raven), retryAfter: 3600)
        }
    }

    @Test(arguments: ["oversize", "empty", "refused type"])
    func contentErrorsCount(fault: String) async throws {
        var settings = Self.uploadLimit("2/hour")
        settings["COFFER_RAVENZERO_MAX_FILE_SIZE"] = "1000"
        settings["COFFER_RAVENZERO_ALLOWED_MIME_TYPES"] = #"["text/plain"]"#
        try await RavenZeroClient.run(settings) { raven in
            let bytes: [UInt8] =
                switch fault {
                case "oversize": RavenZeroClient.noise(1001)
                case "empty": []
                default: RavenZeroMediaTypeTests.pdf
                }
            #expect(try await raven.upload(bytes).status == 400)
            #expect(try await raven.upload(bytes).status == 400)
            Self.expectRefused(try await raven.upload(bytes), retryAfter: 3600)
            Self.expectRefused(try await Self.upload(raven), retryAfter: 3600)
        }
    }

    @Test func clientOverTheLimitIsRefusedBeforeItsBodyIsRead() async throws {
        var settings = Self.uploadLimit("1/hour")
        settings["COFFER_INLINE_BYTES"] = "0"
        try await RavenZeroClient.run(settings) { raven in
            #expect(try await Self.upload(raven).status == 201)
            let stored = try raven.objects()
            try await TestConnection.open(port: raven.server.port) { connection in
                let headers = [("Content-Type", MultipartBody().contentType), ("Content-Length", "5000000")]
                try await connection.write(raven.server.head("POST", "/upload/", headers: headers))
                Self.expectRefused(try await connection.readResponse(), retryAfter: 3600)
            }
            #expect(try raven.objects() == stored)
            #expect(try raven.incoming().isEmpty)
        }
    }

    @Test func refusedUploadLeavesNothing() async throws {
        var settings = Self.uploadLimit("1/hour")
        settings["COFFER_INLINE_BYTES"] = "0"
        try await RavenZeroClient.run(settings) { raven in
            #expect(try await raven.upload([]).status == 400)
            Self.expectRefused(try await raven.upload(RavenZeroClient.noise(100_000)), retryAfter: 3600)
            try await raven.expectNoFiles()
        }
    }

    @Test(
        arguments: [
            ("3/second", 3, 1), ("2/minute", 2, 60), ("4/hour", 4, 3600), ("1/day", 1, 86_400),
            ("2/month", 2, 2_592_000), ("1/year", 1, 31_536_000), ("2 per 1 minute", 2, 60),
            ("3 per 5 minutes", 3, 300), ("1 per 2 hours", 1, 7200), ("5/hour;2/minute", 2, 60),
            ("2/minute,5/hour", 2, 60), ("9/day|3/hour", 3, 3600), ("2 per 1 hour; 5 per 1 day", 2, 3600),
        ]
    )
    func limitsFollowTheGrammar(limit: String, hits: Int, seconds: Int) async throws {
        try await RavenZeroClient.run(Self.uploadLimit(limit)) { raven in
            for _ in 0..<hits { #expect(try await Self.upload(raven).status == 201) }
            Self.expectRefused(try await Self.upload(raven), retryAfter: seconds)
            raven.clock.advance(by: .seconds(seconds))
            #expect(try await Self.upload(raven).status == 201)
        }
    }

    @Test func everyOfSeveralRulesHolds() async throws {
        try await RavenZeroClient.run(Self.uploadLimit("2/minute;3/hour")) { raven in
            #expect(try await Self.upload(raven).status == 201)
            #expect(try await Self.upload(raven).status == 201)
            #expect(try await Self.upload(raven).status == 429)
            raven.clock.advance(by: .seconds(60))
            // The hour's third hit was the refused one or is this one; either way no more than three pass.
            var passed = 2
            for _ in 0..<3 where try await Self.upload(raven).status == 201 { passed += 1 }
            #expect(passed <= 3)
            #expect(try await Self.upload(raven).status == 429)
            raven.clock.advance(by: .seconds(3600))
            #expect(try await Self.upload(raven).status == 201)
        }
    }

    @Test func limitCanBeOff() async throws {
        try await RavenZeroClient.run(Self.uploadLimit("off")) { raven async throws in
            for _ in 0..<35 { #expect(try await Self.upload(raven).status == 201) }
        }
    }

    // MARK: Health

    @Test func oneHealthQuestionASecondIsTheDefault() async throws {
        try await TestServer.run(clock: ManualClock(RavenZeroClient.start)) { server in
            #expect(try await server.get("/health/").status == 200)
            Self.expectRefused(try await server.get("/health/"), retryAfter: 1)
            server.clock.advance(by: .milliseconds(999))
            Self.expectRefused(try await server.get("/health/"), retryAfter: 1)
            server.clock.advance(by: .milliseconds(1))
            #expect(try await server.get("/health/").status == 200)
            Self.expectRefused(try await server.get("/health/"), retryAfter: 1)
        }
    }

    @Test(arguments: ["COFFER_RAVENZERO_HEALTH_RATE_LIMIT", "COFFER_RAVENZERO_HEATLH_RATE_LIMIT"])
    func bothSpellingsOfTheHealthLimitAreTaken(name: String) async throws {
        try await TestServer.run([name: "3/minute"]) { server async throws in
            for _ in 0..<3 { #expect(try await server.get("/health/").status == 200) }
            #expect(try await server.get("/health/").status == 429)
        }
    }

    // MARK: What is not limited, and whom a limit meets

    @Test func limitsAreCountedPerRoute() async throws {
        let settings = ["COFFER_RAVENZERO_UPLOAD_RATE_LIMIT": "1/hour", "COFFER_RAVENZERO_HEALTH_RATE_LIMIT": "1/hour"]
        try await RavenZeroClient.run(settings) { raven in
            let key = try await raven.drop(uses: 5)
            #expect(try await Self.upload(raven).status == 429)
            #expect(try await raven.get("/health/").status == 200)
            #expect(try await raven.get("/health/").status == 429)
            for _ in 0..<40 { #expect(try await raven.status(key).status == 200) }
            for _ in 0..<40 { #expect(try await raven.get("/docs").status == 200) }
            #expect(try await raven.preview(key).status == 200)
            for _ in 0..<5 { #expect(try await raven.download(key).status == 200) }
        }
    }

    @Test func clientsBehindAConfiguredProxyAreCountedApart() async throws {
        var settings = Self.uploadLimit("1/hour")
        settings["COFFER_TRUSTED_PROXIES"] = "loopback, 10.0.0.0/8"
        try await RavenZeroClient.run(settings) { raven async throws in
            #expect(try await Self.upload(raven, from: "203.0.113.1").status == 201)
            #expect(try await Self.upload(raven, from: "203.0.113.1").status == 429)
            #expect(try await Self.upload(raven, from: "203.0.113.2").status == 201)
            #expect(try await Self.upload(raven, from: "2001:db8::1").status == 201)
            // What the client itself put in front does not count, nor do the hops of the proxies.
            #expect(try await Self.upload(raven, from: "198.51.100.9, 203.0.113.1").status == 429)
            #expect(try await Self.upload(raven, from: "203.0.113.2, 10.1.2.3").status == 429)
            #expect(try await Self.upload(raven, from: "203.0.113.2, 203.0.113.3, 10.1.2.3").status == 201)
        }
    }

    @Test func forwardedAddressOfAnyoneElseIsIgnored() async throws {
        try await RavenZeroClient.run(Self.uploadLimit("1/hour")) { raven async throws in
            #expect(try await Self.upload(raven, from: "203.0.113.1").status == 201)
            #expect(try await Self.upload(raven, from: "203.0.113.2").status == 429)
            #expect(try await Self.upload(raven).status == 429)
        }
    }

    @Test func parallelUploadsNeverPassTheLimit() async throws {
        try await RavenZeroClient.run(Self.uploadLimit("5/hour")) { raven in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await Self.upload(raven).status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 201 }.count == 5)
            #expect(statuses.filter { $0 == 429 }.count == 15)
        }
    }
}
