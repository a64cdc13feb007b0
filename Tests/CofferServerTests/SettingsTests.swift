import CofferCore
import CofferHTTP
import CofferServer
import CofferTesting
import Foundation
import Logging
import Testing

@Suite("Settings")
struct SettingsTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func settings(
        flags: [String: String] = [:],
        environment: [String: String] = [:],
        file: String? = nil
    ) async throws -> Settings {
        var flags = flags
        if let file {
            let path = "\(directory.path)/coffer.json"
            try Data(file.utf8).write(to: URL(fileURLWithPath: path))
            flags["config"] = path
        }
        return try Settings(await SettingsSources(flags: flags, environment: environment))
    }

    private func sentence(
        flags: [String: String] = [:],
        environment: [String: String] = [:],
        file: String? = nil
    ) async -> String? {
        do {
            _ = try await settings(flags: flags, environment: environment, file: file)
            return nil
        } catch {
            return (error as? SettingsGroup.Malformed)?.description
        }
    }

    @Test func nothingSetGivesTheDefaults() async throws {
        let settings = try await settings()
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 8080)
        #expect(settings.dataPath == "./coffer-data")
        #expect(settings.dialects == ["ravenzero", "hushfile", "skysend", "hashdrop", "heaper"])
        #expect(settings.hosts.isEmpty)
        #expect(settings.baseURL == nil)
        #expect(settings.logLevel == .info)
        #expect(settings.shutdownTimeout == .seconds(20))
        #expect(settings.unknownNames.isEmpty)
    }

    @Test func flagWinsOverEnvironmentOverFile() async throws {
        let file = #"{"port": 1003, "host": "10.0.0.3", "data": "/file", "log_level": "debug"}"#
        let environment = ["COFFER_PORT": "1002", "COFFER_HOST": "10.0.0.2", "COFFER_DATA": "/environment"]
        let settings = try await settings(
            flags: ["port": "1001", "host": "10.0.0.1"],
            environment: environment,
            file: file
        )
        #expect(settings.port == 1001)
        #expect(settings.host == "10.0.0.1")
        #expect(settings.dataPath == "/environment")
        #expect(settings.logLevel == .debug)
    }

    @Test func blobsLieInTheBucketThatEnvironmentAndFileName() async throws {
        let file =
            #"{"blobs": "s3", "s3": {"endpoint": "https://s3.example.org", "bucket": "b-1", "path_style": true}}"#
        let environment = ["COFFER_S3_ACCESS_KEY_ID": "AKIA", "COFFER_S3_SECRET_ACCESS_KEY": "secret"]
        let settings = try await settings(environment: environment, file: file)
        #expect(settings.s3?.location.bucket == "b-1")
        #expect(settings.unknownNames.isEmpty)
        let local = try await self.settings(environment: environment)
        #expect(local.s3 == nil)
        #expect(local.unknownNames.isEmpty)
        let missing = await sentence(environment: ["COFFER_BLOBS": "s3"])
        #expect(missing?.contains("COFFER_S3_ENDPOINT is not set") == true)
        let wrong = await sentence(environment: ["COFFER_BLOBS": "cloud"])
        #expect(wrong == "COFFER_BLOBS is “cloud”; it must be local or s3.")
    }

    @Test func fileIsNamedByFlagOrEnvironment() async throws {
        let path = "\(directory.path)/other.json"
        try Data(#"{"port": 1234}"#.utf8).write(to: URL(fileURLWithPath: path))
        #expect(try await settings(environment: ["COFFER_CONFIG": path]).port == 1234)
        #expect(try await settings(flags: ["config": path]).port == 1234)
        #expect(try await settings(environment: ["COFFER_CONFIG": path]).unknownNames == [])
    }

    @Test(arguments: [
        (#"{"port": 99}"#, 99), (#"{"port": "99"}"#, 99), (#"{"inline_bytes": 5, "port": 99}"#, 99), (#"{}"#, 8080),
    ])
    func numbersMayBeWrittenAsNumbersOrText(file: String, port: Int) async throws {
        #expect(try await settings(file: file).port == port)
    }

    @Test(arguments: [
        #"{"dialects": "hushfile"}"#, #"{"dialects": ["hushfile"]}"#,
    ])
    func listsMayBeWrittenAsTextOrArrays(file: String) async throws {
        #expect(try await settings(file: file).dialects == ["hushfile"])
    }

    @Test(arguments: [
        ("hushfile,ravenzero", ["ravenzero", "hushfile"]), ("hushfile", ["hushfile"]),
        (" ravenzero , hushfile ", ["ravenzero", "hushfile"]), ("ravenzero,ravenzero", ["ravenzero"]),
    ])
    func dialectsKeepTheirOwnOrder(text: String, dialects: [String]) async throws {
        #expect(try await settings(environment: ["COFFER_DIALECTS": text]).dialects == dialects)
    }

    @Test func hostsAreLowerCased() async throws {
        let settings = try await settings(environment: ["COFFER_HOSTS": "Drop.Test=ravenzero, hush.test=hushfile"])
        #expect(settings.hosts == ["drop.test": "ravenzero", "hush.test": "hushfile"])
    }

    @Test(arguments: [
        ("https://drop.example.org", "https://drop.example.org"), ("http://h:81/", "http://h:81"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ])
    func baseURLLosesItsFinalSlash(text: String, url: String) async throws {
        #expect(try await settings(environment: ["COFFER_BASE_URL": text]).baseURL == url)
    }

    private static let addresses =
        "it must be addresses, ranges such as 10.0.0.0/8, loopback or private, separated by commas."
    private static let pairs =
        "it must be pairs such as drop.example.org=ravenzero, separated by commas, of dialects that are served."
    private static let url = "it must be http:// or https:// followed by a host name, without a path."

    @Test(arguments: [
        ("COFFER_PORT", "80a", "it must be a whole number from 0 to 65535."),
        ("COFFER_PORT", "65536", "it must be a whole number from 0 to 65535."),
        ("COFFER_PORT", "-1", "it must be a whole number from 0 to 65535."),
        ("COFFER_DIALECTS", "ravenzero,other", "it must be a list of ravenzero, hushfile, skysend, hashdrop, heaper."),
        ("COFFER_DIALECTS", ",", "it must be a list of ravenzero, hushfile, skysend, hashdrop, heaper."),
        ("COFFER_HOSTS", "drop.test", pairs),
        ("COFFER_HOSTS", "drop.test=other", pairs),
        ("COFFER_BASE_URL", "drop.example.org", url),
        ("COFFER_BASE_URL", "ftp://drop.example.org", url),
        ("COFFER_BASE_URL", "https://drop.example.org/path", url),
        ("COFFER_BASE_URL", "https://user@drop.example.org", url),
        ("COFFER_TRUSTED_PROXIES", "10.0.0.0/33", addresses),
        ("COFFER_LOG_LEVEL", "loud", "it must be one of trace, debug, info, notice, warning, error, critical."),
        ("COFFER_SHUTDOWN_TIMEOUT", "0", "it must be a whole number from 1 to 3600."),
        ("COFFER_INLINE_BYTES", "1e3", "it must be a whole number from 0 to 1048576."),
        ("COFFER_RAVENZERO_UPLOAD_RATE_LIMIT", "often", "it must be a rate limit such as 30/hour, or off."),
        ("COFFER_RAVENZERO_MAX_FILE_SIZE", "10MB", "it must be a whole number from 1 to 1099511627776."),
        ("COFFER_RAVENZERO_ALLOWED_MIME_TYPES", "image/png", "it must be a JSON array of media types."),
        ("COFFER_RAVENZERO_FORM_ERROR_STATUS", "418", "it must be 400 or 422."),
        ("COFFER_HUSHFILE_EXPOSE_IP", "maybe", "it must be full, truncated or none."),
        ("COFFER_HUSHFILE_MAX_RETENTION_HOURS", "", "it must be a whole number from 0 to 876000."),
    ])
    func malformedVariableStopsTheStartWithOneSentence(name: String, value: String, expectation: String) async {
        #expect(await sentence(environment: [name: value]) == "\(name) is “\(value)”; \(expectation)")
    }

    @Test func malformedFlagIsNamedAsItWasTyped() async {
        #expect(
            await sentence(flags: ["log_level": "loud"])
                == "--log-level is “loud”; it must be one of trace, debug, info, notice, warning, error, critical."
        )
    }

    @Test(arguments: [
        (#"{"port": "x"}"#, "“port” in %/coffer.json is “x”; it must be a whole number from 0 to 65535."),
        (#"{"port": 1.5}"#, "“port” in %/coffer.json is “1.5”; it must be a whole number from 0 to 65535."),
        (#"{"port": true}"#, "“port” in %/coffer.json is “true”; it must be a whole number from 0 to 65535."),
        (
            #"{"hushfile": {"expose_ip": "some"}}"#,
            "“hushfile.expose_ip” in %/coffer.json is “some”; it must be full, truncated or none."
        ),
        ("[]", "The configuration file %/coffer.json is not a JSON object."),
        ("{", "The configuration file %/coffer.json is not a JSON object."),
    ])
    func malformedFileStopsTheStartWithOneSentence(file: String, expected: String) async {
        #expect(await sentence(file: file) == expected.replacing("%", with: directory.path))
    }

    @Test func missingFileStopsTheStart() async {
        #expect(
            await sentence(flags: ["config": "/nowhere/coffer.json"])
                == "The configuration file /nowhere/coffer.json cannot be read."
        )
    }

    @Test func misspeltNamesAreTold() async throws {
        let settings = try await settings(
            environment: ["COFFER_PROT": "1", "COFFER_HUSHFILE_NOPE": "1", "OTHER": "1", "COFFER_PORT": "5"],
            file: #"{"prot": 1, "ravenzero": {"max_file_sise": 1}, "host": "127.0.0.1"}"#
        )
        let file = "\(directory.path)/coffer.json"
        #expect(
            settings.unknownNames == [
                "COFFER_HUSHFILE_NOPE", "COFFER_PROT", "prot in \(file)", "ravenzero.max_file_sise in \(file)",
            ]
        )
    }

    @Test func emptyDataDirectoryIsRefused() async {
        #expect(await sentence(environment: ["COFFER_DATA": ""]) == "The data directory must not be empty.")
    }
}
