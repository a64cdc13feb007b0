import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: sessions of chunks", .serialized, .timeLimit(.minutes(20)))
struct SkySendSessionTests {
    static let unknown = SkySendChunkTests.unknown

    private static func expectStatus(
        _ client: SkySendClient,
        _ id: String,
        written: Int,
        of length: Int,
        received: JSONValue,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await client.status(id).expectMembers(
            200,
            ["bytesWritten": .integer(written), "contentLength": .integer(length), "received": received],
            sourceLocation: sourceLocation
        )
    }

    // MARK: GET /api/upload/{id}/status

    @Test
    func statusListsRunsOfReceivedIndexes() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 20)
            try await Self.expectStatus(client, id, written: 0, of: 20, received: [])
            for index in [5, 2, 3] { #expect(try await client.chunk(index, [1, 2], of: id).status == 200) }
            try await Self.expectStatus(client, id, written: 0, of: 20, received: [[2, 3], [5, 5]])
            #expect(try await client.chunk(0, [1, 2], of: id).status == 200)
            try await Self.expectStatus(client, id, written: 2, of: 20, received: [[0, 0], [2, 3], [5, 5]])
            #expect(try await client.chunk(1, [1, 2], of: id).status == 200)
            try await Self.expectStatus(client, id, written: 8, of: 20, received: [[0, 3], [5, 5]])
        }
    }

    @Test
    func statusIsForTheOwner() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 3)
            try await client.status(id, owner: nil).expectFailure(401, "Missing X-Owner-Token header")
            let other = SkySendClient.token("another owner")
            try await client.status(id, owner: other).expectFailure(401, "Invalid owner token")
            try await client.status(SkySendClient.unknownID).expectFailure(404, Self.unknown)
            try await client.status(id.uppercased()).expectFailure(404, Self.unknown)
        }
    }

    // MARK: Idle time

    @Test
    func sessionEndsAfterAnHourWithoutChunks() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 3)
            client.clock.advance(by: .seconds(3599))
            #expect(try await client.chunk(0, [1], of: id).status == 200)
            client.clock.advance(by: .seconds(3599))
            #expect(try await client.chunk(1, [2], of: id).status == 200)
            client.clock.advance(by: .seconds(3600))
            try await client.chunk(2, [3], of: id).expectFailure(404, Self.unknown)
            try await client.status(id).expectFailure(404, Self.unknown)
            try await client.finalize(id).expectFailure(404, Self.unknown)
            client.clock.advance(by: .seconds(600))
            try await client.sweep()
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func everyKindOfSessionLeavesNothingBehind() async throws {
        try await SkySendClient.run { client in
            _ = try await client.session(size: 300_000)
            let begun = try await client.session(size: 300_000)
            #expect(try await client.chunk(0, SkySendClient.bytes(100_000), of: begun).status == 200)
            let parked = try await client.session(size: 300_000)
            #expect(try await client.chunk(2, SkySendClient.bytes(100_000), of: parked).status == 200)
            let whole = try await client.session(size: 100_000)
            #expect(try await client.chunk(0, SkySendClient.bytes(100_000), of: whole).status == 200)
            client.clock.advance(by: .seconds(3600))
            client.clock.advance(by: .seconds(600))
            try await client.sweep()
            #expect(try await client.hasNothingStored())
            for id in [begun, parked, whole] { try await client.finalize(id).expectFailure(404, Self.unknown) }
        }
    }

    @Test
    func manyAbandonedSessionsAreForgotten() async throws {
        try await SkySendClient.run { client in
            let ids = try await client.parallel(8) { _ in
                var ids: [String] = []
                for _ in 0..<40 { ids.append(try await client.session(size: 1000)) }
                return ids
            }
            #expect(Set(ids.flatMap(\.self)).count == 320)
            client.clock.advance(by: .seconds(3600))
            let last = try #require(ids.last?.last)
            try await client.status(last).expectFailure(404, Self.unknown)
            #expect(try await client.upload([1]).status == 201)
        }
    }

    // MARK: Restart

    @Test
    func sessionGoesOnAfterARestart() async throws {
        let bytes = SkySendClient.bytes(250_000)
        let pieces = SkySendClient.pieces(bytes, of: 50_000)
        try await SkySendClient.restart(away: .seconds(3000)) { client in
            let id = try await client.session(size: bytes.count, ["X-File-Count": "3"])
            for index in [0, 1, 3] { #expect(try await client.chunk(index, pieces[index], of: id).status == 200) }
            return id
        } after: { client, id in
            try await Self.expectStatus(client, id, written: 100_000, of: 250_000, received: [[0, 1], [3, 3]])
            try await client.info(id).expectFailure(404, "Upload not found")
            let other = SkySendClient.token("another owner")
            try await client.finalize(id, owner: other).expectFailure(401, "Invalid owner token")
            try await client.chunk(1, pieces[1], of: id).expectJSON(200, #"{"bytesWritten":100000}"#)
            try await client.chunk(4, pieces[4], of: id).expectJSON(200, #"{"bytesWritten":100000}"#)
            try await client.chunk(2, pieces[2], of: id).expectJSON(200, #"{"bytesWritten":250000}"#)
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile(bytes, count: 3)
        }
    }

    @Test
    func sessionThatEndedMeanwhileIsGone() async throws {
        try await SkySendClient.restart(away: .seconds(3600)) { client in
            let id = try await client.session(size: 200_000)
            #expect(try await client.chunk(0, SkySendClient.bytes(100_000), of: id).status == 200)
            #expect(try await client.chunk(5, SkySendClient.bytes(10_000), of: id).status == 200)
            return id
        } after: { client, id in
            try await client.chunk(1, [1], of: id).expectFailure(404, Self.unknown)
            client.clock.advance(by: .seconds(600))
            try await client.sweep()
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func chunkThatWasCutIsNotCountedAfterARestart() async throws {
        try await SkySendClient.restart { client in
            let id = try await client.session(size: 500_000)
            try await TestConnection.open(port: client.server.port) { connection in
                let target = "/api/upload/\(id)/chunk?index=0"
                try await connection.write(client.server.head("POST", target, headers: [("Content-Length", "500000")]))
                try await connection.write(SkySendClient.bytes(200_000))
                try await client.settle()
                await connection.cut()
            }
            return id
        } after: { client, id in
            let status = try await client.status(id)
            #expect(status.status == 200)
            #expect(status.json?["bytesWritten"] == 0)
            #expect(status.json?["received"] == [])
            #expect(try await client.chunk(0, SkySendClient.bytes(500_000), of: id).status == 200)
            #expect(try await client.finalize(id).status == 200)
            try await client.download(id).expectFile(SkySendClient.bytes(500_000))
        }
    }
}
