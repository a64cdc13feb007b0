import CofferHTTP
import CofferTesting
import Foundation
import Testing

@Suite("Hushfile: size limits", .serialized, .timeLimit(.minutes(20)))
struct HushfileSizeLimitTests {
    static let storages = ["0", "32768"]

    private static func settings(
        chunk: Int = 1000,
        file: Int = 1_000_000,
        inlineBytes: String = "32768"
    ) -> [String: String] {
        [
            "COFFER_HUSHFILE_MAX_CHUNKSIZE_BYTES": String(chunk),
            "COFFER_HUSHFILE_MAX_FILESIZE_BYTES": String(file),
            "COFFER_INLINE_BYTES": inlineBytes,
        ]
    }

    // MARK: Chunks

    @Test(arguments: storages)
    func chunkOfExactlyTheLimitIs200(_ inlineBytes: String) async throws {
        try await TestServer.run(Self.settings(inlineBytes: inlineBytes)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            #expect(try await client.put(chunk: 0, HushfileClient.bytes(1000), of: upload).status == 200)
            try await putChunked(HushfileClient.bytes(1000), to: client.chunkTarget(1, upload), isEnded: true, server) {
                #expect($0.status == 200)
            }
            #expect(try await client.info(upload.id)["totalsize"] == 2000)
        }
    }

    @Test(arguments: [1001, 1_000_000_000_000])
    func declaredLargerChunkIs413BeforeItIsSent(_ count: Int) async throws {
        try await TestServer.run(Self.settings()) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            try await declare(count, to: client.chunkTarget(0, upload), upload, server)
            #expect(try await client.info(upload.id)["chunks"] == [])
        }
    }

    @Test(arguments: storages)
    func streamedLargerChunkIs413WhileItIsSent(_ inlineBytes: String) async throws {
        try await TestServer.run(Self.settings(inlineBytes: inlineBytes)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            try await putChunked(HushfileClient.bytes(1001), to: client.chunkTarget(0, upload), isEnded: false, server)
            {
                $0.expectError(413, fileid: upload.id)
            }
            let info = try await client.info(upload.id)
            #expect(info["chunks"] == [0])
            #expect(info["totalsize"] == 1)
            #expect(try await client.eventually { client.incomingFiles.isEmpty })
            #expect(client.storedFiles.count == (inlineBytes == "0" ? 1 : 0))
        }
    }

    @Test
    func streamedHugeChunkLeavesNoFile() async throws {
        try await TestServer.run(Self.settings(chunk: 2_000_000, file: 100_000_000, inlineBytes: "0")) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let bytes = HushfileClient.bytes(2_000_001)
            try await putChunked(bytes, to: client.chunkTarget(0, upload), isEnded: false, server) {
                $0.expectError(413, fileid: upload.id)
            }
            #expect(try await client.eventually { client.incomingFiles.isEmpty })
            #expect(client.storedFiles.isEmpty)
        }
    }

    @Test
    func answerArrivesThoughTheClientSendsOn() async throws {
        try await TestServer.run(Self.settings()) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let response = try await client.put(chunk: 0, HushfileClient.bytes(200_000), of: upload)
            response.expectError(413, fileid: upload.id)
        }
    }

    // MARK: Files

    @Test(arguments: storages)
    func sumAboveTheFileLimitIs413(_ inlineBytes: String) async throws {
        try await TestServer.run(Self.settings(file: 2500, inlineBytes: inlineBytes)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            for index in 0..<2 {
                #expect(try await client.put(chunk: index, HushfileClient.bytes(1000), of: upload).status == 200)
            }
            try await declare(501, to: client.chunkTarget(2, upload), upload, server)
            try await putChunked(HushfileClient.bytes(501), to: client.chunkTarget(2, upload), isEnded: false, server) {
                $0.expectError(413, fileid: upload.id)
            }
            #expect(try await client.info(upload.id)["totalsize"] == 2000)
            #expect(try await client.put(chunk: 2, HushfileClient.bytes(500), of: upload).status == 200)
            #expect(try await client.put(chunk: 3, [], of: upload).status == 200)
            try await client.put(chunk: 4, [1], of: upload).expectError(413, fileid: upload.id)
            #expect(try await client.info(upload.id)["totalsize"] == 2500)
            #expect(try await client.finish(upload, chunks: [0, 1, 2, 3]).status == 200)
        }
    }

    @Test
    func replacedChunkIsSubtracted() async throws {
        try await TestServer.run(Self.settings(file: 2000)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            for index in 0..<2 {
                #expect(try await client.put(chunk: index, HushfileClient.bytes(1000), of: upload).status == 200)
            }
            #expect(try await client.put(chunk: 0, HushfileClient.bytes(1000, seed: 2), of: upload).status == 200)
            #expect(try await client.put(chunk: 0, HushfileClient.bytes(400), of: upload).status == 200)
            #expect(try await client.put(chunk: 2, HushfileClient.bytes(600), of: upload).status == 200)
            try await client.put(chunk: 0, HushfileClient.bytes(401), of: upload).expectError(413, fileid: upload.id)
            let info = try await client.info(upload.id)
            #expect(info["totalsize"] == 2000)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await client.get(chunk: 0, of: upload.id).expectBytes(HushfileClient.bytes(400))
        }
    }

    @Test
    func limitIsPerFile() async throws {
        try await TestServer.run(Self.settings(file: 1000)) { server in
            let client = HushfileClient(server: server)
            for _ in 0..<3 {
                let upload = try await client.initiate()
                #expect(try await client.put(chunk: 0, HushfileClient.bytes(1000), of: upload).status == 200)
                #expect(try await client.put(chunk: 1, [1], of: upload).status == 413)
            }
        }
    }

    @Test(arguments: storages, [true, false])
    func parallelChunksCannotOverrunTheFileLimit(_ inlineBytes: String, _ isDeclared: Bool) async throws {
        try await TestServer.run(Self.settings(file: 5500, inlineBytes: inlineBytes)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let answers = try await client.parallel(24) { index in
                let bytes = HushfileClient.bytes(1000, seed: UInt64(index))
                if isDeclared { return try await client.put(chunk: index, bytes, of: upload) }
                return try await putChunked(bytes, to: client.chunkTarget(index, upload), isEnded: true, server) { $0 }
            }
            let accepted = answers.indices.filter { answers[$0].status == 200 }
            // How many bytes a chunk without a length will have is not known before its end.
            #expect(isDeclared ? accepted.count == 5 : accepted.count <= 5)
            for answer in answers where answer.status != 200 { answer.expectError(413, fileid: upload.id) }
            let info = try await client.info(upload.id)
            #expect(info["chunks"] == .array(accepted.map { .integer($0) }))
            #expect(info["totalsize"] == .integer(1000 * accepted.count))
            let stored = inlineBytes == "0" ? accepted.count : 0
            #expect(try await client.eventually { client.storedFiles.count == stored })
            for index in 100..<(105 - accepted.count) {
                #expect(try await client.put(chunk: index, HushfileClient.bytes(1000), of: upload).status == 200)
            }
            #expect(try await client.put(chunk: 200, HushfileClient.bytes(501), of: upload).status == 413)
            #expect(try await client.put(chunk: 200, HushfileClient.bytes(500), of: upload).status == 200)
        }
    }

    @Test
    func cutChunkGivesItsReservedSizeBack() async throws {
        try await TestServer.run(Self.settings(chunk: 4_000_000, file: 4_000_000)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            try await TestConnection.open(port: server.port) { connection in
                let length = [("Content-Length", "4000000")]
                try await connection.write(server.head("PUT", client.chunkTarget(0, upload), headers: length))
                try await connection.write(HushfileClient.bytes(2_000_000))
                #expect(try await client.eventually { !client.incomingFiles.isEmpty })
                await connection.cut()
            }
            #expect(
                try await client.eventually {
                    try await client.put(chunk: 1, HushfileClient.bytes(4_000_000), of: upload).status == 200
                }
            )
            #expect(try await client.info(upload.id)["totalsize"] == 4_000_000)
        }
    }

    @Test
    func chunkUnderWayReservesItsDeclaredSize() async throws {
        try await TestServer.run(Self.settings(chunk: 4_000_000, file: 4_000_000)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let bytes = HushfileClient.bytes(4_000_000)
            try await TestConnection.open(port: server.port) { connection in
                let length = [("Content-Length", "4000000")]
                try await connection.write(server.head("PUT", client.chunkTarget(0, upload), headers: length))
                try await connection.write(Array(bytes.prefix(2_000_000)))
                #expect(try await client.eventually { !client.incomingFiles.isEmpty })
                try await client.put(chunk: 1, [1], of: upload).expectError(413, fileid: upload.id)
                try await connection.write(Array(bytes.dropFirst(2_000_000)))
                try await connection.readResponse().expect(200, ["index": 0, "finished": false])
            }
        }
    }

    // MARK: Number of chunks

    /// Ten thousand requests take a debug build more than ten seconds.
    static let runsSlowTests = ProcessInfo.processInfo.environment["COFFER_SLOW_TESTS"] == "1"

    @Test(.enabled(if: runsSlowTests, "COFFER_SLOW_TESTS=1 runs it"))
    func chunk10001Is413AndAReplacementIsNot() async throws {
        // The chunks are empty and go over a few connections in batches, in a memory file system.
        let directory = try TemporaryDirectory(in: "/dev/shm")
        try await TestServer.run(dataPath: directory.path) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let accepted = try await client.parallel(10) { part in
                try await TestConnection.open(port: server.port) { connection in
                    var accepted = 0
                    for start in stride(from: part * 1000, to: part * 1000 + 1000, by: 100) {
                        let heads = (start..<start + 100).map {
                            server.head("PUT", client.chunkTarget($0, upload), body: [])
                        }
                        try await connection.write(heads.joined())
                        for _ in heads where try await connection.readResponse().status == 200 { accepted += 1 }
                    }
                    return accepted
                }
            }
            #expect(accepted.reduce(0, +) == 10_000)
            try await client.put(chunk: 10_000, [], of: upload).expectError(413, fileid: upload.id)
            try await client.put(chunk: 999_999_999, [1], of: upload).expectError(413, fileid: upload.id)
            #expect(try await client.put(chunk: 9999, [1, 2, 3], of: upload).status == 200)
            let response = try await client.finish(upload, chunks: Array(0..<10_000))
            #expect(response.status == 200)
            #expect(response.json?["totalsize"] == 3)
            try await client.get(chunk: 9999, of: upload.id).expectBytes([1, 2, 3])
        }
        withExtendedLifetime(directory) {}
    }

    // MARK: Requests

    /// Sends a head with this length and no body, which must be answered 413.
    private func declare(
        _ count: Int,
        to target: String,
        _ upload: HushfileClient.Upload,
        _ server: TestServer
    ) async throws {
        try await TestConnection.open(port: server.port) { connection in
            try await connection.write(server.head("PUT", target, headers: [("Content-Length", String(count))]))
            try await connection.readResponse().expectError(413, fileid: upload.id)
        }
    }

    /// Sends bytes as two pieces of a chunked transfer, with or without its end, and looks at the answer.
    @discardableResult
    private func putChunked<Value: Sendable>(
        _ bytes: [UInt8],
        to target: String,
        isEnded: Bool,
        _ server: TestServer,
        _ check: (TestResponse) -> Value
    ) async throws -> Value {
        try await TestConnection.open(port: server.port) { connection in
            try await connection.write(server.head("PUT", target, headers: [("Transfer-Encoding", "chunked")]))
            let half = bytes.count / 2
            for piece in [bytes.prefix(half), bytes.dropFirst(half)] {
                try await connection.write("\(String(piece.count, radix: 16))\r\n")
                try await connection.write(Array(piece) + Array("\r\n".utf8))
            }
            // A server that has already refused may have closed its side.
            if isEnded { try? await connection.write("0\r\n\r\n") }
            return check(try await connection.readResponse())
        }
    }
}
