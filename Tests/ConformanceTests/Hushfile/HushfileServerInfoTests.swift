import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: GET /api/serverinfo", .serialized, .timeLimit(.minutes(20)))
struct HushfileServerInfoTests {
    @Test
    func defaultsAreThoseOfTheReference() async throws {
        try await TestServer.run { server in
            let response = try await server.get("/api/serverinfo")
            let email = try #require(response.json?["server_operator_email"])
            guard case .string = email else { return #expect(Bool(false), "no text: \(response.text)") }
            response.expect(
                200,
                [
                    "server_operator_email": email, "max_retention_hours": 24,
                    "max_chunksize_bytes": 104_857_600, "max_filesize_bytes": 1_073_741_824,
                ]
            )
        }
    }

    @Test
    func settingsAreShown() async throws {
        let settings = [
            "COFFER_HUSHFILE_SERVER_OPERATOR_EMAIL": "drop@example.org",
            "COFFER_HUSHFILE_MAX_RETENTION_HOURS": "72",
            "COFFER_HUSHFILE_MAX_CHUNKSIZE_BYTES": "2000000",
            "COFFER_HUSHFILE_MAX_FILESIZE_BYTES": "5000000000",
        ]
        try await TestServer.run(settings) { server in
            let response = try await server.get("/api/serverinfo")
            response.expect(
                200,
                [
                    "server_operator_email": "drop@example.org", "max_retention_hours": 72,
                    "max_chunksize_bytes": 2_000_000, "max_filesize_bytes": 5_000_000_000,
                ]
            )
        }
    }

    @Test
    func noMaximumRetentionIsShownAsZero() async throws {
        try await TestServer.run(["COFFER_HUSHFILE_MAX_RETENTION_HOURS": "0"]) { server in
            let response = try await server.get("/api/serverinfo")
            #expect(response.json?["max_retention_hours"] == 0)
        }
    }

    @Test
    func queryIsIgnored() async throws {
        try await TestServer.run { server in
            let plain = try await server.get("/api/serverinfo")
            let asked = try await server.get("/api/serverinfo?fileid=abc&x")
            #expect(asked.status == 200)
            #expect(asked.body == plain.body)
        }
    }
}
