import CofferTesting
import Foundation
import Testing

@Suite("Raven Zero: bytes at rest", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroAtRestTests {
    static let marker = "PLAINTEXT-MARKER-7f3a"
    static let bytes = Array(String(repeating: marker, count: 5000).utf8)

    /// Paths of the files below the data directory that hold the marker.
    private static func filesWithMarker(_ raven: RavenZeroClient) throws -> [String] {
        let root = raven.server.dataPath
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { path in
            let contents = FileManager.default.contents(atPath: "\(root)/\(path)") ?? Data()
            return contents.firstRange(of: Data(marker.utf8)) != nil
        }
    }

    @Test(arguments: ["0", "1048576"])
    func noFileHoldsPlainBytes(inlineBytes: String) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": inlineBytes]) { raven in
            let key = try await raven.drop(Self.bytes, uses: 2)
            #expect(try Self.filesWithMarker(raven) == [])
            RavenZeroClient.expect(try await raven.download(key), bytes: Self.bytes)
            #expect(try Self.filesWithMarker(raven) == [])
            RavenZeroClient.expect(try await raven.download(key), bytes: Self.bytes)
            try await raven.expectGone(key)
            #expect(try Self.filesWithMarker(raven) == [])
        }
    }

    @Test func bytesAreSealedWhileTheyArrive() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let form = MultipartBody().file("file", filename: "a.txt", Self.bytes + RavenZeroClient.noise(2_000_000))
            try await TestConnection.open(port: raven.server.port) { connection in
                let headers = [("Content-Type", form.contentType)]
                try await connection.write(raven.server.head("POST", "/upload/", headers: headers, body: form.bytes))
                try await connection.write(Array(form.bytes.prefix(1_500_000)))
                try await RavenZeroClient.eventually("nothing was written") {
                    let sizes = try raven.incoming().map { try Self.attributes($0).size }
                    return sizes.contains { $0 > 200_000 }
                }
                #expect(try Self.filesWithMarker(raven) == [])
                for path in try raven.incoming() { #expect(try Self.attributes(path).mode == 0o600) }
                await connection.cut()
            }
            try await raven.expectNoFiles()
        }
    }

    @Test func blobFilesHaveMode600AndOpaqueNames() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let key = try await raven.drop(Self.bytes, filename: "secret-name.txt")
            let paths = try raven.objects()
            #expect(paths.count == 1)
            for path in paths {
                let attributes = try Self.attributes(path)
                #expect(attributes.mode == 0o600)
                // Not compressed and not padded beyond the tags of the chunks.
                #expect(attributes.size > Self.bytes.count && attributes.size < Self.bytes.count + 1000)
                #expect(path.range(of: "/objects/([0-9a-f]{2})/\\1[0-9a-f]{30,}$", options: .regularExpression) != nil)
            }
            let names = try FileManager.default.subpathsOfDirectory(atPath: raven.server.dataPath)
            #expect(!names.contains { $0.contains(key) || $0.contains("secret-name") })
            #expect(try Self.attributes("\(raven.server.dataPath)/coffer.sqlite").mode == 0o600)
        }
    }

    @Test func equalFilesAreSealedDifferently() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            _ = try await raven.drop(Self.bytes)
            _ = try await raven.drop(Self.bytes)
            let sealed = try raven.objects().map { FileManager.default.contents(atPath: $0) ?? Data() }
            #expect(sealed.count == 2)
            #expect(sealed.first != sealed.last)
            #expect(sealed.first?.prefix(32) != sealed.last?.prefix(32))
        }
    }

    @Test func bytesOfADeletedUploadAreOverwrittenAndUnlinked() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let key = try await raven.drop(Self.bytes)
            let path = try #require(try raven.objects().first)
            // A second link keeps the bytes in sight when the name goes.
            let link = "\(raven.server.dataPath)/link"
            try FileManager.default.linkItem(atPath: path, toPath: link)
            let before = try #require(FileManager.default.contents(atPath: link))
            #expect(try await raven.download(key).status == 200)
            try await raven.expectNoFiles()
            let after = try #require(FileManager.default.contents(atPath: link))
            #expect(after.count == before.count)
            let kept = zip(before, after).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
            #expect(kept < before.count / 50)
        }
    }

    private static func attributes(_ path: String) throws -> (mode: Int, size: Int) {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = try #require(attributes[.posixPermissions] as? Int)
        return (mode, try #require(attributes[.size] as? Int))
    }
}
