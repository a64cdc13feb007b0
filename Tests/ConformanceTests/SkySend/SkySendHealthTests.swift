import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: GET /api/health", .serialized, .timeLimit(.minutes(20)))
struct SkySendHealthTests {
    @Test
    func healthTellsStatusVersionAndTime() async throws {
        try await SkySendClient.run { client in
            for seconds in [0, 61] {
                if seconds > 0 { client.clock.advance(by: .seconds(seconds)) }
                let response = try await client.server.get("/api/health")
                let version = try response.skySendText("version")
                #expect(version.firstMatch(of: /^\d+\.\d+\.\d+/) != nil, "\(version)")
                response.expectMembers(
                    200,
                    [
                        "status": "ok", "version": .string(version),
                        "timestamp": .string(SkySendClient.time(after: seconds)),
                    ]
                )
            }
        }
    }

    @Test
    func timestampHasMilliseconds() async throws {
        try await SkySendClient.run { client in
            client.clock.advance(by: .milliseconds(7))
            let response = try await client.server.get("/api/health")
            #expect(try response.skySendText("timestamp") == "2023-11-14T22:13:20.007Z")
        }
    }

    @Test(arguments: [nil, "https://elsewhere.example.org", SkySendClient.baseURL])
    func everyOriginMayAsk(_ origin: String?) async throws {
        try await SkySendClient.run { client in
            let headers = origin.map { [("Origin", $0)] } ?? []
            let response = try await client.server.get("/api/health", headers: headers)
            #expect(response.status == 200)
            #expect(response.header("access-control-allow-origin") == "*")
        }
    }

    @Test
    func healthIsServedWithoutAnyService() async throws {
        for service in ["file", "note"] {
            try await SkySendClient.run(["ENABLED_SERVICES": service]) { client async throws in
                #expect(try await client.server.get("/api/health").status == 200)
                #expect(try await client.server.get("/api/config").status == 200)
            }
        }
    }
}
