import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: DELETE /api/user")
struct HashdropDeleteUserTests {
    private let refusal = "invalid username or password"

    @Test func accountGoesWithAllItHas() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let second = try await client.login(session.email).hashdropText("refresh_token")
            let file = try await client.file(session)
            let pending = try await client.begin(session)
            let arrived = try await client.begin(session)
            let put = try await client.put(HashdropClient.bytes(1000), at: arrived.target)
            #expect(put.status == 200)
            let link = try await client.link(file.key)

            let answer = try await client.end(session, headers: session.bearer)
            #expect(answer.status == 204)
            #expect(answer.body.isEmpty)

            #expect(try await client.hasNothingStored())
            for token in [session.refreshToken, second] {
                try await client.refresh(token).expectRefusal(401, "invalid or expired refresh token")
            }
            try await client.login(session.email).expectRefusal(401, refusal)
            let late = try await client.put(HashdropClient.bytes(1000), at: pending.target)
            #expect((400...499).contains(late.status))
            let download = try await client.server.get(link)
            #expect((400...499).contains(download.status))
            let newLink = try await client.download(file.key)
            #expect(newLink.status != 303)
            #expect(try await client.hasNothingStored())
        }
    }

    @Test func everyRouteRefusesTheTokenAfterwards() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            let ended = try await client.end(session, headers: session.bearer)
            #expect(ended.status == 204)
            let answers = [
                try await client.presign(session), try await client.complete(file.id, session),
                try await client.all(session), try await client.get("/api/files?id=\(file.id)", session),
                try await client.get("/api/files/resolve?id=\(file.id)", session),
                try await client.get("/api/files/hash?id=\(file.id)", session),
                try await client.get("/api/files/salt?id=\(file.id)", session),
                try await client.delete(file.id, session), try await client.end(session, headers: session.bearer),
            ]
            for answer in answers { answer.expectRefusal(401, "invalid or expired access token") }
        }
    }

    @Test func addressIsFreeAgainAndTheNewAccountIsAnother() async throws {
        try await HashdropClient.run { client async throws in
            let first = try await client.account()
            _ = try await client.file(first)
            let ended = try await client.end(first, headers: first.bearer)
            #expect(ended.status == 204)
            client.clock.advance(by: .seconds(1))
            let second = try await client.account(first.email)
            #expect(second.id != first.id)
            try await client.all(second).expectRefusal(404, "no files found")
            try await client.list(bearer: first.accessToken).expectRefusal(401, "invalid or expired access token")
        }
    }

    @Test func tokenIsRequired() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            try await client.end(session).expectRefusal(401, "missing or invalid access token")
            let headers = [("Authorization", "Bearer x.y.z")]
            try await client.end(session, headers: headers).expectRefusal(401, "invalid or expired access token")
            try await client.all(session).expectRefusal(404, "no files found")
        }
    }

    @Test func tokenComesBeforeTheBody() async throws {
        try await HashdropClient.run { client async throws in
            let answer = try await client.text("DELETE", "/api/user", "no json")
            answer.expectRefusal(401, "missing or invalid access token")
        }
    }

    @Test func confirmationMustBeRight() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            for (email, password) in [
                (session.email, "wrong password"), (session.email, ""), ("", HashdropClient.password),
                ("nobody@example.org", HashdropClient.password),
            ] {
                let body: JSONValue = ["email": .string(email), "password": .string(password)]
                let answer = try await client.json("DELETE", "/api/user", body, headers: session.bearer)
                answer.expectRefusal(401, refusal)
            }
            try await client.all(session).expectRefusal(404, "no files found")
        }
    }

    @Test(arguments: ["false", "true"])
    func tokenAndConfirmationMustBeOfOneAccount(_ option: String) async throws {
        try await HashdropClient.run(["ACCOUNT_DELETION_WITHOUT_TOKEN": option]) { client async throws in
            let ada = try await client.account("ada@example.org")
            let eve = try await client.account("eve@example.org")
            try await client.end(ada, headers: eve.bearer).expectRefusal(401, refusal)
            try await client.all(ada).expectRefusal(404, "no files found")
            try await client.all(eve).expectRefusal(404, "no files found")
        }
    }

    @Test func othersKeepWhatTheyHave() async throws {
        try await HashdropClient.run { client async throws in
            let ada = try await client.account("ada@example.org")
            let eve = try await client.account("eve@example.org")
            let file = try await client.file(eve)
            _ = try await client.file(ada)
            let ended = try await client.end(ada, headers: ada.bearer)
            #expect(ended.status == 204)
            let list = try await client.all(eve)
            #expect(list.hashdropColumn("file_id") == [file.id])
            let refreshed = try await client.refresh(eve.refreshToken)
            #expect(refreshed.status == 200)
            #expect(client.storedFiles.count == 1)
        }
    }

    @Test func onlyOneOfManyEndsTheAccount() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            _ = try await client.file(session)
            let statuses = try await client.parallel(6) { _ in
                try await client.end(session, headers: session.bearer).status
            }
            // Those that had passed the token when the account went find nothing left to end.
            #expect(statuses.contains(204))
            #expect(statuses.allSatisfy { $0 == 204 || $0 == 401 })
            #expect(try await client.hasNothingStored())
        }
    }

    @Test func settingLetsTheReleasedClientDelete() async throws {
        try await HashdropClient.run(["ACCOUNT_DELETION_WITHOUT_TOKEN": "true"]) { client async throws in
            let session = try await client.account()
            _ = try await client.file(session)
            let wrong: JSONValue = ["email": .string(session.email), "password": "wrong password"]
            try await client.json("DELETE", "/api/user", wrong).expectRefusal(401, refusal)
            let foreign = [("Authorization", "Bearer x.y.z")]
            try await client.end(session, headers: foreign).expectRefusal(401, "invalid or expired access token")
            let answer = try await client.end(session)
            #expect(answer.status == 204)
            #expect(try await client.hasNothingStored())
        }
    }
}

extension HashdropClient {
    /// Ends an account by its e-mail and the usual password.
    func end(_ session: Session, headers: Headers = []) async throws -> TestResponse {
        let body: JSONValue = ["email": .string(session.email), "password": .string(Self.password)]
        return try await json("DELETE", "/api/user", body, headers: headers)
    }
}
