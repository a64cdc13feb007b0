import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: GET /api/config", .serialized, .timeLimit(.minutes(20)))
struct SkySendConfigTests {
    static let expires: JSONValue = [300, 3600, 86400, 604_800]
    static let downloads: JSONValue = [1, 2, 3, 4, 5, 10, 20, 50, 100]
    static let branding: [String: JSONValue] = [
        "customTitle": "SkySend", "customColor": nil, "customLogo": nil, "customPrivacy": nil, "customLegal": nil,
        "customLinkUrl": nil, "customLinkName": nil, "customReportUrl": nil, "defaultTheme": "system",
        "defaultColorScheme": "system", "defaultTab": "file",
    ]
    static let files: [String: JSONValue] = [
        "maxFileSize": 2_147_483_648, "maxFilesPerUpload": 32, "expireOptions": expires, "defaultExpire": 86400,
        "downloadOptions": downloads, "defaultDownload": 1,
        "fileMaxSize": 2_147_483_648, "fileMaxFilesPerUpload": 32, "fileExpireOptions": expires,
        "fileDefaultExpire": 86400, "fileDownloadOptions": downloads, "fileDefaultDownload": 1,
        "fileUploadQuotaBytes": 0, "fileUploadQuotaWindow": 86400, "fileUploadConcurrentChunks": 3,
        "fileUploadSpeedLimit": 0, "fileUploadWs": true,
    ]
    static let notes: [String: JSONValue] = [
        "noteMaxSize": 1_048_576, "noteExpireOptions": expires, "noteDefaultExpire": 86400,
        "noteViewOptions": [0, 1, 2, 3, 5, 10, 20, 50, 100], "noteDefaultViews": 0,
    ]
    static let policy: [String: JSONValue] = [
        "enabledServices": ["file", "note"], "forceFilePassword": false, "forceNotePassword": false,
        "oidcEnabled": false, "oidcProtectFiles": false, "oidcProtectNotes": false, "fileRequestsEnabled": false,
        "forceRequestPassword": false, "oidcProtectRequests": false,
    ]

    private static func config(_ client: SkySendClient) async throws -> [String: JSONValue] {
        let response = try await client.server.get("/api/config")
        #expect(response.status == 200)
        #expect(response.header("content-type") == "application/json")
        #expect(response.header("cache-control") == "no-store")
        return try #require(response.skySendMembers, "\(response.text)")
    }

    @Test
    func defaultsAreSentUnderBothSetsOfNames() async throws {
        try await SkySendClient.run { client in
            var config = try await Self.config(client)
            let blocks = config.removeValue(forKey: "noteBlocks")
            #expect(blocks == true || blocks == false)
            let all = Self.branding.merging(Self.files) { $1 }.merging(Self.notes) { $1 }.merging(Self.policy) { $1 }
            for (name, value) in all { #expect(config[name] == value, "\(name)") }
            #expect(Set(config.keys) == Set(all.keys))
        }
    }

    @Test
    func blocksArePromisedExactlyWhenTheyAreAccepted() async throws {
        try await SkySendClient.run { client in
            let promised = try await Self.config(client)["noteBlocks"]
            let answer = try await client.createNote(["contentType": "blocks"])
            #expect(promised == .bool(answer.status == 201))
        }
    }

    static let settings: [(String, String, [String: JSONValue])] = [
        ("FILE_MAX_SIZE", "5KB", ["maxFileSize": 5120, "fileMaxSize": 5120]),
        ("FILE_MAX_SIZE", "3GB", ["maxFileSize": 3_221_225_472, "fileMaxSize": 3_221_225_472]),
        ("FILE_MAX_FILES_PER_UPLOAD", "7", ["maxFilesPerUpload": 7, "fileMaxFilesPerUpload": 7]),
        ("FILE_EXPIRE_OPTIONS_SEC", "60,86400", ["expireOptions": [60, 86400], "fileExpireOptions": [60, 86400]]),
        ("FILE_DEFAULT_EXPIRE_SEC", "300", ["defaultExpire": 300, "fileDefaultExpire": 300]),
        ("FILE_DOWNLOAD_OPTIONS", "1,8", ["downloadOptions": [1, 8], "fileDownloadOptions": [1, 8]]),
        ("FILE_DEFAULT_DOWNLOAD", "10", ["defaultDownload": 10, "fileDefaultDownload": 10]),
        ("FILE_UPLOAD_QUOTA_BYTES", "2MB", ["fileUploadQuotaBytes": 2_097_152]),
        ("FILE_UPLOAD_QUOTA_WINDOW", "60", ["fileUploadQuotaWindow": 60]),
        ("FILE_UPLOAD_CONCURRENT_CHUNKS", "20", ["fileUploadConcurrentChunks": 20]),
        ("FILE_UPLOAD_SPEED_LIMIT", "1MB", ["fileUploadSpeedLimit": 1_048_576]),
        ("FILE_UPLOAD_WS", "false", ["fileUploadWs": false]),
        ("NOTE_MAX_SIZE", "2KB", ["noteMaxSize": 2048]),
        ("NOTE_EXPIRE_OPTIONS_SEC", "9,86400", ["noteExpireOptions": [9, 86400]]),
        ("NOTE_DEFAULT_EXPIRE_SEC", "3600", ["noteDefaultExpire": 3600]),
        ("NOTE_VIEW_OPTIONS", "0,4", ["noteViewOptions": [0, 4]]),
        ("NOTE_DEFAULT_VIEWS", "1", ["noteDefaultViews": 1]),
        ("FORCE_FILE_PASSWORD", "true", ["forceFilePassword": true]),
        ("FORCE_NOTE_PASSWORD", "true", ["forceNotePassword": true]),
        ("ENABLED_SERVICES", "note", ["enabledServices": ["note"]]),
        ("ENABLED_SERVICES", "file", ["enabledServices": ["file"]]),
        ("CUSTOM_TITLE", "Drop \"it\"", ["customTitle": "Drop \"it\""]),
        ("CUSTOM_COLOR", "3b82f6", ["customColor": "#3b82f6"]),
        ("CUSTOM_COLOR", "#3b82f6", ["customColor": "#3b82f6"]),
        ("CUSTOM_LOGO", "/logo.svg", ["customLogo": "/logo.svg"]),
        ("CUSTOM_LOGO", "https://cdn.example.org/l.png", ["customLogo": "https://cdn.example.org/l.png"]),
        ("CUSTOM_PRIVACY", "https://example.org/p", ["customPrivacy": "https://example.org/p"]),
        ("CUSTOM_LEGAL", "https://example.org/l", ["customLegal": "https://example.org/l"]),
        ("CUSTOM_LINK_URL", "https://example.org/u", ["customLinkUrl": "https://example.org/u"]),
        ("CUSTOM_LINK_NAME", "Help", ["customLinkName": "Help"]),
        ("CUSTOM_REPORT_URL", "https://example.org/r", ["customReportUrl": "https://example.org/r"]),
        ("DEFAULT_THEME", "dark", ["defaultTheme": "dark", "defaultColorScheme": "dark"]),
        ("DEFAULT_TAB", "sshkey", ["defaultTab": "sshkey"]),
        ("CUSTOM_TITLE", "", ["customTitle": "SkySend"]),
        ("FILE_MAX_SIZE", "", ["maxFileSize": 2_147_483_648]),
    ]

    @Test(arguments: settings)
    func settingShows(_ name: String, _ value: String, _ members: [String: JSONValue]) async throws {
        try await SkySendClient.run([name: value]) { client in
            let config = try await Self.config(client)
            for (member, expected) in members { #expect(config[member] == expected, "\(member)") }
        }
    }

    static let malformed: [(String, String)] = [
        ("FILE_MAX_SIZE", "12x"), ("FILE_MAX_SIZE", "-1"), ("FILE_MAX_FILES_PER_UPLOAD", "many"),
        ("FILE_EXPIRE_OPTIONS_SEC", "300,soon"), ("FILE_DEFAULT_EXPIRE_SEC", "301"), ("FILE_DEFAULT_DOWNLOAD", "7"),
        ("FILE_UPLOAD_CONCURRENT_CHUNKS", "0"), ("FILE_UPLOAD_CONCURRENT_CHUNKS", "21"),
        ("FILE_UPLOAD_WS", "perhaps"), ("FILE_UPLOAD_WS_MAX_BUFFER", "1KB"), ("NOTE_DEFAULT_VIEWS", "7"),
        ("NOTE_DEFAULT_EXPIRE_SEC", "1"), ("ENABLED_SERVICES", "file,mail"), ("CUSTOM_COLOR", "red"),
        ("CUSTOM_COLOR", "#12345"), ("CUSTOM_PRIVACY", "not a url"), ("DEFAULT_THEME", "blue"),
        ("DEFAULT_TAB", "mail"), ("RATE_LIMIT_MAX", "often"), ("RATE_LIMIT_WINDOW", "1 minute"),
        ("CUSTOM_LINK_NAME", String(repeating: "x", count: 51)),
    ]

    @Test(arguments: malformed)
    func malformedSettingStopsTheStart(_ name: String, _ value: String) async throws {
        await #expect(throws: (any Error).self) {
            try await SkySendClient.run([name: value]) { _ in }
        }
    }

    @Test
    func headAnswersLikeGetWithoutABody() async throws {
        try await SkySendClient.run { client in
            let get = try await client.server.get("/api/config")
            let head = try await client.server.send("HEAD", "/api/config")
            #expect(head.status == 200)
            #expect(head.header("content-type") == "application/json")
            #expect(head.header("cache-control") == "no-store")
            #expect(
                head.header("content-length") == nil || head.header("content-length") == get.header("content-length")
            )
        }
    }
}
