import CofferHTTP
import CofferTesting
import Foundation
import Testing

@Suite("Hashdrop: POST /api/user/register")
struct HashdropRegisterTests {
    @Test func newAccountIsDescribed() async throws {
        try await HashdropClient.run { client async throws in
            let answer = try await client.register("ada@example.org")
            #expect(answer.status == 201)
            #expect(answer.header("content-type") == "application/json")
            let id = try answer.hashdropText("id")
            #expect(
                id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil
            )
            let time = "2023-11-14T22:13:20Z"
            #expect(
                answer.text
                    == #"{"id":"\#(id)","created_at":"\#(time)","updated_at":"\#(time)","email":"ada@example.org"}"#
            )
        }
    }

    @Test func mailHasTheCodeOnALineOfItsOwn() async throws {
        try await HashdropClient.run { client async throws in
            let registered = try await client.register("ada@example.org")
            #expect(registered.status == 201)
            let mails = try FileManager.default.contentsOfDirectory(atPath: "\(client.server.dataPath)/outbox")
            #expect(mails.count == 1)
            #expect(try client.otp(of: "ada@example.org").utf8.count == 6)
        }
    }

    @Test func codesAreDrawnAnewAndKeepTheirZeros() async throws {
        try await HashdropClient.run { client async throws in
            var codes: Set<String> = []
            for number in 0..<12 {
                let registered = try await client.register("user\(number)@example.org")
                try #require(registered.status == 201)
                codes.insert(try client.otp(of: "user\(number)@example.org"))
            }
            #expect(codes.count > 9)
            #expect(codes.allSatisfy { $0.utf8.count == 6 })
        }
    }

    @Test func addressThatWaitsForItsCodeIsTaken() async throws {
        let taken = "an account with this email already exists; retry later if its verification failed"
        try await HashdropClient.run { client async throws in
            let registered = try await client.register("ada@example.org")
            #expect(registered.status == 201)
            try await client.register("ada@example.org", "another password").expectRefusal(409, taken)
            let verified = try await client.verify("ada@example.org", try client.otp(of: "ada@example.org"))
            #expect(verified.status == 204)
            try await client.register("ada@example.org").expectRefusal(409, taken)
            client.clock.advance(by: .seconds(86_400))
            try await client.register("ada@example.org").expectRefusal(409, taken)
        }
    }

    @Test func onlyOneOfManyGetsTheAddress() async throws {
        try await HashdropClient.run { client async throws in
            let statuses = try await client.parallel(12) { _ in try await client.register("ada@example.org").status }
            #expect(statuses.filter { $0 == 201 }.count == 1)
            #expect(statuses.filter { $0 == 409 }.count == 11)
            let mails = try FileManager.default.contentsOfDirectory(atPath: "\(client.server.dataPath)/outbox")
            #expect(mails.count == 1)
        }
    }

    @Test func unverifiedAccountMakesRoomAfterHalfAnHour() async throws {
        try await HashdropClient.run { client async throws in
            let first = try await client.register("ada@example.org")
            client.clock.advance(by: .seconds(1799))
            let tooEarly = try await client.register("ada@example.org")
            #expect(tooEarly.status == 409)
            client.clock.advance(by: .seconds(1))
            let second = try await client.register("ada@example.org", "another password")
            #expect(second.status == 201)
            #expect(try first.hashdropText("id") != second.hashdropText("id"))
            let verified = try await client.verify("ada@example.org", try client.otp(of: "ada@example.org"))
            #expect(verified.status == 204)
            let login = try await client.login("ada@example.org", "another password")
            #expect(login.status == 200)
        }
    }

    @Test(arguments: ["", "1234567", "äöü", "short"])
    func passwordOfFewerThanEightBytesIs400(_ password: String) async throws {
        try await HashdropClient.run { client async throws in
            try await client.register("ada@example.org", password).expectRefusal(400, "invalid password")
        }
    }

    @Test(arguments: ["12345678", "äöüß", "        ", "nul\u{0}inside", String(repeating: "long ", count: 20_000)])
    func passwordOfEightBytesIsEnough(_ password: String) async throws {
        try await HashdropClient.run { client async throws in
            let registered = try await client.register("ada@example.org", password)
            #expect(registered.status == 201, "\(registered.text)")
            _ = try await client.verify("ada@example.org", try client.otp(of: "ada@example.org"))
            let login = try await client.login("ada@example.org", password)
            #expect(login.status == 200)
            let wrong = try await client.login("ada@example.org", password + "x")
            #expect(wrong.status == 401)
        }
    }

    @Test(arguments: [
        "", "ada", "@example.org", "ada@", "ada@example.org\r\nBcc: eve@example.org", "ada@example.org\n.\nQUIT",
        "<ada@example.org>", "a da@example.org", "ada@example.org\u{0}", "ada@-example.org",
    ])
    func textThatIsNoAddressIs400(_ email: String) async throws {
        try await HashdropClient.run { client async throws in
            try await client.register(email).expectRefusal(400, "invalid email")
            #expect(!FileManager.default.fileExists(atPath: "\(client.server.dataPath)/outbox"))
        }
    }

    @Test func letterCaseMakesAnotherAddress() async throws {
        try await HashdropClient.run { client async throws in
            let first = try await client.register("ada@example.org")
            let second = try await client.register("Ada@example.org")
            #expect(first.status == 201)
            #expect(second.status == 201)
        }
    }

    @Test func neitherPasswordNorCodeIsOnTheDisk() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let other = try await client.register("eve@example.org")
            #expect(other.status == 201)
            let code = try client.otp(of: "eve@example.org")
            try FileManager.default.removeItem(atPath: "\(client.server.dataPath)/outbox")
            for secret in [HashdropClient.password, session.refreshToken, session.accessToken, "\n\(code)\n"] {
                #expect(try !client.disk(holds: secret))
            }
            #expect(try client.disk(holds: "$argon2id$v=19$m=65536,t=1,p=1$"))
        }
    }
}

extension HashdropClient {
    /// Whether some file of the data directory holds these bytes.
    func disk(holds text: String) throws -> Bool {
        let root = URL(fileURLWithPath: server.dataPath)
        return try FileManager.default.subpathsOfDirectory(atPath: server.dataPath).contains { path in
            let data = try? Data(contentsOf: root.appendingPathComponent(path))
            return data?.range(of: Data(text.utf8)) != nil
        }
    }
}
