import CofferHTTP
import CofferTesting
import Testing

@Suite("Raven Zero: concurrency", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroConcurrencyTests {
    /// Sends the same request many times at once.
    private static func parallel(
        _ count: Int,
        _ request: @escaping @Sendable () async throws -> TestResponse
    ) async throws -> [TestResponse] {
        try await withThrowingTaskGroup(of: TestResponse.self) { group in
            for _ in 0..<count { group.addTask { try await request() } }
            return try await group.reduce(into: [TestResponse]()) { $0.append($1) }
        }
    }

    @Test(arguments: [1, 5], ["0", "1048576"])
    func parallelDownloadsGiveExactlyTheAllowedBodies(uses: Int, inlineBytes: String) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": inlineBytes]) { raven in
            let bytes = RavenZeroClient.noise(200_000)
            let key = try await raven.drop(bytes, uses: uses)
            let responses = try await Self.parallel(64) { try await raven.download(key) }
            let successes = responses.filter { $0.status == 200 }
            #expect(successes.count == uses)
            for response in successes { RavenZeroClient.expect(response, bytes: bytes) }
            for response in responses where response.status != 200 {
                let isGone = response.status == 410
                RavenZeroClient.expect(
                    response,
                    isGone ? 410 : 404,
                    isGone ? RavenZeroClient.usedUp : RavenZeroClient.notFound
                )
            }
            try await raven.expectGone(key)
            try await raven.expectNoFiles()
            RavenZeroClient.expect(try await raven.download(key), 404, RavenZeroClient.notFound)
        }
    }

    @Test(arguments: 0..<3)
    func parallelPreviewsGiveExactlyOne(round: Int) async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop()
            let responses = try await Self.parallel(16) { try await raven.preview(key) }
            #expect(responses.filter { $0.status == 200 }.count == 1)
            for response in responses where response.status != 200 {
                RavenZeroClient.expect(response, 404, RavenZeroClient.previewSpent)
            }
        }
    }

    @Test(arguments: ["0", "1048576"])
    func parallelUploadsGetDifferentKeysAndKeepTheirBytes(inlineBytes: String) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": inlineBytes]) { raven in
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<32 {
                    group.addTask {
                        let bytes = RavenZeroClient.noise(50_000 + number, seed: UInt64(number + 1))
                        let key = try await raven.drop(bytes)
                        RavenZeroClient.expect(try await raven.download(key), bytes: bytes)
                        return key
                    }
                }
                let keys = try await group.reduce(into: Set<String>()) { $0.insert($1) }
                #expect(keys.count == 32)
            }
            try await raven.expectNoFiles()
        }
    }

    @Test func statusNeverShowsLessThanNoUses() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(uses: 3)
            async let downloads = Self.parallel(24) { try await raven.download(key) }
            let statuses = try await Self.parallel(24) { try await raven.status(key) }
            _ = try await downloads
            for response in statuses {
                #expect(response.status == 200)
                guard case .integer(let uses)? = response.json?["remaining_uses"] else {
                    Issue.record("no remaining_uses in \(response.text)")
                    continue
                }
                #expect((0...3).contains(uses))
                #expect(response.json?["is_accessible"] == .bool(uses > 0))
            }
        }
    }

    @Test func severalRequestsShareOneConnection() async throws {
        try await RavenZeroClient.run { raven in
            let bytes = RavenZeroClient.noise(300_000)
            let key = try await raven.drop(bytes, uses: 5)
            try await TestConnection.open(port: raven.server.port) { connection in
                for path in ["/status/\(key)", "/download/\(key)", "/preview/\(key)", "/preview/\(key)", "/nope"] {
                    try await connection.write(raven.server.head("GET", path))
                }
                var statuses: [Int] = []
                for _ in 0..<5 {
                    let response = try await connection.readResponse()
                    statuses.append(response.status)
                    if statuses.count == 2 { RavenZeroClient.expect(response, bytes: bytes) }
                }
                #expect(statuses == [200, 200, 200, 404, 404])
            }
        }
    }

    @Test func downloadsDuringExpiryAreWholeOrNotAtAll() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let bytes = RavenZeroClient.noise(400_000)
            let key = try await raven.drop(bytes, expiry: 1, uses: 5)
            async let downloads = Self.parallel(16) { try await raven.download(key) }
            raven.clock.advance(by: .seconds(61))
            for response in try await downloads {
                switch response.status {
                case 200: RavenZeroClient.expect(response, bytes: bytes)
                case 410: RavenZeroClient.expect(response, 410, RavenZeroClient.usedUp)
                default: RavenZeroClient.expect(response, 404, RavenZeroClient.notFound)
                }
            }
            try await raven.expectGone(key)
            try await raven.expectNoFiles()
        }
    }
}
