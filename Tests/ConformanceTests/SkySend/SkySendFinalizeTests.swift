import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: POST /api/upload/{id}/finalize", .serialized, .timeLimit(.minutes(20)))
struct SkySendFinalizeTests {
    static let unknown = SkySendChunkTests.unknown
    static let other = SkySendClient.token("another owner")

    private static func expectDone(
        _ response: TestResponse,
        _ id: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let url = "\(SkySendClient.baseURL)/file/\(id)"
        response.expectMembers(200, ["id": .string(id), "url": .string(url)], sourceLocation: sourceLocation)
    }

    @Test
    func finalizeGivesIdAndAddress() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 3, ["X-File-Count": "2", "X-Max-Downloads": "1"])
            #expect(try await client.chunk(0, [1, 2, 3], of: id).status == 200)
            Self.expectDone(try await client.finalize(id), id)
            try await client.download(id).expectFile([1, 2, 3], count: 2)
        }
    }

    @Test
    func ownerIsChecked() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 3)
            #expect(try await client.chunk(0, [1, 2], of: id).status == 200)
            try await client.finalize(id, owner: nil).expectFailure(401, "Missing X-Owner-Token header")
            for owner in [Self.other, SkySendClient.auth, "a", String(SkySendClient.owner.dropLast())] {
                try await client.finalize(id, owner: owner).expectFailure(401, "Invalid owner token")
            }
            // None of them ended the session.
            #expect(try await client.chunk(1, [3], of: id).status == 200)
            Self.expectDone(try await client.finalize(id), id)
        }
    }

    @Test
    func paddedTokenIsTheSameToken() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 1)
            #expect(try await client.chunk(0, [1], of: id).status == 200)
            Self.expectDone(try await client.finalize(id, owner: SkySendClient.owner + "="), id)
        }
    }

    @Test(arguments: SkySendClient.strangeIDs)
    func unknownSessionIs404(_ id: String) async throws {
        try await SkySendClient.run { client in
            try await client.finalize(id).expectFailure(404, Self.unknown)
        }
    }

    @Test(arguments: [[], [0], [1], [1, 2]])
    func shortSessionIsRefusedAndGone(_ indexes: [Int]) async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 9)
            for index in indexes { #expect(try await client.chunk(index, [1, 2, 3], of: id).status == 200) }
            try await client.finalize(id).expectFailure(400, "Body size does not match declared content length")
            try await client.finalize(id).expectFailure(404, Self.unknown)
            try await client.chunk(0, [1], of: id).expectFailure(404, Self.unknown)
            try await client.status(id).expectFailure(404, Self.unknown)
            try await client.info(id).expectFailure(404, "Upload not found")
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func repeatMayAnswerAgainButNotToStrangers() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 1)
            #expect(try await client.chunk(0, [1], of: id).status == 200)
            Self.expectDone(try await client.finalize(id), id)
            for _ in 0..<2 {
                let again = try await client.finalize(id)
                if again.status == 200 { Self.expectDone(again, id) } else { again.expectFailure(404, Self.unknown) }
            }
            let stranger = try await client.finalize(id, owner: Self.other)
            stranger.expectFailure(oneOf: [(401, "Invalid owner token"), (404, Self.unknown)])
            try await client.chunk(1, [1], of: id).expectFailure(404, Self.unknown)
            try await client.download(id).expectFile([1])
        }
    }

    @Test
    func parallelFinalizesMakeOneUpload() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(300_000)
            let id = try await client.session(size: bytes.count, ["X-Max-Downloads": "1"])
            #expect(try await client.chunk(0, bytes, of: id).status == 200)
            let answers = try await client.parallel(20) { _ in try await client.finalize(id) }
            for answer in answers { Self.expectDone(answer, id) }
            #expect(client.storedFiles.count == 1)
            try await client.download(id).expectFile(bytes)
            #expect(try await client.download(id).status == 410)
        }
    }

    /// A finalize may wait for the chunk or end the session under it; what it says must be what is stored.
    @Test
    func finalizeWhileAChunkIsUnderWayTellsTheTruth() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 200_000)
            let bytes = SkySendClient.bytes(200_000)
            try await TestConnection.open(port: client.server.port) { connection in
                let target = "/api/upload/\(id)/chunk?index=0"
                try await connection.write(client.server.head("POST", target, body: bytes))
                try await connection.write(Array(bytes.prefix(100_000)))
                try await client.settle()
                async let finalize = client.finalize(id)
                try await client.settle()
                try? await connection.write(Array(bytes.dropFirst(100_000)))
                let late = try await connection.readResponse()
                if try await finalize.status == 200 {
                    #expect(late.status == 200)
                    try await client.download(id).expectFile(bytes)
                } else {
                    try await finalize.expectFailure(400, "Body size does not match declared content length")
                    late.expectFailure(404, Self.unknown)
                    try await client.info(id).expectFailure(404, "Upload not found")
                    #expect(try await client.hasNothingStored())
                }
            }
        }
    }

    // MARK: Before finalize

    @Test
    func idIsUnknownUntilFinalize() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 3, SkySendClient.protected)
            #expect(try await client.chunk(0, [1, 2, 3], of: id).status == 200)
            try await client.info(id).expectFailure(404, "Upload not found")
            try await client.exists(id).expectJSON(404, #"{"exists":false}"#)
            try await client.meta(id, "{}").expectFailure(404, "Upload not found")
            try await client.download(id).expectFailure(404, "Upload not found")
            try await client.password(id).expectFailure(404, "Upload not found")
            Self.expectDone(try await client.finalize(id), id)
            try await client.exists(id).expectJSON(200, #"{"exists":true}"#)
            try await client.password(id).expectJSON(200, #"{"ok":true}"#)
            try await client.download(id).expectFile([1, 2, 3])
        }
    }

    @Test
    func deleteEndsAPendingSession() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 3)
            #expect(try await client.chunk(0, [1, 2], of: id).status == 200)
            let stranger = try await client.delete(id, owner: Self.other)
            stranger.expectFailure(oneOf: [(404, "Upload not found"), (401, "Invalid owner token")])
            #expect(try await client.status(id).status == 200)
            let own = try await client.delete(id)
            #expect([200, 404].contains(own.status), "\(own.text)")
            try await client.chunk(1, [3], of: id).expectFailure(404, Self.unknown)
            try await client.finalize(id).expectFailure(404, Self.unknown)
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func expiryRunsFromFinalize() async throws {
        try await SkySendClient.run { client in
            let id = try await client.session(size: 1, ["X-Expire-Sec": "300"])
            client.clock.advance(by: .seconds(1800))
            #expect(try await client.chunk(0, [1], of: id).status == 200)
            client.clock.advance(by: .seconds(1200))
            Self.expectDone(try await client.finalize(id), id)
            #expect(try await client.details(id)["expiresAt"] == .string(SkySendClient.time(after: 3300)))
            client.clock.advance(by: .seconds(299))
            #expect(try await client.info(id).status == 200)
            client.clock.advance(by: .seconds(1))
            try await client.info(id).expectFailure(410, "Upload has expired")
        }
    }
}
