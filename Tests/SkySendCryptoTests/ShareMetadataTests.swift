import Crypto
import Testing

@testable import SkySendCrypto

@Suite("SkySend crypto: metadata")
struct ShareMetadataTests {
    private static let examples: [ShareMetadata] = [
        .single(name: "a/b \"c\" gr\u{FC}n.txt", bytes: 0, mimeType: "text/plain"),
        .single(name: "big.bin", bytes: 9_007_199_254_740_991, mimeType: "application/octet-stream"),
        .archive(files: [file("a.txt", 1), file("d/b", 2)], totalBytes: 3, archiveBytes: 250),
        .archive(files: [], totalBytes: 0, archiveBytes: nil),
    ]

    @Test(arguments: examples)
    func metadataComesBack(metadata: ShareMetadata) throws {
        let key = SymmetricKey(size: .bits256)
        let sealed = try metadata.sealed(under: key)
        let received = try SealedMessage(contentText: sealed.contentText, nonceText: sealed.nonceText)
        #expect(try ShareMetadata(opening: received, under: key) == metadata)
    }

    @Test func membersHaveTheirNames() throws {
        let single = ShareMetadata.single(name: "a/b", bytes: 5, mimeType: "text/plain")
        #expect(try text(single) == #"{"mimeType":"text/plain","name":"a/b","size":5,"type":"single"}"#)
        let archive = ShareMetadata.archive(files: [Self.file("a", 1)], totalBytes: 1, archiveBytes: nil)
        #expect(try text(archive) == #"{"files":[{"name":"a","size":1}],"totalSize":1,"type":"archive"}"#)
    }

    @Test func streamSizeIsTheFilesOrTheArchives() {
        #expect(Self.examples.map(\.streamBytes) == [0, 9_007_199_254_740_991, 250, nil])
    }

    @Test func readingIsTolerant() throws {
        #expect(
            try read(#"{"type":"single","name":"x","size":3.0,"mimeType":null,"new":[1]}   "#)
                == .single(name: "x", bytes: 3, mimeType: "application/octet-stream")
        )
        #expect(
            try read(#"{"type":"archive","files":[{"name":"x","size":3,"new":1},{"name":"y","size":4}]}"#)
                == .archive(files: [Self.file("x", 3), Self.file("y", 4)], totalBytes: 7, archiveBytes: nil)
        )
    }

    @Test(arguments: [
        "", "null", "[]", "{}", #"{"type":"single","name":"x"}"#, #"{"type":"single","size":1}"#,
        #"{"type":"single","name":"x","size":-1}"#, #"{"type":"single","name":"x","size":"1"}"#,
        #"{"type":"single","name":"x","size":1.5}"#, #"{"type":"other","name":"x","size":1}"#,
        #"{"type":"archive","totalSize":1}"#, #"{"type":"archive","files":[{"name":"x","size":-1}]}"#,
        #"{"type":"archive","files":[{"name":"x","size":9223372036854775807},{"name":"y","size":1}]}"#,
    ])
    func otherJSONIsUnreadable(json: String) {
        #expect(throws: ShareMetadata.Failure.unreadable) { try read(json) }
    }

    @Test func anotherKeyOpensNothing() throws {
        let sealed = try Self.examples[0].sealed(under: SymmetricKey(size: .bits256))
        #expect(throws: ShareMetadata.Failure.sealing(.tampered)) {
            try ShareMetadata(opening: sealed, under: SymmetricKey(size: .bits256))
        }
    }

    private static func file(_ name: String, _ bytes: Int64) -> ShareMetadata.File {
        ShareMetadata.File(name: name, bytes: bytes)
    }

    private func text(_ metadata: ShareMetadata) throws -> String {
        String(decoding: try metadata.json(), as: UTF8.self)
    }

    private func read(_ json: String) throws -> ShareMetadata {
        try ShareMetadata(json: Array(json.utf8))
    }
}
