import CofferHTTP
import CofferTesting
import Synchronization
import Testing

@Suite("SkySend: limits of chunks", .serialized, .timeLimit(.minutes(20)))
struct SkySendChunkLimitTests {
    static let overflow = SkySendChunkTests.overflow

    private static func written(_ count: Int) -> String { #"{"bytesWritten":\#(count)}"# }

    // MARK: More than declared

    @Test
    func bytesBeyondTheDeclaredSizeAreRefusedAndTheSessionStaysOpen() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 10)
            try await client.chunk(0, SkySendClient.bytes(11), of: id).expectFailure(413, Self.overflow)
            try await client.chunk(0, [0, 1, 2, 3, 4, 5], of: id).expectJSON(200, Self.written(6))
            try await client.chunk(1, [6, 7, 8, 9, 10], of: id).expectFailure(413, Self.overflow)
            try await client.chunk(1, [6, 7, 8, 9], of: id).expectJSON(200, Self.written(10))
            try await client.chunk(2, [10], of: id).expectFailure(413, Self.overflow)
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        }
    }

    @Test
    func parkedBytesCountTowardsTheDeclaredSize() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 10)
            try await client.chunk(2, SkySendClient.bytes(11), of: id).expectFailure(413, Self.overflow)
            try await client.chunk(2, [6, 7, 8, 9], of: id).expectJSON(200, Self.written(0))
            try await client.chunk(1, [2, 3, 4, 5, 6, 7, 8], of: id).expectFailure(413, Self.overflow)
            try await client.chunk(1, [2, 3, 4, 5], of: id).expectJSON(200, Self.written(0))
            try await client.chunk(0, [0, 1], of: id).expectJSON(200, Self.written(10))
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        }
    }

    @Test
    func undeclaredOverflowIsRefusedBeforeItsEnd() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 10)
            try await TestConnection.open(port: client.server.port) { connection in
                let target = "/api/upload/\(id)/chunk?index=0"
                let headers = [("Transfer-Encoding", "chunked")]
                try await connection.write(client.server.head("POST", target, headers: headers))
                try await connection.write("4e20\r\n")
                try await connection.write(SkySendClient.bytes(20_000) + Array("\r\n".utf8))
                try await connection.readResponse().expectFailure(413, Self.overflow)
            }
            try await client.chunk(0, SkySendClient.bytes(10), of: id).expectJSON(200, Self.written(10))
            #expect(try await client.finalize(id).status == 200)
        }
    }

    @Test
    func hugeChunkOfASmallSessionIsRefused() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 10)
            try await Self.push(1 << 30, to: id, client) { response in
                response.expectFailure(oneOf: [(413, Self.overflow), (413, "Chunk too large")])
            }
            try await client.chunk(0, SkySendClient.bytes(10), of: id).expectJSON(200, Self.written(10))
        }
    }

    // MARK: Size of one chunk

    /// A client's largest piece, and the limit itself.
    @Test(arguments: [10_488_332, 16 << 20])
    func largeChunkWorks(_ size: Int) async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(size)
            let id = try await client.session(size: size)
            try await client.chunk(0, bytes, of: id).expectJSON(200, Self.written(size))
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile(bytes)
        }
    }

    @Test
    func chunkOverSixteenMebibytesIsRefused() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 20 << 20)
            try await Self.push(16 << 20 + 1, to: id, client) { $0.expectFailure(413, "Chunk too large") }
            try await client.chunk(0, [1, 2, 3], of: id).expectJSON(200, Self.written(3))
        }
    }

    /// Sends a chunk of this size as far as the server takes it, and looks at the answer.
    private static func push(
        _ size: Int,
        to id: String,
        _ client: SkySendClient,
        _ check: (TestResponse) -> Void
    ) async throws {
        try await TestConnection.open(port: client.server.port) { connection in
            let headers = [("Content-Length", String(size))]
            let target = "/api/upload/\(id)/chunk?index=0"
            try await connection.write(client.server.head("POST", target, headers: headers))
            let piece = SkySendClient.bytes(1 << 20)
            // A server that has already refused may have closed its side.
            for _ in 0..<min(size >> 20, 17) {
                guard (try? await connection.write(piece)) != nil else { break }
            }
            if size % (1 << 20) > 0 { try? await connection.write(Array(piece.prefix(size % (1 << 20)))) }
            check(try await connection.readResponse())
        }
    }

    // MARK: Parked chunks

    @Test
    func sixtyFourChunksMayWaitForTheirTurn() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 66)
            for index in 1...64 {
                try await client.chunk(index, [UInt8(index)], of: id).expectJSON(200, Self.written(0))
            }
            let refused = try await client.chunk(65, [65], of: id)
            refused.expectFailure(429, "Too many out-of-order chunks buffered")
            // Resends of what waits already are none too many.
            try await client.chunk(64, [64], of: id).expectJSON(200, Self.written(0))
            try await client.chunk(0, [0], of: id).expectJSON(200, Self.written(65))
            try await client.chunk(65, [65], of: id).expectJSON(200, Self.written(66))
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile((0...65).map { UInt8($0) })
        }
    }

    @Test
    func fiftyMebibytesMayWaitForTheirTurn() async throws {
        try await SkySendClient.run { client in
            let piece = SkySendClient.bytes(10 << 20)
            let id = try await client.session(size: 6 * piece.count)
            for index in (1..<6).reversed() {
                try await client.chunk(index, piece, of: id).expectJSON(200, Self.written(0))
            }
            try await client.chunk(0, piece, of: id).expectJSON(200, Self.written(6 * piece.count))
            #expect(try await client.finalize(id).status == 200)
            #expect(try await client.details(id)["size"] == .integer(6 * piece.count))
        }
    }

    @Test
    func farAwayIndexIsAnOrdinaryParkedChunk() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 10)
            let response = try await client.chunk(2_000_000_000, [1], of: id)
            response.expectJSON(200, Self.written(0))
            try await client.chunk(0, [2], of: id).expectJSON(200, Self.written(1))
        }
    }

    // MARK: Speed

    @Test
    func speedLimitDelaysTheAnswer() async throws {
        try await SkySendClient.run(["FILE_UPLOAD_SPEED_LIMIT": "1KB"]) { client in
            let id = try await client.session(size: 4096)
            let isAnswered = Mutex(false)
            async let response = {
                let response = try await client.chunk(0, SkySendClient.bytes(4096), of: id)
                isAnswered.withLock { $0 = true }
                return response
            }()
            // The bytes are there, so the time that they may take has begun.
            #expect(try await client.eventually { try await client.status(id).json?["bytesWritten"] == 4096 })
            #expect(!isAnswered.withLock { $0 })
            client.clock.advance(by: .seconds(2))
            try await client.settle()
            #expect(!isAnswered.withLock { $0 })
            client.clock.advance(by: .seconds(3))
            try await response.expectJSON(200, Self.written(4096))
        }
    }
}
