import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: upload quota", .serialized, .timeLimit(.minutes(20)))
struct SkySendQuotaTests {
    static let used = "Upload quota exceeded. Try again later."
    static let above = "File size exceeds remaining quota."
    /// 1024 bytes in a window of 1000 seconds.
    static let settings = ["FILE_UPLOAD_QUOTA_BYTES": "1KB", "FILE_UPLOAD_QUOTA_WINDOW": "1000"]

    private static func quota(_ client: SkySendClient, from address: String? = nil) async throws -> TestResponse {
        try await client.server.get("/api/quota", headers: address.map { SkySendClient.from($0) } ?? [])
    }

    private static func members(used: Int, resetsAfter seconds: Int = 1000) -> [String: JSONValue] {
        [
            "enabled": true, "limit": 1024, "used": .integer(used), "remaining": .integer(1024 - used),
            "resetsAt": .string(SkySendClient.time(after: seconds)), "window": 1000,
        ]
    }

    @Test
    func withoutAQuotaNothingIsCounted() async throws {
        try await SkySendClient.run { client in
            let off: [String: JSONValue] = [
                "enabled": false, "limit": 0, "used": 0, "remaining": 0, "resetsAt": nil, "window": 0,
            ]
            #expect(try await client.upload(SkySendClient.bytes(5000)).status == 201)
            try await Self.quota(client).expectMembers(200, off)
        }
    }

    @Test
    func uploadsAreChargedUntilTheWindowEnds() async throws {
        try await SkySendClient.run(Self.settings) { client in
            let fresh = try await Self.quota(client).skySendMembers
            #expect(fresh?["enabled"] == true)
            #expect(fresh?["used"] == 0)
            #expect(fresh?["remaining"] == 1024)
            #expect(try await client.upload(SkySendClient.bytes(600)).status == 201)
            try await Self.quota(client).expectMembers(200, Self.members(used: 600))
            client.clock.advance(by: .seconds(100))
            try await client.upload(SkySendClient.bytes(425)).expectFailure(413, Self.above)
            #expect(try await client.upload(SkySendClient.bytes(424)).status == 201)
            try await Self.quota(client).expectMembers(200, Self.members(used: 1024))
            let refused = try await client.upload([1])
            refused.expectFailure(429, Self.used)
            #expect(refused.header("retry-after") == "900")
            client.clock.advance(by: .seconds(900))
            #expect(try await client.upload([1]).status == 201)
            try await Self.quota(client).expectMembers(200, Self.members(used: 1, resetsAfter: 2000))
        }
    }

    @Test
    func fileAboveTheWholeQuotaIsRefused() async throws {
        try await SkySendClient.run(Self.settings) { client in
            try await client.upload(SkySendClient.bytes(1025)).expectFailure(413, Self.above)
            try await client.initiate(size: 1025).expectFailure(413, Self.above)
            try await SkySendSocket.open(client) { socket in
                try await socket.send(SkySendSocket.initMessage(size: 1025))
                try await socket.expectFailure(1008, Self.above)
            }
            #expect(try await Self.quota(client).json?["used"] == 0)
        }
    }

    @Test
    func usedUpQuotaClosesEveryDoorButNotTheRest() async throws {
        try await SkySendClient.run(Self.settings) { client in
            let id = try await client.file(SkySendClient.bytes(1000))
            let session = try await client.session(size: 24)
            #expect(try await client.chunk(0, SkySendClient.bytes(20), of: session).status == 200)
            for target in ["/api/upload", "/api/upload/init"] {
                let headers = SkySendClient.parameters(size: 24)
                let body = SkySendClient.bytes(24)
                let response = try await client.server.send("POST", target, headers: headers, body: body)
                response.expectFailure(oneOf: [(429, Self.used), (413, Self.above)])
            }
            // What was reserved goes on.
            #expect(try await client.chunk(1, SkySendClient.bytes(4), of: session).status == 200)
            #expect(try await client.finalize(session).status == 200)
            try await Self.quota(client).expectMembers(200, Self.members(used: 1024))
            try await client.initiate(size: 1).expectFailure(429, Self.used)
            // The gate stands before everything the handler looks at.
            try await client.server.send("POST", "/api/upload", body: [1]).expectFailure(429, Self.used)
            try await SkySendSocket.open(client) { socket in
                try await socket.send(SkySendSocket.initMessage(size: 1))
                try await socket.expectFailure(1008, Self.used)
            }
            try await client.download(id).expectFile(SkySendClient.bytes(1000))
            #expect(try await client.createNote().status == 201)
            #expect(try await client.delete(id).status == 200)
            #expect(try await client.delete(session).status == 200)
        }
    }

    @Test
    func quotaIsPerClient() async throws {
        try await SkySendClient.run(Self.settings) { client in
            _ = try await client.file(SkySendClient.bytes(1024), headers: SkySendClient.from("203.0.113.77"))
            let refused = try await client.upload([1], headers: SkySendClient.from("203.0.113.77"))
            refused.expectFailure(429, Self.used)
            #expect(try await client.upload([1], headers: SkySendClient.from("203.0.113.78")).status == 201)
            #expect(try await Self.quota(client, from: "203.0.113.77").json?["used"] == 1024)
            #expect(try await Self.quota(client, from: "203.0.113.78").json?["used"] == 1)
            #expect(try await Self.quota(client, from: "203.0.113.79").json?["used"] == 0)
            #expect(try !client.disk(holds: "203.0.113.77"))
        }
    }

    // MARK: Reservations

    @Test
    func openSessionsReserveTheirSize() async throws {
        try await SkySendClient.run(Self.settings) { client in
            let first = try await client.session(size: 600)
            try await client.initiate(size: 600).expectFailure(413, Self.above)
            try await client.upload(SkySendClient.bytes(600)).expectFailure(413, Self.above)
            try await SkySendSocket.open(client) { socket in
                try await socket.send(SkySendSocket.initMessage(size: 600))
                try await socket.expectFailure(1008, Self.above)
            }
            let second = try await client.session(size: 424)
            // A session that fails gives its bytes back.
            #expect(try await client.finalize(first).status == 400)
            #expect(try await client.upload(SkySendClient.bytes(600)).status == 201)
            #expect(try await client.finalize(second).status == 400)
            #expect(try await Self.quota(client).json?["used"] == 600)
        }
    }

    @Test
    func parallelUploadsNeverPassTheQuota() async throws {
        try await SkySendClient.run(Self.settings) { client in
            let answers = try await client.parallel(20) { number in
                number % 2 == 0
                    ? try await client.upload(SkySendClient.bytes(200))
                    : try await client.initiate(size: 200)
            }
            #expect(answers.filter { $0.status == 201 }.count == 5)
            for answer in answers where answer.status != 201 {
                answer.expectFailure(oneOf: [(413, Self.above), (429, Self.used)])
            }
        }
    }

    @Test
    func abandonedSocketsAndRequestsGiveTheirBytesBack() async throws {
        try await SkySendClient.run(Self.settings) { client in
            try await SkySendSocket.open(client) { socket in
                _ = try await socket.begin(size: 1000)
                try await client.initiate(size: 100).expectFailure(413, Self.above)
                await socket.connection.cut()
            }
            var session = try await client.initiate(size: 1000)
            _ = try await client.eventually {
                if session.status != 201 { session = try await client.initiate(size: 1000) }
                return session.status == 201
            }
            #expect(try await client.finalize(session.skySendText("id")).status == 400)
            try await TestConnection.open(port: client.server.port) { connection in
                let headers = SkySendClient.parameters() + [("Content-Length", "1000")]
                try await connection.write(client.server.head("POST", "/api/upload", headers: headers))
                try await connection.write(SkySendClient.bytes(500))
                try await client.settle()
                await connection.cut()
            }
            #expect(
                try await client.eventually { try await client.upload(SkySendClient.bytes(1024)).status == 201 }
            )
            try await Self.quota(client).expectMembers(200, Self.members(used: 1024))
        }
    }

    @Test
    func forgottenSessionsGiveTheirBytesBack() async throws {
        let settings = ["FILE_UPLOAD_QUOTA_BYTES": "1KB", "FILE_UPLOAD_QUOTA_WINDOW": "86400"]
        try await SkySendClient.run(settings) { client in
            _ = try await client.session(size: 1024)
            client.clock.advance(by: .seconds(3600))
            client.clock.advance(by: .seconds(600))
            try await client.sweep()
            #expect(try await client.eventually { try await client.upload(SkySendClient.bytes(1024)).status == 201 })
        }
    }

    // MARK: Keeping and forgetting

    @Test
    func countersSurviveARestart() async throws {
        try await SkySendClient.restart(Self.settings, away: .seconds(100)) { client in
            _ = try await client.file(SkySendClient.bytes(700))
            return try await client.session(size: 300)
        } after: { client, session in
            try await client.upload(SkySendClient.bytes(25)).expectFailure(413, Self.above)
            #expect(try await client.upload(SkySendClient.bytes(24)).status == 201)
            #expect(try await client.chunk(0, SkySendClient.bytes(300), of: session).status == 200)
            #expect(try await client.finalize(session).status == 200)
            try await Self.quota(client).expectMembers(200, Self.members(used: 1024))
        }
    }

    @Test
    func countersAreForgottenWithTheDaysKey() async throws {
        let settings = ["FILE_UPLOAD_QUOTA_BYTES": "1KB", "FILE_UPLOAD_QUOTA_WINDOW": "604800"]
        try await SkySendClient.run(settings) { client in
            _ = try await client.file(SkySendClient.bytes(1024))
            try await client.upload([1]).expectFailure(429, Self.used)
            client.clock.advance(by: .seconds(86_400))
            #expect(try await client.eventually { try await client.upload([1]).status == 201 })
            #expect(try await Self.quota(client).json?["used"] == 1)
        }
    }
}
