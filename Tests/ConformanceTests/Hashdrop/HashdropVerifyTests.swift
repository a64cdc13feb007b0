import CofferTesting
import Testing

@Suite("Hashdrop: PATCH /api/user/verify")
struct HashdropVerifyTests {
    private let email = "ada@example.org"

    /// Another code than this one.
    private func wrong(_ code: String, _ number: Int = 1) -> String {
        let text = String(((Int(code) ?? 0) + number) % 1_000_000)
        return String(repeating: "0", count: 6 - text.utf8.count) + text
    }

    @Test func rightCodeIs204AndUsedUp() async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.register(email)
            let code = try client.otp(of: email)
            let answer = try await client.verify(email, code)
            #expect(answer.status == 204)
            #expect(answer.body.isEmpty)
            try await client.verify(email, code).expectRefusal(401, "account doesn't exist")
        }
    }

    @Test func wrongCodeIs401AndTheRightOneStillWorks() async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.register(email)
            let code = try client.otp(of: email)
            for number in 1...4 {
                try await client.verify(email, wrong(code, number)).expectRefusal(401, "invalid otp")
            }
            let answer = try await client.verify(email, code)
            #expect(answer.status == 204)
        }
    }

    @Test(arguments: ["", "0", "abcdef", " 123456", "٠١٢٣٤٥", "1234567", String(repeating: "1", count: 10_000)])
    func textThatIsNoCodeIs401(_ code: String) async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.register(email)
            try await client.verify(email, code).expectRefusal(401, "invalid otp")
        }
    }

    @Test func fifthWrongCodeIsTheLast() async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.register(email)
            let code = try client.otp(of: email)
            for number in 1...5 {
                try await client.verify(email, wrong(code, number)).expectRefusal(401, "invalid otp")
            }
            try await client.verify(email, code).expectRefusal(400, "otp not available or expired")
        }
    }

    @Test func parallelGuessesCountOneByOne() async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.register(email)
            let code = try client.otp(of: email)
            let statuses = try await client.parallel(30) { try await client.verify(email, wrong(code, $0 + 1)).status }
            #expect(statuses.filter { $0 == 401 }.count == 5)
            #expect(statuses.filter { $0 == 400 }.count == 25)
        }
    }

    @Test func attemptsAreThoseOfTheSetting() async throws {
        try await HashdropClient.run(["OTP_ATTEMPTS": "1"]) { client async throws in
            _ = try await client.register(email)
            let code = try client.otp(of: email)
            try await client.verify(email, wrong(code)).expectRefusal(401, "invalid otp")
            try await client.verify(email, code).expectRefusal(400, "otp not available or expired")
        }
    }

    @Test func codeIsValidForTenMinutes() async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.register(email)
            _ = try await client.register("eve@example.org")
            client.clock.advance(by: .seconds(599))
            let inTime = try await client.verify(email, try client.otp(of: email))
            #expect(inTime.status == 204)
            client.clock.advance(by: .seconds(1))
            let late = try await client.verify("eve@example.org", try client.otp(of: "eve@example.org"))
            late.expectRefusal(400, "otp not available or expired")
        }
    }

    @Test func codeOfAnotherAccountIs401() async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.register(email)
            _ = try await client.register("eve@example.org")
            let (own, other) = (try client.otp(of: email), try client.otp(of: "eve@example.org"))
            guard own != other else { return }
            try await client.verify(email, other).expectRefusal(401, "invalid otp")
        }
    }

    @Test(arguments: ["eve@example.org", "", "ADA@example.org", "ada@example.org "])
    func addressThatNobodyHasIs401(_ address: String) async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.register(email)
            let code = try client.otp(of: email)
            try await client.verify(address, code).expectRefusal(401, "account doesn't exist")
        }
    }

    @Test func codeSurvivesARestart() async throws {
        try await HashdropClient.restart { client async throws in
            _ = try await client.register("ada@example.org")
        } after: { client, _ async throws in
            let answer = try await client.verify("ada@example.org", try client.otp(of: "ada@example.org"))
            #expect(answer.status == 204)
        }
    }

    @Test func accountThatNobodyVerifiesIsRemoved() async throws {
        try await HashdropClient.run { client async throws in
            _ = try await client.register(email)
            client.clock.advance(by: .seconds(1800))
            let isGone = try await client.eventually {
                try await client.verify(email, "000000").text == "account doesn't exist\n"
            }
            #expect(isGone)
        }
    }
}
