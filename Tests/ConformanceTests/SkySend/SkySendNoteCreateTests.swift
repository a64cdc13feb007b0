import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: POST /api/note", .serialized, .timeLimit(.minutes(20)))
struct SkySendNoteCreateTests {
    static let invalid = "Invalid request"

    static func protected(_ changes: [String: JSONValue?]) -> [String: JSONValue?] {
        SkySendClient.protectedNote.merging(changes) { $1 }
    }

    @Test(arguments: ["text", "password", "code", "markdown", "sshkey"])
    func noteOfEveryTypeGivesIdAndExpiry(_ type: String) async throws {
        try await SkySendClient.run { client in
            let response = try await client.createNote(["contentType": .string(type)])
            let id = try response.skySendText("id")
            #expect(SkySendClient.isLowercaseUUID4(id))
            response.expectMembers(
                201,
                ["id": .string(id), "expiresAt": .string(SkySendClient.time(after: 3600))]
            )
            #expect(try await client.noteInfo(id).json?["contentType"] == .string(type))
        }
    }

    /// One content in both alphabets, with and without padding.
    @Test(arguments: [true, false], [true, false])
    func bothAlphabetsAreReadAndTheStandardOneIsWritten(_ isURLSafe: Bool, _ isPadded: Bool) async throws {
        try await SkySendClient.run { client in
            // These spell themselves differently in the two alphabets.
            let content = [UInt8](repeating: 0xFB, count: 31) + [0xFF]
            func spelled(_ bytes: [UInt8]) -> JSONValue {
                let text = isURLSafe ? SkySendClient.base64url(bytes) : SkySendClient.base64(bytes)
                let bare = text.replacing("=", with: "")
                return .string(isPadded ? bare + String(repeating: "=", count: (4 - bare.count % 4) % 4) : bare)
            }
            let changes = ["encryptedContent": spelled(content), "nonce": spelled(SkySendClient.noteNonce)]
            let id = try await client.note(changes)
            try await client.view(id).expectMembers(200, SkySendClient.content(views: 1, content))
        }
    }

    @Test
    func mediaTypeAndUnknownMembersDoNotMatter() async throws {
        try await SkySendClient.run { client async throws in
            let body = Array(SkySendClient.noteBody(["more": [1, ["x": nil]]]).utf8)
            let headers = [("Content-Type", "text/plain")]
            #expect(try await client.server.send("POST", "/api/note", headers: headers, body: body).status == 201)
            #expect(try await client.server.send("POST", "/api/note", body: body).status == 201)
        }
    }

    @Test(arguments: [nil, false])
    func passwordIsOffByDefault(_ flag: Bool?) async throws {
        try await SkySendClient.run { client in
            let id = try await client.note(["hasPassword": flag.map { .bool($0) }])
            #expect(try await client.noteInfo(id).json?["hasPassword"] == false)
        }
    }

    @Test(arguments: [16, 32])
    func saltHasOneOfTwoLengths(_ count: Int) async throws {
        try await SkySendClient.run { client in
            let salt = SkySendClient.base64url(SkySendClient.bytes(count))
            let id = try await client.note(["salt": .string(salt)])
            #expect(try await client.noteInfo(id).json?["salt"] == .string(salt))
        }
    }

    // MARK: Bodies

    @Test(arguments: ["", "{", "text"])
    func bodyThatIsNoJSON(_ body: String) async throws {
        try await SkySendClient.run { client in
            try await client.post("/api/note", body).expectFailure(400, "Invalid JSON body")
        }
    }

    @Test(arguments: ["null", "5", "[]", "\"x\"", "true"])
    func bodyThatIsNoObject(_ body: String) async throws {
        try await SkySendClient.run { client in
            let response = try await client.post("/api/note", body)
            #expect(response.status == 400)
            #expect(["Invalid JSON body", Self.invalid].contains(response.skySendError), "\(response.text)")
        }
    }

    @Test
    func bodyOverTwoMebibytesIsRefused() async throws {
        try await SkySendClient.run { client in
            let body = SkySendClient.noteBody()
            let fitting = body + String(repeating: " ", count: 2_097_152 - body.utf8.count)
            #expect(try await client.post("/api/note", fitting).status == 201)
            try await client.post("/api/note", fitting + " ").expectFailure(413, "Request body too large")
        }
    }

    static let texts = ["encryptedContent", "nonce", "salt", "ownerToken", "authToken", "contentType"]
    static let malformed: [([String: JSONValue?], String)] =
        texts.map { ([$0: nil], $0) } + texts.map { ([$0: 5], $0) } + texts.map { ([$0: .some(.null)], $0) }
        + ["encryptedContent", "salt", "ownerToken", "authToken", "contentType"].map { ([$0: ""], $0) }
        + [
            (["contentType": "video"], "contentType"), (["contentType": "TEXT"], "contentType"),
            (["maxViews": nil], "maxViews"), (["maxViews": -1], "maxViews"), (["maxViews": "1"], "maxViews"),
            (["maxViews": .double(1.5)], "maxViews"), (["expireSec": nil], "expireSec"),
            (["expireSec": 0], "expireSec"), (["expireSec": "300"], "expireSec"),
            (["expireSec": .double(300.5)], "expireSec"), (["hasPassword": "true"], "hasPassword"),
            (["hasPassword": 1], "hasPassword"), (["passwordSalt": 5], "passwordSalt"),
        ]

    @Test(arguments: malformed)
    func illFormedMemberIsNamed(_ changes: [String: JSONValue?], _ field: String) async throws {
        try await SkySendClient.run { client in
            try await client.createNote(changes).expectInvalid(Self.invalid, fields: [field])
        }
    }

    @Test
    func allMissingMembersAreNamedAtOnce() async throws {
        try await SkySendClient.run { client in
            try await client.post("/api/note", "{}")
                .expectInvalid(Self.invalid, fields: Set(Self.texts + ["maxViews", "expireSec"]))
        }
    }

    @Test(arguments: ["a+b", "a b", "tök", "!"])
    func tokenInAnotherAlphabetIsRefused(_ token: String) async throws {
        try await SkySendClient.run { client in
            for member in ["authToken", "ownerToken"] {
                let response = try await client.createNote([member: .string(token)])
                #expect(response.status == 400, "\(response.text)")
                #expect(response.skySendError != nil)
            }
        }
    }

    @Test(arguments: ["argon2id", "pbkdf2", ""])
    func otherAlgorithmIsRefused(_ algorithm: String) async throws {
        try await SkySendClient.run { client in
            let response = try await client.createNote(Self.protected(["passwordAlgo": .string(algorithm)]))
            #expect(response.status == 400, "\(response.text)")
            #expect(response.skySendError != nil)
        }
    }

    // MARK: Rules

    static let failures: [([String: JSONValue?], Int, String)] = [
        (["encryptedContent": .string(base64(1281))], 413, "Note content exceeds maximum size"),
        (["salt": .string(base64(31))], 400, "Salt must be 16 or 32 bytes"),
        (["salt": "YWI"], 400, "Salt must be 16 or 32 bytes"),
        (["nonce": .string(base64(11))], 400, "Nonce must be exactly 12 bytes"),
        (["nonce": .string(base64(13))], 400, "Nonce must be exactly 12 bytes"),
        (["expireSec": 301], 400, "Invalid expiry time. Must be one of the allowed options."),
        (["maxViews": 4], 400, "Invalid view limit. Must be one of the allowed options."),
        (["hasPassword": true], 400, "Password-protected notes require passwordSalt and passwordAlgo"),
        (
            protected(["passwordSalt": nil]), 400,
            "Password-protected notes require passwordSalt and passwordAlgo"
        ),
        (
            protected(["passwordAlgo": nil]), 400,
            "Password-protected notes require passwordSalt and passwordAlgo"
        ),
        (protected(["passwordSalt": "YWI"]), 400, "Password salt must be exactly 16 bytes"),
    ]

    private static func base64(_ count: Int) -> String { SkySendClient.base64url(SkySendClient.bytes(count)) }

    @Test(arguments: failures)
    func valueOutsideTheRulesIsRefused(_ changes: [String: JSONValue?], _ status: Int, _ error: String) async throws {
        try await SkySendClient.run(["NOTE_MAX_SIZE": "1KB"]) { client in
            try await client.createNote(changes).expectFailure(status, error)
        }
    }

    @Test
    func contentOfTheLargestSizeWorks() async throws {
        try await SkySendClient.run(["NOTE_MAX_SIZE": "1KB"]) { client in
            let content = SkySendClient.bytes(1280)
            let id = try await client.note(["encryptedContent": .string(SkySendClient.base64(content))])
            try await client.view(id).expectMembers(200, SkySendClient.content(views: 1, content))
        }
    }

    @Test
    func contentOfAMebibyteWorks() async throws {
        try await SkySendClient.run { client in
            let content = SkySendClient.bytes(1_048_576 + 256)
            let id = try await client.note(["encryptedContent": .string(SkySendClient.base64(content))])
            try await client.view(id).expectMembers(200, SkySendClient.content(views: 1, content))
        }
    }

    @Test
    func zeroViewsMustBeListed() async throws {
        let settings = ["NOTE_VIEW_OPTIONS": "1,2", "NOTE_DEFAULT_VIEWS": "1"]
        try await SkySendClient.run(settings) { client in
            try await client.createNote(["maxViews": 0])
                .expectFailure(400, "Invalid view limit. Must be one of the allowed options.")
            #expect(try await client.createNote(["maxViews": 1]).status == 201)
        }
    }

    @Test
    func serverPolicyMayDemandAPassword() async throws {
        try await SkySendClient.run(["FORCE_NOTE_PASSWORD": "true"]) { client in
            try await client.createNote().expectFailure(400, "Password is required by server policy")
            #expect(try await client.createNote(SkySendClient.protectedNote).status == 201)
            #expect(try await client.upload([1]).status == 201)
        }
    }

    @Test
    func firstFailureOfTheListIsTold() async throws {
        let repairs: [(String, JSONValue, String)] = [
            ("contentType", "text", "Note content exceeds maximum size"),
            ("encryptedContent", "YWI", "Salt must be 16 or 32 bytes"),
            ("salt", .string(SkySendClient.salt), "Nonce must be exactly 12 bytes"),
            (
                "nonce", .string(SkySendClient.base64(SkySendClient.noteNonce)),
                "Invalid expiry time. Must be one of the allowed options."
            ),
            ("expireSec", 300, "Invalid view limit. Must be one of the allowed options."),
            ("maxViews", 1, "Password-protected notes require passwordSalt and passwordAlgo"),
            ("passwordAlgo", "argon2id-v2", "Password salt must be exactly 16 bytes"),
        ]
        try await SkySendClient.run(["NOTE_MAX_SIZE": "1KB"]) { client in
            var changes: [String: JSONValue?] = [
                "contentType": "x", "encryptedContent": .string(Self.base64(2000)), "salt": "YWI", "nonce": "YWI",
                "expireSec": 1, "maxViews": 99, "hasPassword": true, "passwordSalt": "YWI",
            ]
            try await client.createNote(changes).expectInvalid(Self.invalid, fields: ["contentType"])
            for (member, value, error) in repairs {
                changes[member] = .some(value)
                try await client.createNote(changes).expectFailure(error.hasPrefix("Note") ? 413 : 400, error)
            }
            changes["passwordSalt"] = .some(.string(SkySendClient.passwordSalt))
            #expect(try await client.createNote(changes).status == 201)
        }
    }
}
