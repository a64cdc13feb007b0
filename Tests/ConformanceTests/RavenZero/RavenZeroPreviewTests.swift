import CofferTesting
import Testing

@Suite("Raven Zero: GET /preview/{key}", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroPreviewTests {
    static func answer(
        _ raven: RavenZeroClient,
        _ key: String,
        bytes: [UInt8],
        uses: Int,
        minutesLeft: Int,
        mediaType: String = "text/plain"
    ) -> String {
        """
        {"key":"\(key)","filename":"note.txt","size":\(bytes.count),"mime_type":"\(mediaType)",\
        "expiry":"2024-12-10T16:00:00Z","uses":\(uses),"minutes_left":\(minutesLeft),\
        "download_url":"\(raven.baseURL)/download/\(key)",\
        "curl_example":"curl -O \(raven.baseURL)/download/\(key)",\
        "created_at":"2024-12-10T15:50:00Z","sha256":"\(RavenZeroClient.sha256(bytes))"}
        """
    }

    static let hello = Array("hello\n".utf8)

    @Test func firstVisitAnswersElevenMembersInOrder() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(Self.hello, uses: 3)
            RavenZeroClient.expect(
                try await raven.preview(key),
                200,
                Self.answer(raven, key, bytes: Self.hello, uses: 3, minutesLeft: 10)
            )
        }
    }

    @Test func everyLaterVisitIs404() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop()
            #expect(try await raven.preview(key).status == 200)
            for _ in 0..<3 {
                RavenZeroClient.expect(try await raven.preview(key), 404, RavenZeroClient.previewSpent)
            }
        }
    }

    @Test(arguments: ["correct-horse-battery", "x", "%20", "..%2e", "p%C3%A4iv%C3%A4", "a;b", "%00"])
    func unknownKeyIs404(key: String) async throws {
        try await RavenZeroClient.run { raven in
            RavenZeroClient.expect(try await raven.preview(key), 404, RavenZeroClient.previewUnknown)
        }
    }

    @Test func expiredUploadIs404() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(expiry: 1)
            raven.clock.advance(by: .seconds(61))
            RavenZeroClient.expect(try await raven.preview(key), 404, RavenZeroClient.previewUnknown)
        }
    }

    @Test func burnedUploadThatIsRemovedIs404() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop()
            #expect(try await raven.download(key).status == 200)
            try await raven.expectGone(key)
            RavenZeroClient.expect(try await raven.preview(key), 404, RavenZeroClient.previewUnknown)
        }
    }

    @Test func usesAreTheDownloadsLeftNow() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(Self.hello, uses: 3)
            #expect(try await raven.download(key).status == 200)
            RavenZeroClient.expect(
                try await raven.preview(key),
                200,
                Self.answer(raven, key, bytes: Self.hello, uses: 2, minutesLeft: 10)
            )
        }
    }

    @Test(arguments: [(1, 9), (59, 9), (60, 9), (61, 8), (120, 8), (540, 1), (541, 0), (599, 0)])
    func minutesLeftAreRoundedDown(secondsLater: Int, minutesLeft: Int) async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(Self.hello)
            raven.clock.advance(by: .seconds(secondsLater))
            RavenZeroClient.expect(
                try await raven.preview(key),
                200,
                Self.answer(raven, key, bytes: Self.hello, uses: 1, minutesLeft: minutesLeft)
            )
        }
    }

    @Test func previewSpendsNoUseAndExtendsNothing() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(Self.hello)
            raven.clock.advance(by: .seconds(300))
            #expect(try await raven.preview(key).status == 200)
            RavenZeroClient.expect(
                try await raven.status(key),
                200,
                RavenZeroClient.status(key, "active", uses: 1, expires: "2024-12-10T16:00:00Z")
            )
            RavenZeroClient.expect(try await raven.download(key), bytes: Self.hello)
        }
    }

    @Test func burnedRecordWithAnActiveReaderIsPreviewableOnceWithZeroUses() async throws {
        try await RavenZeroClient.run(RavenZeroClient.slowFileSettings) { raven in
            let bytes = RavenZeroClient.noise(RavenZeroClient.slowFileBytes)
            let key = try await raven.drop(bytes)
            _ = try await raven.downloadSlowly(key) {
                RavenZeroClient.expect(
                    try await raven.preview(key),
                    200,
                    Self.answer(
                        raven,
                        key,
                        bytes: bytes,
                        uses: 0,
                        minutesLeft: 10,
                        mediaType: "application/octet-stream"
                    )
                )
                RavenZeroClient.expect(try await raven.preview(key), 404, RavenZeroClient.previewSpent)
            }
        }
    }

    @Test func callerWhoDisconnectsHasUsedThePreviewUp() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop()
            try await TestConnection.open(port: raven.server.port) { connection in
                try await connection.write(raven.server.head("GET", "/preview/\(key)"))
                _ = try await connection.readHead()
                await connection.cut()
            }
            RavenZeroClient.expect(try await raven.preview(key), 404, RavenZeroClient.previewSpent)
        }
    }

    @Test func headIsNoVisit() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop()
            #expect(try await raven.server.send("HEAD", "/preview/\(key)").status == 405)
            #expect(try await raven.preview(key).status == 200)
        }
    }
}
