import CofferTesting
import Foundation
import Testing

@Suite("Raven Zero: keys and word list", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroKeyTests {
    /// A list of 7,776 words, all of them unfit for a key but those named.
    private static func list(fit: [String], of count: Int = 7776) -> String {
        let unfit = (0..<(count - fit.count)).map { "un-fit\($0)" }
        let lines = (fit + unfit).enumerated().map { "\(11111 + $0)\t\($1)" }
        return "# a comment\n\n" + lines.joined(separator: "\n") + "\n"
    }

    private static func run(
        list: String,
        _ body: @escaping @Sendable (RavenZeroClient) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/words.txt"
        try Data(list.utf8).write(to: URL(fileURLWithPath: path))
        try await RavenZeroClient.run(["COFFER_RAVENZERO_DICEWARE_WORDLIST_PATH": path], body)
        withExtendedLifetime(directory) {}
    }

    @Test func hyphenatedWordsAreNeverDrawn() async throws {
        try await Self.run(list: Self.list(fit: ["alpha", "beta", "gamma"])) { raven in
            for _ in 0..<10 {
                let key = try await raven.drop()
                #expect(key.wholeMatch(of: /(alpha|beta|gamma)(-(alpha|beta|gamma)){2}/) != nil, "\(key)")
            }
        }
    }

    @Test func collisionNeverOverwritesAnEarlierUpload() async throws {
        try await Self.run(list: Self.list(fit: ["only"])) { raven in
            let first = Array("first".utf8)
            #expect(try await raven.drop(first) == "only-only-only")
            let response = try await raven.upload(Array("second".utf8))
            #expect(response.status == 500)
            let detail = try RavenZeroClient.text("detail", of: response)
            #expect(detail.hasPrefix("Internal error while processing upload: "), "\(detail)")
            RavenZeroClient.expectSecurityHeaders(response)
            RavenZeroClient.expect(try await raven.download("only-only-only"), bytes: first)
            try await raven.expectGone("only-only-only")
            try await raven.expectNoFiles()
            #expect(try await raven.drop(Array("third".utf8)) == "only-only-only")
        }
    }

    @Test func takenKeysAreDrawnAgain() async throws {
        try await Self.run(list: Self.list(fit: ["alpha", "beta"])) { raven in
            // Eight keys exist; ten tries find a free one of the last four with near certainty.
            var keys: Set<String> = []
            for _ in 0..<4 { keys.insert(try await raven.drop()) }
            #expect(keys.count == 4)
        }
    }

    @Test(arguments: [7775, 7777, 0])
    func listOfAnotherLengthStopsTheStart(count: Int) async throws {
        let fit = count > 0 ? ["alpha"] : []
        await #expect(throws: (any Error).self) {
            try await Self.run(list: Self.list(fit: fit, of: count)) { _ in }
        }
    }

    @Test(arguments: ["no columns at all", "1 2 3\n", "\u{0}"])
    func listThatIsNoListStopsTheStart(text: String) async throws {
        await #expect(throws: (any Error).self) { try await Self.run(list: text) { _ in } }
    }

    @Test func missingListStopsTheStart() async throws {
        await #expect(throws: (any Error).self) {
            try await RavenZeroClient.run(["COFFER_RAVENZERO_DICEWARE_WORDLIST_PATH": "/nonexistent"]) { _ in }
        }
    }
}
