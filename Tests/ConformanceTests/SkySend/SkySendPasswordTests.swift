import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: POST /api/password/{id}", .serialized, .timeLimit(.minutes(20)))
struct SkySendPasswordTests {
    static let wrong = SkySendClient.token("wrong")
    static let locked = "Too many failed attempts. Try again later."
    static let missing = "Missing authToken in body"

    @Test
    func rightTokenIsAccepted() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            try await client.password(id).expectJSON(200, #"{"ok":true}"#)
            try await client.password(id, auth: SkySendClient.auth + "=").expectJSON(200, #"{"ok":true}"#)
            #expect(try await client.meta(id, #"{"encryptedMeta":"YWI","nonce":"YWJj"}"#).status == 200)
            try await client.password(id).expectMembers(200, ["ok": true, "encryptedMeta": "YWI=", "nonce": "YWJj"])
            #expect(try await client.details(id)["downloadCount"] == 0)
        }
    }

    // MARK: Order of checks

    @Test(arguments: SkySendClient.strangeIDs)
    func unknownUploadIs404(_ id: String) async throws {
        try await SkySendClient.run { client in
            let target = "/api/password/\(id)"
            try await client.post(target, "{").expectFailure(400, "Invalid JSON body")
            try await client.post(target, "{}").expectFailure(400, Self.missing)
            try await client.password(id).expectFailure(404, "Upload not found")
            try await client.password(id, auth: "!").expectFailure(404, "Upload not found")
        }
    }

    @Test(arguments: [
        "{}", "{\"authToken\":\"\"}", "{\"authToken\":null}", "{\"authToken\":5}", "{\"authToken\":[\"a\"]}",
    ])
    func missingTokenIsRefused(_ body: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            try await client.post("/api/password/\(id)", body).expectFailure(400, Self.missing)
        }
    }

    @Test(arguments: ["null", "5", "[]", "\"x\""])
    func bodyThatIsNoObjectIsRefused(_ body: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            let response = try await client.post("/api/password/\(id)", body)
            response.expectFailure(oneOf: [(400, "Invalid JSON body"), (400, Self.missing)])
        }
    }

    @Test(arguments: ["", "{", "authToken=x"])
    func bodyThatIsNoJSONIsRefused(_ body: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            try await client.post("/api/password/\(id)", body).expectFailure(400, "Invalid JSON body")
        }
    }

    @Test
    func largeBodyIsRefused() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            let body = #"{"authToken":"\#(SkySendClient.auth)"}"#
            let fitting = body + String(repeating: " ", count: 16_384 - body.utf8.count)
            try await client.post("/api/password/\(id)", fitting).expectJSON(200, #"{"ok":true}"#)
            try await client.post("/api/password/\(id)", fitting + " ").expectFailure(413, "Request body too large")
        }
    }

    @Test
    func uploadWithoutAPasswordIsRefused() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], ["X-Expire-Sec": "300"])
            try await client.password(id).expectFailure(400, "Upload is not password-protected")
            client.clock.advance(by: .seconds(300))
            try await client.password(id, auth: "!").expectFailure(400, "Upload is not password-protected")
        }
    }

    @Test
    func expiryIsToldBeforeTheTokenAndExhaustionIsNot() async throws {
        try await SkySendClient.run { client in
            let changes = SkySendClient.protected.merging(["X-Max-Downloads": "1", "X-Expire-Sec": "300"]) { $1 }
            let id = try await client.file([1], changes)
            try await client.download(id).expectFile([1])
            try await client.password(id).expectJSON(200, #"{"ok":true}"#)
            let other = try await client.file([1], changes)
            client.clock.advance(by: .seconds(300))
            try await client.password(other, auth: Self.wrong).expectFailure(410, "Upload has expired")
            try await client.password(other, auth: "!").expectFailure(410, "Upload has expired")
        }
    }

    static let tokens: [(String, String)] = [
        ("a+b", "Invalid auth token format"), ("a b", "Invalid auth token format"),
        ("!", "Invalid auth token format"), (wrong, "Invalid password"), ("abcd", "Invalid password"),
        (SkySendClient.owner, "Invalid password"), (SkySendClient.auth + "AAAA", "Invalid password"),
    ]

    @Test(arguments: tokens)
    func wrongTokenIsTold(_ token: String, _ error: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            try await client.password(id, auth: token).expectFailure(401, error)
        }
    }

    // MARK: Lockout

    private static func fail(_ count: Int, _ id: String, _ client: SkySendClient, from: String? = nil) async throws {
        let headers = from.map { SkySendClient.from($0) } ?? []
        for _ in 0..<count {
            let response = try await client.password(id, auth: Self.wrong, headers: headers)
            response.expectFailure(401, "Invalid password")
        }
    }

    @Test
    func tenFailuresLockForAQuarterOfAnHour() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            try await Self.fail(9, id, client)
            try await client.password(id, auth: "!").expectFailure(401, "Invalid auth token format")
            let first = try await client.password(id)
            first.expectFailure(429, Self.locked)
            #expect(first.header("retry-after") == "900")
            client.clock.advance(by: .seconds(600))
            for body in ["{", "{}"] {
                let refused = try await client.post("/api/password/\(id)", body)
                refused.expectFailure(429, Self.locked)
                #expect(refused.header("retry-after") == "300")
            }
            client.clock.advance(by: .milliseconds(299_999))
            let last = try await client.password(id)
            last.expectFailure(429, Self.locked)
            #expect(last.header("retry-after") == "1")
            client.clock.advance(by: .milliseconds(1))
            try await client.password(id).expectJSON(200, #"{"ok":true}"#)
        }
    }

    @Test
    func lockIsPerUploadAndAddress() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            let other = try await client.file([1], SkySendClient.protected)
            try await Self.fail(10, id, client, from: "203.0.113.1")
            let locked = try await client.password(id, headers: SkySendClient.from("203.0.113.1"))
            locked.expectFailure(429, Self.locked)
            #expect(try await client.password(id, headers: SkySendClient.from("203.0.113.2")).status == 200)
            #expect(try await client.password(other, headers: SkySendClient.from("203.0.113.1")).status == 200)
        }
    }

    @Test
    func successForgetsFailures() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            for _ in 0..<3 {
                try await Self.fail(9, id, client)
                try await client.password(id).expectJSON(200, #"{"ok":true}"#)
            }
        }
    }

    @Test
    func otherErrorsDoNotCount() async throws {
        try await SkySendClient.run(["PASSWORD_MAX_ATTEMPTS": "2"]) { client in
            let id = try await client.file([1], SkySendClient.protected)
            for _ in 0..<5 {
                #expect(try await client.post("/api/password/\(id)", "{").status == 400)
                #expect(try await client.post("/api/password/\(id)", "{}").status == 400)
                #expect(try await client.password(SkySendClient.unknownID).status == 404)
            }
            try await client.password(id).expectJSON(200, #"{"ok":true}"#)
        }
    }

    @Test
    func attemptsAndTimeAreSettings() async throws {
        let settings = ["PASSWORD_MAX_ATTEMPTS": "3", "PASSWORD_LOCKOUT_MS": "5000"]
        try await SkySendClient.run(settings) { client in
            let id = try await client.file([1], SkySendClient.protected)
            try await Self.fail(3, id, client)
            let locked = try await client.password(id)
            locked.expectFailure(429, Self.locked)
            #expect(locked.header("retry-after") == "5")
            client.clock.advance(by: .seconds(5))
            try await client.password(id).expectJSON(200, #"{"ok":true}"#)
        }
    }

    @Test
    func parallelGuessesNeverPassTheLimit() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            let statuses = try await client.parallel(40) { _ in try await client.password(id, auth: Self.wrong).status }
            #expect(statuses.filter { $0 == 401 }.count == 10)
            #expect(statuses.filter { $0 == 429 }.count == 30)
        }
    }

    @Test
    func wrongTokensOfDownloadsCountToo() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            for _ in 0..<10 {
                try await client.download(id, auth: Self.wrong).expectFailure(401, "Invalid auth token")
            }
            try await client.password(id).expectFailure(429, Self.locked)
            let download = try await client.download(id, auth: Self.wrong)
            download.expectFailure(429, Self.locked)
            #expect(download.header("retry-after") == "900")
        }
    }
}
