import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: rate limits")
struct HashdropRateLimitTests {
    private func expectLimited(_ answer: TestResponse) {
        answer.expectRefusal(429, "internal server error")
        #expect(Int(answer.header("retry-after") ?? "").map { $0 > 0 } == true)
    }

    @Test func completeIsNeverLimitedByThePresignBeforeIt() async throws {
        try await HashdropClient.run(["RATE_LIMITS": "on"]) { client async throws in
            let session = try await client.account()
            for _ in 0..<10 { _ = try await client.file(session, [1]) }
            expectLimited(try await client.presign(session))
            client.clock.advance(by: .seconds(50))
            #expect(try await client.presign(session).status == 200)
        }
    }

    @Test func accountsAreLimitedOnTheirOwn() async throws {
        try await HashdropClient.run(["RATE_LIMITS": "on", "LIMIT_LIST": "2/minute"]) { client async throws in
            let ada = try await client.account()
            for _ in 0..<2 { #expect(try await client.all(ada).status == 404) }
            expectLimited(try await client.all(ada))
            expectLimited(try await client.get("/api/files/resolve?id=", ada))
            // Whose token is bad is told so, however many come.
            let bad = try await client.server.get("/api/files/all", headers: [("Authorization", "Bearer x")])
            #expect(bad.status == 401)
            #expect(try await client.get("/api/files?id=a", ada).status == 404)
        }
    }

    @Test func limitComesBeforeTheBody() async throws {
        try await HashdropClient.run(["RATE_LIMITS": "on", "LIMIT_COMPLETE": "1/minute"]) { client async throws in
            let session = try await client.account()
            let path = "/api/files/complete"
            let first = try await client.text("POST", path, "no json", headers: session.bearer)
            #expect(first.status == 400)
            expectLimited(try await client.text("POST", path, "no json", headers: session.bearer))
        }
    }

    @Test func linksAreLimitedByAddress() async throws {
        let settings = ["RATE_LIMITS": "on", "LIMIT_DOWNLOAD": "2/hour"]
        try await HashdropClient.run(settings) { client async throws in
            let unknown = "usrh-0/\(HashdropClient.unknownID)"
            let one = HashdropClient.from("192.0.2.1")
            for _ in 0..<2 { #expect(try await client.download(unknown, headers: one).status == 404) }
            expectLimited(try await client.download(unknown, headers: one))
            #expect(try await client.download(unknown, headers: HashdropClient.from("192.0.2.2")).status == 404)
        }
    }

    @Test func limitOfAllHoldsForEveryone() async throws {
        let settings = ["RATE_LIMITS": "on", "LIMIT_VERSION_TOTAL": "3/minute"]
        try await HashdropClient.run(settings) { client async throws in
            for number in 0..<4 {
                let headers = HashdropClient.from("192.0.2.\(number + 1)")
                let answer = try await client.server.get("/api/cli/version", headers: headers)
                if number < 3 { #expect(answer.status == 200) } else { expectLimited(answer) }
            }
        }
    }

    @Test func healthIsTenInTwoSeconds() async throws {
        try await HashdropClient.run(["RATE_LIMITS": "on"]) { client async throws in
            for _ in 0..<10 { #expect(try await client.server.get("/api/healthz").status == 200) }
            expectLimited(try await client.server.get("/api/healthz"))
        }
    }
}
