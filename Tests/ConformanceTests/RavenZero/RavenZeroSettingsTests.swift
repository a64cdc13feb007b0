import CofferCore
import CofferTesting
import Testing

@Suite("Raven Zero: settings", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroSettingsTests {
    @Test(
        arguments: [
            ("MAX_FILE_SIZE", "12x"), ("MAX_FILE_SIZE", "0"), ("MAX_FILE_SIZE", "-1"), ("MAX_FILE_SIZE", "1.5"),
            ("UPLOAD_RATE_LIMIT", "thirty/hour"), ("UPLOAD_RATE_LIMIT", "30/fortnight"),
            ("UPLOAD_RATE_LIMIT", "0/hour"),
            ("UPLOAD_RATE_LIMIT", "30"), ("UPLOAD_RATE_LIMIT", "30/hour,"), ("HEALTH_RATE_LIMIT", "x"),
            ("HEATLH_RATE_LIMIT", "1 per second per"), ("DOWNLOAD_FAIL_LIMIT", "0"), ("DOWNLOAD_FAIL_LIMIT", "ten"),
            ("DOWNLOAD_BLOCK_WINDOW", "0"), ("DOWNLOAD_BLOCK_WINDOW", "30m"), ("ALLOWED_MIME_TYPES", "text/plain"),
            ("ALLOWED_MIME_TYPES", "{}"), ("ALLOWED_MIME_TYPES", "[1]"), ("FORM_ERROR_STATUS", "418"),
            ("CLEANUP_INTERVAL_MINUTES", "0"), ("ORPHAN_AGE_MINUTES", "soon"), ("SECURE_SHRED_PASSES", "-1"),
        ]
    )
    func malformedValueStopsTheStart(name: String, value: String) async throws {
        await #expect(throws: SettingsGroup.Malformed.self) {
            try await RavenZeroClient.run(["COFFER_RAVENZERO_\(name)": value]) { _ in }
        }
    }

    @Test(arguments: ["APP_PORT", "DEBUG", "SECRET_KEY", "REDIS_PORT", "NO_SUCH_SETTING"])
    func unknownNameIsIgnored(name: String) async throws {
        try await RavenZeroClient.run(["COFFER_RAVENZERO_\(name)": "x"]) { raven async throws in
            #expect(try await raven.upload([65, 66]).status == 201)
        }
    }
}
