import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: OIDC guards", .serialized, .timeLimit(.minutes(20)))
struct SkySendGuardTests {
    static let settings = SkySendSessionToken.settings
    static let required = "Authentication required"
    static let bad = "Session expired or invalid"

    enum Door: String, CaseIterable, Sendable {
        case upload, initiate, socket, note
    }

    /// Knocks with a valid request but for what the headers say about the user, and must be refused.
    private static func refusal(
        _ door: Door,
        _ client: SkySendClient,
        _ headers: SkySendClient.Headers = []
    ) async throws -> TestResponse {
        switch door {
        case .upload: try await client.upload([1], headers: headers)
        case .initiate: try await client.initiate(size: 1, headers: headers)
        case .note: try await client.createNote(headers: headers)
        case .socket: try await SkySendSocket.refusal(client, headers: headers)
        }
    }

    /// Knocks with a valid request but for what the headers say about the user.
    private static func status(
        _ door: Door,
        _ client: SkySendClient,
        _ headers: SkySendClient.Headers = []
    ) async throws -> Int {
        guard door != .socket else { return try await SkySendSocket.status(client, headers: headers) }
        return try await refusal(door, client, headers).status
    }

    private static func success(of door: Door) -> Int { door == .socket ? 101 : 201 }

    @Test(arguments: Door.allCases)
    func doorIsClosedWithoutASession(_ door: Door) async throws {
        try await SkySendClient.run(Self.settings) { client in
            try await Self.refusal(door, client).expectFailure(401, Self.required)
            for headers in [[("Authorization", "Basic YTpi")], [("Cookie", "a=b")]] {
                try await Self.refusal(door, client, headers).expectFailure(401, Self.required)
            }
            #expect(try await client.hasNothingStored())
        }
    }

    @Test(arguments: Door.allCases)
    func doorIsClosedToABadSession(_ door: Door) async throws {
        try await SkySendClient.run(Self.settings) { client in
            for text in SkySendOIDCTests.badTokens {
                for headers in [SkySendSessionToken.cookie(text), SkySendSessionToken.bearer(text)] {
                    try await Self.refusal(door, client, headers).expectFailure(401, Self.bad)
                }
            }
        }
    }

    @Test(arguments: Door.allCases)
    func doorOpensByCookieAndByBearer(_ door: Door) async throws {
        try await SkySendClient.run(Self.settings) { client in
            let text = SkySendSessionToken.token.text
            let keys: [SkySendClient.Headers] = [
                SkySendSessionToken.cookie(text), SkySendSessionToken.bearer(text),
                [("Cookie", "a=b; skysend-auth=\(text); c=d")], [("Authorization", "bearer \(text)")],
                // The cookie is looked at first.
                SkySendSessionToken.cookie(text) + SkySendSessionToken.bearer("x"),
            ]
            for headers in keys {
                let status = try await Self.status(door, client, headers)
                #expect(status == Self.success(of: door), "\(headers)")
            }
        }
    }

    @Test(arguments: Door.allCases)
    func guardStandsBeforeTheHandler(_ door: Door) async throws {
        try await SkySendClient.run(Self.settings) { client in
            let targets: [Door: String] = [
                .upload: "/api/upload", .initiate: "/api/upload/init", .note: "/api/note",
            ]
            guard let target = targets[door] else { return }
            try await client.server.send("POST", target, body: Array("{".utf8)).expectFailure(401, Self.required)
        }
    }

    @Test
    func protectionIsSetForFilesAndNotesApart() async throws {
        for (name, open) in [("OIDC_PROTECT_FILES", Door.note), ("OIDC_PROTECT_NOTES", Door.upload)] {
            let settings = Self.settings.merging([name: "false"]) { $1 }
            try await SkySendClient.run(settings) { client in
                for door in Door.allCases {
                    let isGuarded = (open == .note) == (door == .note)
                    let status = try await Self.status(door, client)
                    #expect(status == (isGuarded ? 401 : Self.success(of: door)), "\(name) \(door)")
                }
            }
        }
    }

    @Test
    func nothingElseNeedsASession() async throws {
        try await SkySendClient.run(Self.settings) { client in
            let user = SkySendSessionToken.bearer(SkySendSessionToken.token.text)
            let session = try await client.session(size: 2, SkySendClient.protected, headers: user)
            #expect(try await client.chunk(0, [1, 2], of: session).status == 200)
            #expect(try await client.status(session).status == 200)
            #expect(try await client.finalize(session).status == 200)
            #expect(try await client.meta(session, #"{"encryptedMeta":"YWI=","nonce":"YWI="}"#).status == 200)
            #expect(try await client.info(session).status == 200)
            #expect(try await client.exists(session).status == 200)
            #expect(try await client.password(session).status == 200)
            try await client.download(session).expectFile([1, 2])
            #expect(try await client.delete(session).status == 200)
            let created = try await client.createNote(SkySendClient.protectedNote, headers: user)
            let note = try created.skySendText("id")
            #expect(try await client.noteInfo(note).status == 200)
            #expect(try await client.notePassword(note).status == 200)
            #expect(try await client.view(note).status == 200)
            #expect(try await client.deleteNote(note).status == 200)
            for path in ["config", "health", "quota"] {
                #expect(try await client.server.get("/api/\(path)").status == 200)
            }
        }
    }

    @Test
    func switchAndLimitStandBeforeTheGuardAndTheQuotaBehindIt() async throws {
        let settings = Self.settings.merging(["RATE_LIMIT_MAX": "2", "ENABLED_SERVICES": "file"]) { $1 }
        try await SkySendClient.run(settings) { client in
            try await client.createNote().expectFailure(403, "Note service is disabled")
            try await client.upload([1]).expectFailure(401, Self.required)
            try await client.upload([1]).expectFailure(429, "Too many requests")
        }
        let quota = Self.settings.merging(["FILE_UPLOAD_QUOTA_BYTES": "1KB"]) { $1 }
        try await SkySendClient.run(quota) { client in
            try await client.upload(SkySendClient.bytes(2000)).expectFailure(401, Self.required)
        }
    }

    @Test
    func authRoutesCountInTheWindow() async throws {
        let settings = Self.settings.merging(["RATE_LIMIT_MAX": "2"]) { $1 }
        try await SkySendClient.run(settings) { client in
            let first = try await client.server.get("/auth/session")
            #expect(first.status == 401)
            #expect(first.header("x-ratelimit-remaining") == "1")
            #expect(try await client.server.get("/api/config").header("x-ratelimit-remaining") == "0")
            try await client.server.get("/auth/login").expectFailure(429, "Too many requests")
        }
    }

    @Test
    func unknownAuthPathIs404() async throws {
        try await SkySendClient.run(Self.settings) { client in
            for (method, target) in [("GET", "/auth/nothing"), ("POST", "/auth/login"), ("GET", "/auth/session/")] {
                try await client.server.send(method, target).expectFailure(404, "Not found")
            }
        }
    }
}
