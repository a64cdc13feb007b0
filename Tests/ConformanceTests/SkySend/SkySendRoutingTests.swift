import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: routes and service switch", .serialized, .timeLimit(.minutes(20)))
struct SkySendRoutingTests {
    static let unknown: [(String, String)] = [
        ("GET", "/api/nothing"), ("POST", "/api/nothing"),
        ("GET", "/api/config/"), ("GET", "/api/config/x"), ("POST", "/api/config"), ("PUT", "/api/config"),
        ("DELETE", "/api/config"), ("PATCH", "/api/config"), ("GET", "/api/health/"), ("POST", "/api/health"),
        ("GET", "/api/quota/"), ("POST", "/api/quota"), ("GET", "/api/Config"),
        ("GET", "/api/upload"), ("PUT", "/api/upload"), ("DELETE", "/api/upload"), ("POST", "/api/upload/"),
        ("GET", "/api/upload/init"), ("POST", "/api/upload/init/"), ("GET", "/api/upload/x"), ("PUT", "/api/upload/x"),
        ("POST", "/api/upload/x"), ("DELETE", "/api/upload/x/"), ("GET", "/api/upload/x/chunk?index=0"),
        ("PUT", "/api/upload/x/chunk?index=0"), ("POST", "/api/upload/x/chunk/?index=0"),
        ("POST", "/api/upload/x/chunks"), ("GET", "/api/upload/x/finalize"), ("POST", "/api/upload/x/finalize/"),
        ("POST", "/api/upload/x/status"), ("POST", "/api/upload/ws"), ("GET", "/api/upload/ws/"),
        ("GET", "/api/meta/x"), ("POST", "/api/meta"), ("POST", "/api/meta/"), ("POST", "/api/meta/x/"),
        ("POST", "/api/info/x"), ("GET", "/api/info"), ("GET", "/api/info/"), ("GET", "/api/info/x/"),
        ("DELETE", "/api/info/x"), ("POST", "/api/exists/x"), ("GET", "/api/exists/"), ("GET", "/api/exists/x/y"),
        ("POST", "/api/download/x"), ("GET", "/api/download"), ("GET", "/api/download/x/"),
        ("GET", "/api/password/x"), ("POST", "/api/password"), ("POST", "/api/password/x/"),
        ("GET", "/api/note"), ("PUT", "/api/note"), ("POST", "/api/note/"), ("POST", "/api/note/x"),
        ("PUT", "/api/note/x"), ("GET", "/api/note/x/"), ("GET", "/api/note/x/view"), ("POST", "/api/note/x/view/"),
        ("GET", "/api/note/x/password"), ("POST", "/api/note/x/meta"), ("DELETE", "/api/note"),
        ("GET", "/auth/login"), ("GET", "/auth/callback"), ("GET", "/auth/logout"), ("GET", "/auth/session"),
        ("POST", "/auth/login"),
    ]

    @Test
    func unknownPathAndWrongMethodAre404() async throws {
        try await SkySendClient.run { client in
            for (method, target) in Self.unknown {
                let body: [UInt8]? = ["POST", "PUT", "PATCH"].contains(method) ? Array("{}".utf8) : nil
                let response = try await client.server.send(method, target, body: body)
                #expect(response.status == 404, "\(method) \(target)")
                #expect(response.text == #"{"error":"Not found"}"#, "\(method) \(target)")
                #expect(response.header("content-type") == "application/json", "\(method) \(target)")
                #expect(response.header("cache-control") == "no-store", "\(method) \(target)")
            }
        }
    }

    @Test
    func headOfAnUnknownPathHasNoBody() async throws {
        try await SkySendClient.run { client in
            let response = try await client.server.send("HEAD", "/api/nothing")
            #expect(response.status == 404)
            #expect(response.header("content-type") == "application/json")
        }
    }

    // MARK: Service switch

    static let files: [(String, String)] = [
        ("GET", "/api/info/x"), ("GET", "/api/exists/x"), ("POST", "/api/password/x"), ("POST", "/api/meta/x"),
        ("GET", "/api/download/x"), ("POST", "/api/upload"), ("POST", "/api/upload/init"),
        ("POST", "/api/upload/x/chunk?index=0"), ("POST", "/api/upload/x/finalize"), ("GET", "/api/upload/x/status"),
        ("DELETE", "/api/upload/x"), ("GET", "/api/quota"), ("GET", "/api/upload/nothing/at/all"),
        ("HEAD", "/api/info/x"),
    ]
    static let notes: [(String, String)] = [
        ("POST", "/api/note"), ("GET", "/api/note/x"), ("POST", "/api/note/x/view"), ("POST", "/api/note/x/password"),
        ("DELETE", "/api/note/x"), ("GET", "/api/note/nothing/at/all"), ("HEAD", "/api/note/x"),
    ]

    private static func expectDisabled(
        _ requests: [(String, String)],
        _ error: String,
        _ client: SkySendClient
    ) async throws {
        for (method, target) in requests {
            let body: [UInt8]? = method == "POST" ? Array("{}".utf8) : nil
            let response = try await client.server.send(method, target, body: body)
            #expect(response.status == 403, "\(method) \(target)")
            #expect(response.header("content-type") == "application/json")
            #expect(response.header("x-ratelimit-limit") != nil)
            if method != "HEAD" { #expect(response.text == #"{"error":"\#(error)"}"#, "\(method) \(target)") }
        }
    }

    @Test
    func disabledFilesAre403() async throws {
        try await SkySendClient.run(["ENABLED_SERVICES": "note"]) { client in
            try await Self.expectDisabled(Self.files, "File service is disabled", client)
            let id = try await client.note()
            #expect(try await client.view(id).status == 200)
        }
    }

    @Test
    func disabledNotesAre403() async throws {
        try await SkySendClient.run(["ENABLED_SERVICES": "file"]) { client in
            try await Self.expectDisabled(Self.notes, "Note service is disabled", client)
            let id = try await client.file([1])
            try await client.download(id).expectFile([1])
        }
    }

    @Test
    func rateLimitStandsBeforeTheSwitch() async throws {
        try await SkySendClient.run(["ENABLED_SERVICES": "note", "RATE_LIMIT_MAX": "1"]) { client in
            try await client.info("x").expectFailure(403, "File service is disabled")
            try await client.info("x").expectFailure(429, "Too many requests")
        }
    }

    // MARK: Oddities

    @Test
    func bodiesOfRequestsThatNeedNoneAreIgnored() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1])
            let body = Array("{}".utf8)
            #expect(try await client.server.send("GET", "/api/info/\(id)", body: body).status == 200)
            let owner = SkySendClient.ownerHeader(SkySendClient.owner)
            let response = try await client.server.send("DELETE", "/api/upload/\(id)", headers: owner, body: body)
            response.expectJSON(200, #"{"ok":true}"#)
        }
    }

    @Test
    func deeplyNestedBodyIsABadBody() async throws {
        try await SkySendClient.run { client in
            let nested = String(repeating: "[", count: 100_000)
            let note = try await client.post("/api/note", nested)
            #expect(note.status == 400, "\(note.status)")
            #expect(note.skySendError != nil)
            let unknown = #"{"x":"# + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}"
            let password = try await client.post("/api/password/\(SkySendClient.unknownID)", unknown)
            #expect(password.status == 400, "\(password.status)")
            #expect(try await client.server.get("/api/health").status == 200)
        }
    }
}
