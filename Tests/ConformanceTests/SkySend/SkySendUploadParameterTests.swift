import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: upload parameters", .serialized, .timeLimit(.minutes(20)))
struct SkySendUploadParameterTests {
    static let invalid = "Invalid request headers"

    /// What is sent instead of the valid parameters, by header.
    struct Row: Sendable, CustomTestStringConvertible {
        let changes: [String: String?]
        let field: String

        init(_ changes: [String: String?], _ field: String) {
            self.changes = changes
            self.field = field
        }

        var testDescription: String { "\(field) \(changes)" }
    }

    static func protected(_ changes: [String: String?]) -> [String: String?] {
        SkySendClient.protected.merging(changes) { $1 }
    }

    static let long = String(repeating: "a", count: 129)
    static let required: [(String, String)] = [
        ("X-Auth-Token", "authToken"), ("X-Owner-Token", "ownerToken"), ("X-Salt", "salt"),
        ("X-Max-Downloads", "maxDownloads"), ("X-Expire-Sec", "expireSec"),
    ]
    static let malformed: [Row] =
        required.map { Row([$0.0: nil], $0.1) } + required.map { Row([$0.0: ""], $0.1) }
        + ["a b", "a+b", "a/b", "YWI=", "tök", long].flatMap {
            [Row(["X-Auth-Token": $0], "authToken"), Row(["X-Owner-Token": $0], "ownerToken")]
        }
        + ["0", "-1", "+5", "5.0", "5x", "0x5", "five", "1e1", "5,5", "５"].flatMap {
            [
                Row(["X-Max-Downloads": $0], "maxDownloads"), Row(["X-Expire-Sec": $0], "expireSec"),
                Row(["X-File-Count": $0], "fileCount"), Row(["X-Content-Length": $0], "contentLength"),
            ]
        }
        + ["argon2id", "pbkdf2", "ARGON2ID-V2", "argon2id-v2 x"].map {
            Row(protected(["X-Password-Algo": $0]), "passwordAlgo")
        }

    @Test(arguments: malformed)
    func illFormedFieldIsNamed(_ row: Row) async throws {
        try await SkySendClient.run { client in
            for target in ["/api/upload", "/api/upload/init"] {
                var changes = row.changes
                if changes["X-Content-Length"] == nil { changes["X-Content-Length"] = "3" }
                let headers = SkySendClient.parameters(changes)
                let response = try await client.server.send("POST", target, headers: headers, body: [1, 2, 3])
                response.expectInvalid(Self.invalid, fields: [row.field])
            }
        }
    }

    @Test
    func allMissingFieldsAreNamedAtOnce() async throws {
        try await SkySendClient.run { client in
            let response = try await client.server.send("POST", "/api/upload/init", body: [])
            response.expectInvalid(
                Self.invalid,
                fields: ["authToken", "ownerToken", "salt", "maxDownloads", "expireSec", "contentLength"]
            )
        }
    }

    static let tooLarge = ["18446744073709551616", "99999999999999999999999999"]

    @Test(arguments: tooLarge, ["X-Max-Downloads", "X-Expire-Sec", "X-File-Count", "X-Content-Length"])
    func numberBeyondAllBoundsIsRefused(_ number: String, _ header: String) async throws {
        try await SkySendClient.run { client in
            let response = try await client.initiate(size: 3, [header: number])
            #expect(response.status == (header == "X-Content-Length" ? 413 : 400) || response.status == 400)
            #expect(response.skySendError != nil)
        }
    }

    static let legalTokens = ["a", "-", "_", "abcd", "A1-_", String(repeating: "Z", count: 128)]

    @Test(arguments: legalTokens)
    func tokenOfAnyLengthUpTo128Works(_ token: String) async throws {
        try await SkySendClient.run { client in
            let response = try await client.upload([1], ["X-Auth-Token": token, "X-Owner-Token": token])
            #expect(response.status == 201, "\(response.text)")
        }
    }

    // MARK: The second table

    static let base64 = SkySendClient.base64url(SkySendClient.bytes(31))
    static let failures: [([String: String?], Int, String)] = [
        (["X-Salt": base64], 400, "Salt must be exactly 32 bytes"),
        (["X-Salt": SkySendClient.passwordSalt], 400, "Salt must be exactly 32 bytes"),
        (["X-Content-Length": "1025"], 413, "File size exceeds maximum of 1024 bytes"),
        (["X-Content-Length": "999999999999"], 413, "File size exceeds maximum of 1024 bytes"),
        (["X-File-Count": "33"], 400, "Maximum 32 files per upload"),
        (["X-Expire-Sec": "301"], 400, "Invalid expiry time. Must be one of the allowed options."),
        (["X-Max-Downloads": "6"], 400, "Invalid download limit. Must be one of the allowed options."),
        (
            ["X-Has-Password": "true"], 400,
            "Password-protected uploads require X-Password-Salt and X-Password-Algo"
        ),
        (
            protected(["X-Password-Algo": nil]), 400,
            "Password-protected uploads require X-Password-Salt and X-Password-Algo"
        ),
        (
            protected(["X-Password-Salt": nil]), 400,
            "Password-protected uploads require X-Password-Salt and X-Password-Algo"
        ),
        (
            protected(["X-Password-Salt": "", "X-Password-Algo": ""]), 400,
            "Password-protected uploads require X-Password-Salt and X-Password-Algo"
        ),
        (protected(["X-Password-Salt": "YWJj"]), 400, "Password salt must be exactly 16 bytes"),
        (protected(["X-Password-Salt": SkySendClient.salt]), 400, "Password salt must be exactly 16 bytes"),
    ]

    @Test(arguments: failures)
    func valueOutsideTheRulesIsRefused(_ changes: [String: String?], _ status: Int, _ error: String) async throws {
        try await SkySendClient.run(["FILE_MAX_SIZE": "1KB"]) { client in
            try await client.initiate(size: 3, changes).expectFailure(status, error)
            try await client.upload([1, 2, 3], changes).expectFailure(status, error)
            #expect(try await client.hasNothingStored())
        }
    }

    @Test(arguments: ["!!!!", "a b", SkySendClient.base64url(SkySendClient.bytes(32)) + "*"])
    func saltInAnotherAlphabetIsRefused(_ salt: String) async throws {
        try await SkySendClient.run { client in
            let upload = try await client.initiate(size: 3, ["X-Salt": salt])
            upload.expectRefused("salt", or: ["Invalid salt encoding", "Salt must be exactly 32 bytes"])
            let changes = Self.protected(["X-Password-Salt": salt])
            try await client.initiate(size: 3, changes).expectRefused(
                "passwordSalt",
                or: ["Invalid password salt encoding", "Password salt must be exactly 16 bytes"]
            )
        }
    }

    @Test
    func serverPolicyMayDemandAPassword() async throws {
        try await SkySendClient.run(["FORCE_FILE_PASSWORD": "true"]) { client in
            let error = "Password is required by server policy"
            try await client.upload([1]).expectFailure(400, error)
            try await client.initiate(size: 1).expectFailure(400, error)
            try await client.initiate(size: 1, ["X-Has-Password": "1"]).expectFailure(400, error)
            #expect(try await client.upload([1], SkySendClient.protected).status == 201)
            try await SkySendSocket.open(client) { socket in
                try await socket.send(SkySendSocket.initMessage(size: 1))
                try await socket.expectFailure(1008, error)
            }
        }
    }

    @Test
    func firstFailureOfTheListIsTold() async throws {
        let settings = ["FILE_MAX_SIZE": "1KB", "FORCE_FILE_PASSWORD": "true"]
        let repairs: [(String, String?, String)] = [
            ("X-Owner-Token", SkySendClient.owner, "Salt must be exactly 32 bytes"),
            ("X-Salt", SkySendClient.salt, "File size exceeds maximum of 1024 bytes"),
            ("X-Content-Length", "1024", "Maximum 32 files per upload"),
            ("X-File-Count", "32", "Invalid expiry time. Must be one of the allowed options."),
            ("X-Expire-Sec", "300", "Invalid download limit. Must be one of the allowed options."),
            (
                "X-Max-Downloads", "100",
                "Password-protected uploads require X-Password-Salt and X-Password-Algo"
            ),
            ("X-Password-Algo", "argon2id-v2", "Password salt must be exactly 16 bytes"),
        ]
        try await SkySendClient.run(settings) { client in
            var changes: [String: String?] = [
                "X-Owner-Token": nil, "X-Salt": "YWJj", "X-Content-Length": "1025", "X-File-Count": "33",
                "X-Expire-Sec": "1", "X-Max-Downloads": "99", "X-Has-Password": "true", "X-Password-Salt": "YWJj",
            ]
            try await client.initiate(size: 1, changes).expectInvalid(Self.invalid, fields: ["ownerToken"])
            for (header, value, error) in repairs {
                changes[header] = .some(value)
                let status = error.hasPrefix("File size") ? 413 : 400
                try await client.initiate(size: 1, changes).expectFailure(status, error)
            }
            changes["X-Password-Salt"] = .some(SkySendClient.passwordSalt)
            #expect(try await client.initiate(size: 1, changes).status == 201)
        }
    }

    // MARK: What is accepted

    @Test
    func largestSizeAndEveryOptionWork() async throws {
        try await SkySendClient.run(["FILE_MAX_SIZE": "1KB"]) { client in
            #expect(try await client.upload(SkySendClient.bytes(1024)).status == 201)
            for downloads in [1, 2, 3, 4, 5, 10, 20, 50, 100] {
                #expect(try await client.upload([1], ["X-Max-Downloads": String(downloads)]).status == 201)
            }
            for seconds in [300, 3600, 86400, 604_800] {
                let id = try await client.file([1], ["X-Expire-Sec": String(seconds)])
                #expect(try await client.details(id)["expiresAt"] == .string(SkySendClient.time(after: seconds)))
            }
        }
    }

    @Test(arguments: ["TRUE", "True", "1", "yes", "false", ""])
    func onlyTheExactTextTrueMeansAPassword(_ text: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], ["X-Has-Password": text])
            #expect(try await client.details(id)["hasPassword"] == false)
        }
    }

    @Test
    func emptyPasswordHeadersCountAsAbsent() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], ["X-Password-Salt": "", "X-Password-Algo": ""])
            let details = try await client.details(id)
            #expect(details["hasPassword"] == false)
            #expect(details["passwordSalt"] == nil)
        }
    }

    @Test
    func namesOfHeadersMatchInAnyCase() async throws {
        try await SkySendClient.run { client in
            let headers = SkySendClient.parameters(size: 2).map { ($0.0.lowercased(), $0.1) }
            let response = try await client.server.send("POST", "/api/upload", headers: headers, body: [1, 2])
            #expect(response.status == 201, "\(response.text)")
        }
    }
}

extension TestResponse {
    /// Checks a 400 that is either an ill-formed field or one of these sentences.
    fileprivate func expectRefused(
        _ field: String,
        or errors: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        if json?["details"] != nil {
            expectInvalid(SkySendUploadParameterTests.invalid, fields: [field], sourceLocation: sourceLocation)
        } else {
            expectFailure(oneOf: errors.map { (400, $0) }, sourceLocation: sourceLocation)
        }
    }
}
