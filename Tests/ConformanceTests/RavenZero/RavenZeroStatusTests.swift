import CofferServer
import CofferTesting
import Testing

@Suite("Raven Zero: GET /status/{key}", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroStatusTests {
    static let expiry = "2024-12-10T16:00:00Z"

    private static func expect(
        _ state: String,
        uses: Int,
        of key: String,
        _ raven: RavenZeroClient,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        RavenZeroClient.expect(
            try await raven.status(key),
            200,
            RavenZeroClient.status(key, state, uses: uses, expires: expiry),
            sourceLocation: sourceLocation
        )
    }

    @Test func freshUploadIsActive() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(uses: 5)
            for _ in 0..<3 {
                try await Self.expect("active", uses: 5, of: key, raven)
            }
        }
    }

    @Test func previewChangesNothing() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(uses: 2)
            #expect(try await raven.preview(key).status == 200)
            try await Self.expect("active", uses: 2, of: key, raven)
        }
    }

    @Test func downloadLowersTheUses() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(uses: 3)
            #expect(try await raven.download(key).status == 200)
            try await Self.expect("active", uses: 2, of: key, raven)
        }
    }

    @Test func usesAreSpentWhenTheTransferBegins() async throws {
        try await RavenZeroClient.run(RavenZeroClient.slowFileSettings) { raven in
            let key = try await raven.drop(RavenZeroClient.noise(RavenZeroClient.slowFileBytes), uses: 2)
            _ = try await raven.downloadSlowly(key) {
                try await Self.expect("active", uses: 1, of: key, raven)
            }
        }
    }

    @Test func usedUpUploadIsBurnedWhileItsLastReaderReads() async throws {
        try await RavenZeroClient.run(RavenZeroClient.slowFileSettings) { raven in
            let key = try await raven.drop(RavenZeroClient.noise(RavenZeroClient.slowFileBytes))
            _ = try await raven.downloadSlowly(key) {
                try await Self.expect("burned", uses: 0, of: key, raven)
            }
            try await raven.expectGone(key)
        }
    }

    @Test func removedUploadIsExpiredOrBurned() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop()
            #expect(try await raven.download(key).status == 200)
            try await raven.expectGone(key)
            RavenZeroClient.expect(try await raven.status(key), 200, RavenZeroClient.goneStatus(key))
        }
    }

    @Test func lastMomentBeforeExpiryIsStillActive() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop()
            raven.clock.advance(by: .milliseconds(599_999))
            try await raven.server.application.sweep()
            try await Self.expect("active", uses: 1, of: key, raven)
        }
    }

    /// The record goes at expiry, so `expired` lasts only until the sweeper has got round to it.
    @Test func expiredUploadIsExpiredUntilItIsRemoved() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(uses: 2)
            raven.clock.advance(by: .milliseconds(600_001))
            let response = try await raven.status(key)
            let expired = RavenZeroClient.status(key, "expired", uses: 2, expires: Self.expiry)
            let isExpired = response.text == expired
            RavenZeroClient.expect(response, 200, isExpired ? expired : RavenZeroClient.goneStatus(key))
            try await raven.expectGone(key)
        }
    }

    @Test(
        arguments: [
            ("correct-horse-battery", "correct-horse-battery"), ("x", "x"), ("CORRECT-HORSE", "CORRECT-HORSE"),
            ("%63orrect", "correct"), ("a%20b", "a b"), ("a+b", "a+b"), ("a%2Bb", "a+b"),
            ("p%C3%A4iv%C3%A4", "p\u{E4}iv\u{E4}"), ("%E2%98%95", "\u{2615}"), ("%F0%9F%92%A9", "\u{1F4A9}"),
            ("%22", #"\""#), ("a%5Cb", #"a\\b"#), ("%3Cb%3E", "<b>"), ("100%25", "100%"),
            ("a:b@c;d=e,f", "a:b@c;d=e,f"),
            ("~tilde_under.dot", "~tilde_under.dot"), ("null", "null"), ("'%20OR%201=1", "' OR 1=1"),
        ]
    )
    func unknownKeyIsEchoedDecoded(sent: String, echoed: String) async throws {
        try await RavenZeroClient.run { raven in
            RavenZeroClient.expect(try await raven.status(sent), 200, RavenZeroClient.goneStatus(echoed))
        }
    }

    @Test func veryLongKeyIsJustUnknown() async throws {
        try await RavenZeroClient.run { raven in
            let key = String(repeating: "word-", count: 2000)
            RavenZeroClient.expect(try await raven.status(key), 200, RavenZeroClient.goneStatus(key))
        }
    }

    @Test func percentEncodedKeyFindsTheSameUpload() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop()
            let encoded = key.utf8.map { "%" + String($0, radix: 16) }.joined()
            RavenZeroClient.expect(
                try await raven.status(encoded),
                200,
                RavenZeroClient.status(key, "active", uses: 1, expires: Self.expiry)
            )
        }
    }

    @Test func keysAreCaseSensitive() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop().uppercased()
            RavenZeroClient.expect(try await raven.status(key), 200, RavenZeroClient.goneStatus(key))
        }
    }

    @Test func uploadsOutliveARestart() async throws {
        let directory = try TemporaryDirectory()
        let clock = ManualClock(RavenZeroClient.start)
        let bytes = RavenZeroClient.noise(100_000)
        let key = try await RavenZeroClient.run(dataPath: directory.path, clock: clock) { raven in
            let key = try await raven.drop(bytes, uses: 2)
            #expect(try await raven.preview(key).status == 200)
            #expect(try await raven.download(key).status == 200)
            return key
        }
        try await RavenZeroClient.run(dataPath: directory.path, clock: clock) { raven in
            try await Self.expect("active", uses: 1, of: key, raven)
            RavenZeroClient.expect(try await raven.preview(key), 404, RavenZeroClient.previewSpent)
            RavenZeroClient.expect(try await raven.download(key), bytes: bytes)
            try await raven.expectGone(key)
        }
    }

    @Test func uploadThatExpiresWhileTheServerIsDownIsRemovedAtStart() async throws {
        let directory = try TemporaryDirectory()
        let clock = ManualClock(RavenZeroClient.start)
        let key = try await RavenZeroClient.run(
            ["COFFER_INLINE_BYTES": "0"],
            dataPath: directory.path,
            clock: clock
        ) { raven in
            try await raven.drop(expiry: 1)
        }
        clock.advance(by: .seconds(61))
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"], dataPath: directory.path, clock: clock) { raven in
            try await raven.expectGone(key)
            try await raven.expectNoFiles()
        }
    }
}
