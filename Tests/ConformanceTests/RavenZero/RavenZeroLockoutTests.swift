import CofferHTTP
import CofferTesting
import Foundation
import Testing

@Suite("Raven Zero: block against guessing", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroLockoutTests {
    /// The three routes on which keys can be guessed.
    enum KeyRoute: String, CaseIterable, Sendable {
        case preview, download, status

        var blockedBody: String {
            switch self {
            case .preview: RavenZeroClient.detail("Demasiados intentos fallidos. Int\u{E9}ntalo m\u{E1}s tarde.")
            case .download: RavenZeroClient.detail("Demasiados intentos fallidos. Bloqueado temporalmente.")
            case .status: RavenZeroClient.detail("Demasiados intentos. Bloqueado temporalmente.")
            }
        }

        /// Asks for a key that does not exist and expects the ordinary answer.
        func fail(_ raven: RavenZeroClient, sourceLocation: SourceLocation = #_sourceLocation) async throws {
            let response = try await raven.get("/\(rawValue)/no-such-key")
            let (status, body) =
                switch self {
                case .preview: (404, RavenZeroClient.previewUnknown)
                case .download: (404, RavenZeroClient.notFound)
                case .status: (200, RavenZeroClient.goneStatus("no-such-key"))
                }
            RavenZeroClient.expect(response, status, body, sourceLocation: sourceLocation)
        }
    }

    private static func failLimit(_ count: Int, block: Int = 1800) -> [String: String] {
        [
            "COFFER_RAVENZERO_DOWNLOAD_FAIL_LIMIT": String(count),
            "COFFER_RAVENZERO_DOWNLOAD_BLOCK_WINDOW": String(block),
        ]
    }

    private static func expectBlocked(
        _ response: TestResponse,
        on route: KeyRoute,
        retryAfter: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        RavenZeroClient.expect(response, 429, route.blockedBody, sourceLocation: sourceLocation)
        #expect(response.header("retry-after") == String(retryAfter), sourceLocation: sourceLocation)
    }

    private static func isBlocked(_ raven: RavenZeroClient, from client: String? = nil) async throws -> Bool {
        let headers = client.map { [("X-Forwarded-For", $0)] } ?? []
        return try await raven.get("/download/x", headers: headers).status == 429
    }

    // MARK: The block

    @Test(arguments: KeyRoute.allCases)
    func tenthFailureIsAnsweredAndTheEleventhBlockedByDefault(route: KeyRoute) async throws {
        try await TestServer.run(clock: ManualClock(RavenZeroClient.start)) { server in
            let raven = RavenZeroClient(server: server)
            for _ in 0..<10 { try await route.fail(raven) }
            Self.expectBlocked(try await raven.get("/\(route)/no-such-key"), on: route, retryAfter: 1800)
        }
    }

    @Test(arguments: KeyRoute.allCases)
    func blockedClientGetsTheBodyOfTheRoute(route: KeyRoute) async throws {
        try await RavenZeroClient.run(Self.failLimit(1)) { raven in
            try await KeyRoute.status.fail(raven)
            Self.expectBlocked(try await raven.get("/\(route)/x"), on: route, retryAfter: 1800)
        }
    }

    @Test func theThreeRoutesShareCounterAndBlock() async throws {
        try await RavenZeroClient.run(Self.failLimit(10)) { raven in
            for _ in 0..<4 { try await KeyRoute.status.fail(raven) }
            for _ in 0..<3 { try await KeyRoute.preview.fail(raven) }
            for _ in 0..<3 { try await KeyRoute.download.fail(raven) }
            for route in KeyRoute.allCases {
                Self.expectBlocked(try await raven.get("/\(route)/x"), on: route, retryAfter: 1800)
            }
        }
    }

    @Test func whileBlockedValidKeysAreRefusedAndSpendNothing() async throws {
        try await RavenZeroClient.run(Self.failLimit(2)) { raven in
            let key = try await raven.drop(expiry: 60)
            try await KeyRoute.download.fail(raven)
            try await KeyRoute.preview.fail(raven)
            for route in KeyRoute.allCases {
                Self.expectBlocked(try await raven.get("/\(route)/\(key)"), on: route, retryAfter: 1800)
            }
            raven.clock.advance(by: .seconds(1801))
            #expect(try await raven.status(key).json?["remaining_uses"] == 1)
            #expect(try await raven.preview(key).status == 200)
            #expect(try await raven.download(key).status == 200)
        }
    }

    @Test func otherRoutesWorkWhileBlocked() async throws {
        try await RavenZeroClient.run(Self.failLimit(1)) { raven in
            try await KeyRoute.download.fail(raven)
            #expect(try await Self.isBlocked(raven))
            #expect(try await raven.upload([65, 66]).status == 201)
            #expect(try await raven.get("/health/").status == 200)
            #expect(try await raven.get("/docs").status == 200)
            #expect(try await raven.get("/status/").status == 404)
            #expect(try await raven.get("/status/x/").status == 307)
            #expect(try await raven.server.send("POST", "/status/x").status == 405)
        }
    }

    @Test func blockEndsAfterItsTimeWhateverIsAskedMeanwhile() async throws {
        try await RavenZeroClient.run(Self.failLimit(3)) { raven in
            for _ in 0..<3 { try await KeyRoute.download.fail(raven) }
            raven.clock.advance(by: .seconds(900))
            for _ in 0..<20 {
                Self.expectBlocked(try await raven.download("x"), on: .download, retryAfter: 900)
            }
            raven.clock.advance(by: .seconds(899))
            Self.expectBlocked(try await raven.preview("x"), on: .preview, retryAfter: 1)
            raven.clock.advance(by: .seconds(2))
            // The counter is gone as well: three more failures are answered.
            for _ in 0..<3 { try await KeyRoute.status.fail(raven) }
            #expect(try await Self.isBlocked(raven))
        }
    }

    @Test func counterOutlivesAShortBlock() async throws {
        try await RavenZeroClient.run(Self.failLimit(3, block: 60)) { raven in
            for _ in 0..<3 { try await KeyRoute.download.fail(raven) }
            Self.expectBlocked(try await raven.download("x"), on: .download, retryAfter: 60)
            raven.clock.advance(by: .seconds(61))
            try await KeyRoute.download.fail(raven)
            Self.expectBlocked(try await raven.download("x"), on: .download, retryAfter: 60)
        }
    }

    // MARK: The counter

    @Test func counterIsRenewedByEachFailure() async throws {
        try await RavenZeroClient.run(Self.failLimit(4)) { raven in
            for _ in 0..<3 {
                try await KeyRoute.status.fail(raven)
                raven.clock.advance(by: .seconds(599))
            }
            try await KeyRoute.status.fail(raven)
            #expect(try await Self.isBlocked(raven))
        }
    }

    @Test func counterEndsTenMinutesAfterTheLastFailure() async throws {
        try await RavenZeroClient.run(Self.failLimit(3)) { raven in
            for _ in 0..<3 {
                try await KeyRoute.status.fail(raven)
                try await KeyRoute.download.fail(raven)
                raven.clock.advance(by: .seconds(601))
            }
            #expect(try await !Self.isBlocked(raven))
        }
    }

    @Test func successDoesNotResetTheCounter() async throws {
        try await RavenZeroClient.run(Self.failLimit(3)) { raven in
            let key = try await raven.drop(uses: 2)
            try await KeyRoute.download.fail(raven)
            try await KeyRoute.download.fail(raven)
            #expect(try await raven.status(key).status == 200)
            #expect(try await raven.preview(key).status == 200)
            #expect(try await raven.download(key).status == 200)
            try await KeyRoute.download.fail(raven)
            #expect(try await Self.isBlocked(raven))
        }
    }

    @Test func downloadsAnswered410AreFailures() async throws {
        let settings = Self.failLimit(3).merging(RavenZeroClient.slowFileSettings) { $1 }
        try await RavenZeroClient.run(settings) { raven in
            let key = try await raven.drop(RavenZeroClient.noise(RavenZeroClient.slowFileBytes))
            _ = try await raven.downloadSlowly(key) {
                for _ in 0..<3 {
                    RavenZeroClient.expect(try await raven.download(key), 410, RavenZeroClient.usedUp)
                }
                Self.expectBlocked(try await raven.download(key), on: .download, retryAfter: 1800)
            }
        }
    }

    @Test func otherRefusalsAreNoFailures() async throws {
        var settings = Self.failLimit(1)
        settings["COFFER_INLINE_BYTES"] = "0"
        settings["COFFER_RAVENZERO_HEALTH_RATE_LIMIT"] = "1/hour"
        try await RavenZeroClient.run(settings) { raven in
            let key = try await raven.drop(RavenZeroClient.noise(1000))
            #expect(try await raven.preview(key).status == 200)
            let path = try #require(try raven.objects().first)
            let aside = "\(raven.server.dataPath)/aside"
            try FileManager.default.moveItem(atPath: path, toPath: aside)
            for _ in 0..<3 {
                RavenZeroClient.expect(try await raven.preview(key), 404, RavenZeroClient.previewSpent)
                #expect(try await raven.download(key).status == 404)
                #expect(try await raven.get("/status/").status == 404)
                #expect(try await raven.get("/status/a%2Fb").status == 404)
                #expect(try await raven.get("/download/a/b").status == 404)
                #expect(try await raven.server.send("PUT", "/download/x").status == 405)
                #expect(try await raven.server.send("HEAD", "/download/x").status == 405)
                #expect(try await raven.upload([]).status == 400)
                #expect(try await raven.upload([65], uses: "0").status == 400)
                _ = try await raven.get("/health/")
            }
            try FileManager.default.moveItem(atPath: aside, toPath: path)
            #expect(try await raven.download(key).status == 200)
        }
    }

    // MARK: Who is blocked

    @Test func clientsBehindAConfiguredProxyAreBlockedApart() async throws {
        var settings = Self.failLimit(2)
        settings["COFFER_TRUSTED_PROXIES"] = "loopback"
        try await RavenZeroClient.run(settings) { raven async throws in
            for _ in 0..<2 { #expect(try await !Self.isBlocked(raven, from: "203.0.113.1")) }
            #expect(try await Self.isBlocked(raven, from: "203.0.113.1"))
            #expect(try await Self.isBlocked(raven, from: "203.0.113.2, 203.0.113.1"))
            #expect(try await !Self.isBlocked(raven, from: "203.0.113.1, 203.0.113.2"))
            #expect(try await !Self.isBlocked(raven))
        }
    }

    @Test func forwardedAddressOfAnyoneElseNeitherDodgesNorHarms() async throws {
        try await RavenZeroClient.run(Self.failLimit(3)) { raven async throws in
            for number in 1...3 { #expect(try await !Self.isBlocked(raven, from: "203.0.113.\(number)")) }
            #expect(try await Self.isBlocked(raven, from: "203.0.113.4"))
            #expect(try await Self.isBlocked(raven))
        }
    }
}
