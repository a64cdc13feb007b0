import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: POST /api/upload/{id}/chunk", .serialized, .timeLimit(.minutes(20)))
struct SkySendChunkTests {
    static let unknown = "Upload session not found or expired"
    static let badIndex = "Missing or invalid chunk index"
    static let overflow = "Chunks exceed the declared content length"

    private static func written(_ count: Int) -> String { #"{"bytesWritten":\#(count)}"# }

    @Test
    func initGivesAnIdAlone() async throws {
        try await SkySendClient.run { client in
            let response = try await client.initiate(size: 10)
            let id = try response.skySendText("id")
            #expect(SkySendClient.isLowercaseUUID4(id))
            response.expectMembers(201, ["id": .string(id)])
        }
    }

    // MARK: Order

    @Test
    func chunksInOrderAddUp() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(100_000)
            let id = try await client.session(size: bytes.count)
            var count = 0
            for (index, piece) in SkySendClient.pieces(bytes, of: 30_000).enumerated() {
                count += piece.count
                try await client.chunk(index, piece, of: id).expectJSON(200, Self.written(count))
            }
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile(bytes)
        }
    }

    @Test
    func chunksInReverseReportNothingUntilTheFirst() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(100_000)
            let pieces = SkySendClient.pieces(bytes, of: 20_000)
            let id = try await client.session(size: bytes.count)
            for index in (1..<5).reversed() {
                try await client.chunk(index, pieces[index], of: id).expectJSON(200, Self.written(0))
            }
            try await client.chunk(0, pieces[0], of: id).expectJSON(200, Self.written(100_000))
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile(bytes)
        }
    }

    @Test
    func countStopsAtTheFirstGap() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 15)
            try await client.chunk(0, [0], of: id).expectJSON(200, Self.written(1))
            try await client.chunk(2, [2, 2, 2], of: id).expectJSON(200, Self.written(1))
            try await client.chunk(4, [4, 4, 4, 4, 4], of: id).expectJSON(200, Self.written(1))
            try await client.chunk(1, [1, 1], of: id).expectJSON(200, Self.written(6))
            try await client.chunk(3, [3, 3, 3, 3], of: id).expectJSON(200, Self.written(15))
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile([0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4])
        }
    }

    @Test
    func parallelChunksMakeTheWhole() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(2_400_000)
            let pieces = SkySendClient.pieces(bytes, of: 100_000)
            let id = try await client.session(size: bytes.count)
            let answers = try await client.parallel(24) { try await client.chunk(23 - $0, pieces[23 - $0], of: id) }
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(answers.contains { $0.text == Self.written(2_400_000) })
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile(bytes)
        }
    }

    @Test
    func slowChunkDoesNotHoldUpTheOthers() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 300_000)
            let pieces = SkySendClient.pieces(SkySendClient.bytes(300_000), of: 100_000)
            try await TestConnection.open(port: client.server.port) { connection in
                let target = "/api/upload/\(id)/chunk?index=0"
                try await connection.write(client.server.head("POST", target, body: pieces[0]))
                try await connection.write(Array(pieces[0].prefix(50_000)))
                for index in 1...2 {
                    try await client.chunk(index, pieces[index], of: id).expectJSON(200, Self.written(0))
                }
                try await connection.write(Array(pieces[0].dropFirst(50_000)))
                try await connection.readResponse().expectJSON(200, Self.written(300_000))
            }
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile(SkySendClient.bytes(300_000))
        }
    }

    // MARK: Repeats

    @Test
    func resentChunkIsNotWrittenTwice() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 9)
            #expect(try await client.chunk(0, [1, 1, 1], of: id).status == 200)
            try await client.chunk(0, [1, 1, 1], of: id).expectJSON(200, Self.written(3))
            // What a resend holds is thrown away, whatever its length.
            try await client.chunk(0, [9, 9, 9, 9], of: id).expectJSON(200, Self.written(3))
            try await client.chunk(2, [3, 3, 3], of: id).expectJSON(200, Self.written(3))
            try await client.chunk(2, [8, 8, 8], of: id).expectJSON(200, Self.written(3))
            try await client.chunk(1, [2, 2, 2], of: id).expectJSON(200, Self.written(9))
            try await client.chunk(2, [7, 7, 7], of: id).expectJSON(200, Self.written(9))
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile([1, 1, 1, 2, 2, 2, 3, 3, 3])
        }
    }

    @Test(arguments: [0, 1])
    func parallelResendsCountOnce(_ index: Int) async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(200_000)
            let id = try await client.session(size: bytes.count)
            let pieces = SkySendClient.pieces(bytes, of: 100_000)
            let answers = try await client.parallel(10) { _ in try await client.chunk(index, pieces[index], of: id) }
            #expect(answers.allSatisfy { $0.status == 200 }, "\(answers.map(\.text))")
            let other = try await client.chunk(1 - index, pieces[1 - index], of: id)
            other.expectJSON(200, Self.written(200_000))
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile(bytes)
        }
    }

    // MARK: Bad requests

    static let badIndexes = [
        "", "?index=", "?index=-1", "?index=+1", "?index=1.5", "?index=abc", "?index=0x1", "?index=1e1", "?index=%201",
        "?Index=0", "?index=null", "?index=99999999999999999999", "?index=%D9%A1",
    ]

    @Test(arguments: badIndexes)
    func badIndexIsRefused(_ query: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 3)
            let target = "/api/upload/\(id)/chunk\(query)"
            try await client.server.send("POST", target, body: [1, 2, 3]).expectFailure(400, Self.badIndex)
            try await client.chunk(0, [1, 2, 3], of: id).expectJSON(200, Self.written(3))
        }
    }

    @Test(arguments: SkySendClient.strangeIDs)
    func unknownSessionIs404(_ id: String) async throws {
        try await SkySendClient.run { client in
            try await client.chunk(0, [1], of: id).expectFailure(404, Self.unknown)
        }
    }

    @Test
    func emptyChunkIsRefusedAndBlocksNothing() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 3)
            try await client.chunk(0, [], of: id).expectFailure(400, "Empty chunk")
            let headers = [("Transfer-Encoding", "chunked")]
            let target = "/api/upload/\(id)/chunk?index=0"
            let coded = try await client.server.send("POST", target, headers: headers, body: Array("0\r\n\r\n".utf8))
            coded.expectFailure(400, "Empty chunk")
            try await client.server.send("POST", target).expectFailure(400, "Empty chunk")
            try await client.chunk(0, [1, 2, 3], of: id).expectJSON(200, Self.written(3))
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile([1, 2, 3])
        }
    }

    @Test
    func chunkOfUnknownLengthWorks() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(5000)
            let id = try await client.session(size: 5000)
            let headers = [("Transfer-Encoding", "chunked")]
            let target = "/api/upload/\(id)/chunk?index=0"
            let coded = SkySendClient.chunkCoded(bytes)
            let response = try await client.server.send("POST", target, headers: headers, body: coded)
            response.expectJSON(200, Self.written(5000))
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile(bytes)
        }
    }

    @Test
    func cutChunkMayBeSentAgain() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(500_000)
            let id = try await client.session(size: bytes.count)
            try await TestConnection.open(port: client.server.port) { connection in
                let target = "/api/upload/\(id)/chunk?index=0"
                try await connection.write(client.server.head("POST", target, body: bytes))
                try await connection.write(Array(bytes.prefix(300_000)))
                try await client.settle()
                await connection.cut()
            }
            try await client.settle()
            try await client.chunk(0, bytes, of: id).expectJSON(200, Self.written(500_000))
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile(bytes)
        }
    }
}
