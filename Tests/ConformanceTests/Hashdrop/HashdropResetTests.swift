import CofferTesting
import Testing

@Suite("Hashdrop: DELETE /admin/reset")
struct HashdropResetTests {
    private let refusal = "reset is only allowed in a dev environment"

    @Test func everythingGoesOnTheDevelopmentPlatform() async throws {
        try await HashdropClient.run(["PLATFORM": "dev"]) { client async throws in
            let ada = try await client.account("ada@example.org")
            let eve = try await client.account("eve@example.org")
            _ = try await client.register("waiting@example.org")
            let file = try await client.file(ada)
            let pending = try await client.begin(eve)
            let put = try await client.put(HashdropClient.bytes(100), at: pending.target)
            #expect(put.status == 200)

            let answer = try await client.server.send("DELETE", "/admin/reset")
            #expect(answer.status == 204)
            #expect(answer.body.isEmpty)

            #expect(try await client.hasNothingStored())
            for session in [ada, eve] {
                try await client.all(session).expectRefusal(401, "invalid or expired access token")
                try await client.refresh(session.refreshToken).expectRefusal(401, "invalid or expired refresh token")
            }
            let download = try await client.download(file.key)
            #expect(download.status != 303)
            client.clock.advance(by: .seconds(1))
            let again = try await client.account("ada@example.org")
            try await client.all(again).expectRefusal(404, "no files found")
            let waiting = try await client.register("waiting@example.org")
            #expect(waiting.status == 201)
        }
    }

    @Test(arguments: ["", "prod", "production", "development", "DEV", "Dev", " dev", "dev ", "true", "1"])
    func everyOtherPlatformIs403(_ platform: String) async throws {
        try await HashdropClient.run(["PLATFORM": platform]) { client async throws in
            let session = try await client.account()
            try await client.server.send("DELETE", "/admin/reset").expectRefusal(403, refusal)
            try await client.all(session).expectRefusal(404, "no files found")
        }
    }

    @Test func refusalComesBeforeLimitsTokensAndBodies() async throws {
        try await HashdropClient.run(["RATE_LIMITS": "on"]) { client async throws in
            for _ in 0..<5 {
                let headers = [("Authorization", "Bearer x.y.z")]
                let answer = try await client.text("DELETE", "/admin/reset?platform=dev", "no json", headers: headers)
                answer.expectRefusal(403, refusal)
            }
        }
    }

    @Test(arguments: ["GET", "POST", "PUT", "PATCH", "HEAD"])
    func noOtherMethodResets(_ method: String) async throws {
        try await HashdropClient.run(["PLATFORM": "dev"]) { client async throws in
            let session = try await client.account()
            let answer = try await client.server.send(method, "/admin/reset", body: method == "POST" ? [] : nil)
            #expect(answer.status == 405)
            try await client.all(session).expectRefusal(404, "no files found")
        }
    }
}
