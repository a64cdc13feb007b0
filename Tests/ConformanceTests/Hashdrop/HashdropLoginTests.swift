import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: POST /api/user/login")
struct HashdropLoginTests {
    private let email = "ada@example.org"
    private let refusal = "invalid username or password"

    @Test func loginHandsOutTwoTokens() async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.account(email)
            let answer = try await client.login(email)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/json")
            #expect(answer.hashdropNames == ["access_token", "refresh_token"])
            #expect(try answer.hashdropText("access_token").split(separator: ".").count == 3)
            #expect(try answer.hashdropText("refresh_token").wholeMatch(of: /[0-9a-f]{64}/) != nil)
        }
    }

    @Test func everyLoginHandsOutAnotherRefreshToken() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account(email)
            let again = try await client.login(email).hashdropText("refresh_token")
            #expect(again != session.refreshToken)
            for token in [again, session.refreshToken] {
                let answer = try await client.refresh(token)
                #expect(answer.status == 200)
            }
        }
    }

    @Test func unknownUnverifiedAndWrongLookTheSame() async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.account(email)
            _ = try await client.register("eve@example.org")
            let answers = [
                try await client.login("nobody@example.org"), try await client.login("eve@example.org"),
                try await client.login(email, "wrong password"), try await client.login(email, ""),
                try await client.login("", ""), try await client.login("ADA@example.org"),
            ]
            for answer in answers {
                answer.expectRefusal(401, refusal)
                #expect(answer.headers.map(\.name) == answers[0].headers.map(\.name))
            }
        }
    }

    /// Texts that look the same and are not.
    @Test func passwordIsComparedByItsBytes() async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.register(email, "caf\u{e9} caf\u{e9}")
            _ = try await client.verify(email, try client.otp(of: email))
            try await client.login(email, "cafe\u{301} cafe\u{301}").expectRefusal(401, refusal)
            let answer = try await client.login(email, "caf\u{e9} caf\u{e9}")
            #expect(answer.status == 200)
        }
    }

    @Test func passwordSurvivesARestart() async throws {
        try await HashdropClient.restart { client async throws in
            try await client.account()
        } after: { client, session async throws in
            let login = try await client.login(session.email)
            #expect(login.status == 200)
            let refreshed = try await client.refresh(session.refreshToken)
            #expect(refreshed.status == 200)
            // The key that signs was kept, too.
            try await client.all(session).expectRefusal(404, "no files found")
        }
    }

    @Test func manyLoginsKeepNobodyElseWaiting() async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.account(email)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<120 {
                    group.addTask {
                        let address = number.isMultiple(of: 2) ? email : "eve@example.org"
                        let answer = try await client.login(address, "wrong password")
                        if answer.status == 503 {
                            // More logins than can wait are refused at once.
                            answer.expectRefusal(503, "internal server error")
                            #expect(answer.header("retry-after") != nil)
                        } else {
                            answer.expectRefusal(401, refusal)
                        }
                    }
                }
                for _ in 0..<20 {
                    let version = try await client.server.get("/api/cli/version")
                    #expect(version.status == 200)
                }
                try await group.waitForAll()
            }
            let login = try await client.login(email)
            #expect(login.status == 200)
        }
    }
}

/// What the bodies of all account routes have in common.
@Suite("Hashdrop: JSON of the account routes")
struct HashdropAccountBodyTests {
    private static let routes = [
        ("POST", "/api/user/register"), ("PATCH", "/api/user/verify"), ("POST", "/api/user/login"),
        ("DELETE", "/api/user"), ("POST", "/api/token/refresh"), ("POST", "/api/token/revoke"),
    ]

    private static let bodies = [
        "", " ", "{", "[]", "null", "\"x\"", "1", "{}{}", "{} x", "{\"email\":1}", "{\"email\":{}}",
        "{\"refresh_token\":[]}",
        "{\"refresh_token\":true}", "{\"email\":\"a\",\"role\":\"admin\"}", "{\"otp\":123456}", "{'email':'a'}",
        "{\"refresh_token\":\"\u{1}\"}", "{\"email\":\"a\",}",
    ]

    @Test(arguments: routes)
    func bodyThatIsNoRightObjectIs400(method: String, path: String) async throws {
        try await HashdropClient.run { client async throws in
            let headers = try await client.account().bearer
            for body in Self.bodies {
                let answer = try await client.text(method, path, body, headers: headers)
                answer.expectRefusal(400, "invalid JSON payload")
            }
            let large = "{\"email\":\"\(String(repeating: "a", count: 1_048_577))\"}"
            let answer = try await client.text(method, path, large, headers: headers)
            answer.expectRefusal(400, "invalid JSON payload")
        }
    }

    @Test func missingAndNullMembersAreEmpty() async throws {
        try await HashdropClient.run { client async throws in
            let bearer = try await client.account().bearer
            for body in ["{}", "{\"email\":null}", "{\"refresh_token\":null}"] {
                let isToken = body.contains("refresh_token")
                func answer(_ method: String, _ path: String) async throws -> TestResponse {
                    try await client.text(method, path, body, headers: bearer)
                }
                if !isToken {
                    try await answer("POST", "/api/user/register").expectRefusal(400, "invalid password")
                    try await answer("PATCH", "/api/user/verify").expectRefusal(401, "account doesn't exist")
                    try await answer("POST", "/api/user/login").expectRefusal(401, "invalid username or password")
                    try await answer("DELETE", "/api/user").expectRefusal(401, "invalid username or password")
                }
                if body != "{\"email\":null}" {
                    let refresh = try await answer("POST", "/api/token/refresh")
                    refresh.expectRefusal(401, "invalid or expired refresh token")
                    let revoke = try await answer("POST", "/api/token/revoke")
                    #expect(revoke.status == 204)
                }
            }
        }
    }

    @Test func contentTypeIsNotLookedAt() async throws {
        try await HashdropClient.run { client async throws in
            let body = Array(#"{"email":"ada@example.org","password":"correct horse"}"#.utf8)
            for (number, type) in ["text/plain", "application/x-www-form-urlencoded", "nonsense"].enumerated() {
                let text = String(decoding: body, as: UTF8.self).replacing("ada", with: "ada\(number)")
                let answer = try await client.server.send(
                    "POST",
                    "/api/user/register",
                    headers: [("Content-Type", type)],
                    body: Array(text.utf8)
                )
                #expect(answer.status == 201)
            }
        }
    }
}
