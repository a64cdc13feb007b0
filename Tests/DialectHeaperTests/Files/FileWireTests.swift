import CofferCore
import Testing

@testable import DialectHeaper

@Suite("Heaper: what stands in uploads")
struct FileWireTests {
    @Test(
        arguments: [
            (nil, 1, 4 << 20), (0, 1, 65_536), (Int64.max, 1, 64 << 20), (100_000, 1 << 20, 100_000),
            (65_536, 1 << 32, 65_536), (65_536, 1 << 32 + 1, 131_072), (65_536, 1 << 42, 64 << 20),
        ] as [(Int64?, Int64, Int64)]
    )
    func chunkSizes(wished: Int64?, size: Int64, expected: Int64) {
        #expect(FileSettings.chunkBytes(wished: wished, size: size) == expected)
        #expect(UploadSession.chunkCount(size, expected) <= FileSettings.mostChunks)
    }

    @Test func hashes() {
        let text = String(repeating: "aB", count: 32)
        #expect(ContentHash(text)?.text == text.lowercased())
        #expect(ContentHash(text.dropLast()) == nil)
        #expect(ContentHash(text.dropLast() + "g") == nil)
        #expect(ContentHash("") == nil)
        #expect(ContentHash.ofNothing.bytes.count == 32)
    }

    @Test(arguments: [
        ("\"a\"", true), ("W/\"a\"", true), ("*", true), ("\"b\", \"a\"", true), (" \"a\" ", true), ("\"b\"", false),
        ("a", false), ("", false), ("\"ab\"", false),
    ])
    func tagLists(field: String, isNamed: Bool) {
        #expect(FileAnswer.names(field, "\"a\"") == isNamed)
    }

    @Test(arguments: [
        ("image/png", "image/png"), ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("application/octet-stream", ""), ("text", ""), ("a/b\r\nSet-Cookie: x", ""), ("a/b\u{7F}", ""), ("", ""),
    ])
    func mediaTypes(text: String, kept: String) {
        #expect(UploadFields.mimeType(text) == kept)
    }

    @Test func progressNamesWhatIsMissing() {
        let session = UploadSession(
            drop: DropID(stored: "d"),
            hash: .ofNothing,
            size: 45,
            chunkBytes: 10,
            name: "",
            mimeType: "",
            expiresAt: nil,
            parts: nil
        )
        let some = UploadProgress([1...2, 4...4], of: session)
        #expect(some.received == [1, 2, 4])
        #expect(some.missing == [0, 3])
        #expect(some.bytes == 25)
        #expect(UploadProgress([], of: session).missing == [0, 1, 2, 3, 4])
        #expect(UploadProgress([0...4], of: session).missing == [])
        #expect(session.chunkSize(5) == nil)
        #expect(session.chunkSize(-1) == nil)
    }
}
