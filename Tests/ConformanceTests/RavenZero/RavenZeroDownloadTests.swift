import CofferHTTP
import CofferServer
import CofferTesting
import Foundation
import Testing

@Suite("Raven Zero: GET /download/{key}", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroDownloadTests {
    static let hello = Array("hello\n".utf8)

    // MARK: The answer

    @Test(arguments: ["0", "1048576"])
    func downloadHasTheHeadersOfTheContract(inlineBytes: String) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": inlineBytes]) { raven in
            let bytes = RavenZeroMediaTypeTests.pdf
            let key = try await raven.drop(bytes, filename: "document.pdf")
            let response = try await raven.download(key)
            RavenZeroClient.expect(response, bytes: bytes)
            #expect(response.header("content-disposition") == "attachment; filename=\"document.pdf\"")
            #expect(response.header("content-type") == "application/pdf")
            #expect(response.header("content-length") == String(bytes.count))
            #expect(response.header("content-encoding") == nil)
            #expect(response.header("transfer-encoding") == nil)
        }
    }

    @Test(
        arguments: [
            ("bytes=0-1", "Range"), ("bytes=2-", "Range"), ("bytes=999-", "Range"), ("bytes=-1", "Range"),
            ("\"x\"", "If-None-Match"), ("*", "If-None-Match"), ("gzip", "Accept-Encoding"), ("text/html", "Accept"),
        ]
    )
    func rangesAndConditionsAreIgnored(value: String, header: String) async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(Self.hello)
            let response = try await raven.get("/download/\(key)?inline=1", headers: [(header, value)])
            RavenZeroClient.expect(response, bytes: Self.hello)
            #expect(response.header("content-range") == nil)
            #expect(response.header("content-encoding") == nil)
        }
    }

    @Test func downloadOfAPreviewedUploadWorks() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop(Self.hello)
            #expect(try await raven.preview(key).status == 200)
            RavenZeroClient.expect(try await raven.download(key), bytes: Self.hello)
        }
    }

    // MARK: Uses

    @Test(arguments: [1, 2, 3, 5], ["0", "1048576"])
    func usesAreSpentOneByOneAndTheLastDeletes(uses: Int, inlineBytes: String) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": inlineBytes]) { raven in
            let key = try await raven.drop(Self.hello, uses: uses)
            for left in (0..<uses).reversed() {
                RavenZeroClient.expect(try await raven.download(key), bytes: Self.hello)
                if left > 0 {
                    RavenZeroClient.expect(
                        try await raven.status(key),
                        200,
                        RavenZeroClient.status(key, "active", uses: left, expires: "2024-12-10T16:00:00Z")
                    )
                }
            }
            try await raven.expectGone(key)
            RavenZeroClient.expect(try await raven.download(key), 404, RavenZeroClient.notFound)
            RavenZeroClient.expect(try await raven.status(key), 200, RavenZeroClient.goneStatus(key))
            try await raven.expectNoFiles()
        }
    }

    @Test(arguments: [1, 2])
    func abortedTransferIsNotRefunded(uses: Int) async throws {
        try await RavenZeroClient.run(RavenZeroClient.slowFileSettings) { raven in
            let key = try await raven.drop(RavenZeroClient.noise(RavenZeroClient.slowFileBytes), uses: uses)
            try await TestConnection.open(port: raven.server.port) { connection in
                try await connection.write(raven.server.head("GET", "/download/\(key)"))
                #expect(try await connection.readHead().status == 200)
                _ = try await connection.read(2_000_000)
                await connection.cut()
            }
            if uses == 1 {
                try await raven.expectGone(key)
                RavenZeroClient.expect(try await raven.download(key), 404, RavenZeroClient.notFound)
                try await raven.expectNoFiles()
            } else {
                #expect(try await raven.status(key).json?["remaining_uses"] == 1)
                #expect(try await raven.download(key).status == 200)
                try await raven.expectGone(key)
            }
        }
    }

    // MARK: Refusals

    @Test(arguments: ["correct-horse-battery", "x", "%20", "p%C3%A4iv%C3%A4", "..%2e", "%00", "a+b"])
    func unknownKeyIs404(key: String) async throws {
        try await RavenZeroClient.run { raven in
            RavenZeroClient.expect(try await raven.download(key), 404, RavenZeroClient.notFound)
        }
    }

    @Test func expiredUploadIs404AndItsBytesGo() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let key = try await raven.drop(Self.hello, expiry: 1, uses: 5)
            raven.clock.advance(by: .seconds(59))
            RavenZeroClient.expect(try await raven.download(key), bytes: Self.hello)
            raven.clock.advance(by: .seconds(2))
            RavenZeroClient.expect(try await raven.download(key), 404, RavenZeroClient.notFound)
            try await raven.expectNoFiles()
        }
    }

    @Test func whileTheLastReaderReadsOthersAre410AndAfterwards404() async throws {
        try await RavenZeroClient.run(RavenZeroClient.slowFileSettings) { raven in
            let bytes = RavenZeroClient.noise(RavenZeroClient.slowFileBytes)
            let key = try await raven.drop(bytes)
            let rest = try await raven.downloadSlowly(key) {
                for _ in 0..<3 {
                    RavenZeroClient.expect(try await raven.download(key), 410, RavenZeroClient.usedUp)
                }
                RavenZeroClient.expect(
                    try await raven.status(key),
                    200,
                    RavenZeroClient.status(key, "burned", uses: 0, expires: "2024-12-10T16:00:00Z")
                )
            }
            #expect(RavenZeroClient.areSame(rest, bytes))
            try await raven.expectGone(key)
            RavenZeroClient.expect(try await raven.download(key), 404, RavenZeroClient.notFound)
            try await raven.expectNoFiles()
        }
    }

    @Test func earlierReaderOfABurnedUploadFinishesToo() async throws {
        try await RavenZeroClient.run(RavenZeroClient.slowFileSettings) { raven in
            let bytes = RavenZeroClient.noise(RavenZeroClient.slowFileBytes)
            let key = try await raven.drop(bytes, uses: 2)
            let rest = try await raven.downloadSlowly(key) {
                RavenZeroClient.expect(try await raven.download(key), bytes: bytes)
                RavenZeroClient.expect(try await raven.download(key), 410, RavenZeroClient.usedUp)
            }
            #expect(RavenZeroClient.areSame(rest, bytes))
            try await raven.expectGone(key)
            try await raven.expectNoFiles()
        }
    }

    @Test(arguments: [1, 3])
    func readerWhoWasAdmittedFinishesAfterExpiry(uses: Int) async throws {
        try await RavenZeroClient.run(RavenZeroClient.slowFileSettings) { raven in
            let bytes = RavenZeroClient.noise(RavenZeroClient.slowFileBytes)
            let key = try await raven.drop(bytes, uses: uses)
            let rest = try await raven.downloadSlowly(key) {
                raven.clock.advance(by: .seconds(601))
                try await raven.server.application.sweep()
                RavenZeroClient.expect(try await raven.download(key), 404, RavenZeroClient.notFound)
                RavenZeroClient.expect(try await raven.preview(key), 404, RavenZeroClient.previewUnknown)
                RavenZeroClient.expect(try await raven.status(key), 200, RavenZeroClient.goneStatus(key))
            }
            #expect(RavenZeroClient.areSame(rest, bytes))
            try await raven.expectNoFiles()
        }
    }

    // MARK: Damaged bytes

    /// What happens to a file of sealed bytes.
    enum Damage: CaseIterable, Sendable {
        case firstByte
        case lastByte
        case middleByte
        case cut

        func done(to sealed: Data) -> Data {
            var bytes = [UInt8](sealed)
            switch self {
            case .firstByte: bytes[0] ^= 1
            case .lastByte: bytes[bytes.count - 1] ^= 0x80
            case .middleByte: bytes[bytes.count / 2] ^= 0x10
            case .cut: bytes.removeLast(20)
            }
            return Data(bytes)
        }
    }

    @Test(arguments: [Damage.firstByte, .lastByte, .middleByte, .cut])
    func damagedBytesAre500AndTheUseIsNotSpent(damage: Damage) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let bytes = RavenZeroClient.noise(200_000)
            let key = try await raven.drop(bytes)
            let path = try #require(try raven.objects().first)
            let sealed = try #require(FileManager.default.contents(atPath: path))
            try Self.overwrite(path, damage.done(to: sealed))
            for _ in 0..<2 {
                try Self.expectIntegrityFailure(try await raven.download(key), expected: RavenZeroClient.sha256(bytes))
                RavenZeroClient.expect(
                    try await raven.status(key),
                    200,
                    RavenZeroClient.status(key, "active", uses: 1, expires: "2024-12-10T16:00:00Z")
                )
            }
            try Self.overwrite(path, sealed)
            RavenZeroClient.expect(try await raven.download(key), bytes: bytes)
            try await raven.expectGone(key)
        }
    }

    /// Both placements: the reference has the members at the top, the original program below `detail`.
    private static func expectIntegrityFailure(_ response: TestResponse, expected: String) throws {
        guard case .string(let actual)? = response.json?["integrity_report"]?["actual"] else {
            throw RavenZeroClient.UnexpectedAnswer(text: response.text)
        }
        #expect(actual.wholeMatch(of: /[0-9a-f]{64}/) != nil)
        #expect(actual != expected)
        let report = """
            "error_code":"INTEGRITY_CHECK_FAILED","integrity_report":{"expected":"\(expected)","actual":"\(actual)"}
            """
        RavenZeroClient.expect(response, 500, "{\(report),\"detail\":{\(report)}}")
        #expect(response.header("x-sha256") == nil)
        #expect(response.header("content-disposition") == nil)
    }

    @Test func bytesOfAnotherUploadAreNotTaken() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let bytes = RavenZeroClient.noise(1000)
            let key = try await raven.drop(bytes)
            let path = try #require(try raven.objects().first)
            _ = try await raven.drop(RavenZeroClient.noise(1000, seed: 2))
            let other = try #require(try raven.objects().first { $0 != path })
            try Self.overwrite(path, try #require(FileManager.default.contents(atPath: other)))
            try Self.expectIntegrityFailure(try await raven.download(key), expected: RavenZeroClient.sha256(bytes))
        }
    }

    @Test func missingBytesAre404AndTheUseIsNotSpent() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let key = try await raven.drop(Self.hello)
            let path = try #require(try raven.objects().first)
            try FileManager.default.moveItem(atPath: path, toPath: "\(raven.server.dataPath)/aside")
            RavenZeroClient.expect(
                try await raven.download(key),
                404,
                RavenZeroClient.detail("File does not exist on the server")
            )
            #expect(try await raven.status(key).json?["remaining_uses"] == 1)
            try FileManager.default.moveItem(atPath: "\(raven.server.dataPath)/aside", toPath: path)
            RavenZeroClient.expect(try await raven.download(key), bytes: Self.hello)
        }
    }

    /// Changes the bytes of the file itself, not which file has the name.
    private static func overwrite(_ path: String, _ bytes: Data) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: bytes)
        try file.close()
    }
}
