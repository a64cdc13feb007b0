import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: POST /api/file", .serialized, .timeLimit(.minutes(20)))
struct HushfileInitiateTests {
    /// A body with its content type; nil sends no such header.
    struct Body: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let type: String?
        let bytes: [UInt8]?

        init(_ name: String, _ type: String?, _ text: String?) {
            testDescription = name
            self.type = type
            bytes = text.map { Array($0.utf8) }
        }

        init(_ name: String, _ form: MultipartBody) {
            testDescription = name
            type = form.contentType
            bytes = form.bytes
        }

        func send(to server: TestServer) async throws -> TestResponse {
            let headers = type.map { [("Content-Type", $0)] } ?? []
            return try await server.send("POST", "/api/file", headers: headers, body: bytes)
        }
    }

    /// One value of a field in JSON, and what `info` shows of it; nil when it must be refused.
    struct Value: Sendable, CustomTestStringConvertible {
        let json: String
        let shown: JSONValue?

        init(_ json: String, _ shown: JSONValue?) {
            self.json = json
            self.shown = shown
        }

        var testDescription: String { json }
    }

    static let json = "application/json"
    static let form = "application/x-www-form-urlencoded"
    static let lastMoment: JSONValue = 1_700_086_400

    static let accepted: [Body] = [
        Body("JSON, empty object", json, "{}"),
        Body("JSON with charset", "application/json; charset=utf-8", "{}"),
        Body("JSON type in capitals", "Application/JSON", "{}"),
        Body("JSON with white space", json, " {\r\n } \n"),
        Body("JSON with unknown fields", json, #"{"colour":"red","nested":{"limit":0},"chunks":[1,2]}"#),
        Body("JSON with nulls", json, #"{"deletepassword":null,"expire":null,"limit":null}"#),
        Body("JSON with empty texts", json, #"{"deletepassword":"","expire":"","limit":""}"#),
        Body("multipart with an unknown field", MultipartBody().field("colour", "red")),
        Body(
            "multipart with empty fields",
            MultipartBody().field("deletepassword", "").field("expire", "").field("limit", "")
        ),
        Body("urlencoded", form, "colour=red"),
        Body("urlencoded with empty fields", form, "deletepassword=&expire=&limit="),
        Body("urlencoded without a byte", form, ""),
        Body("no content type and no body", nil, nil),
        Body("no content type and length 0", nil, ""),
    ]

    @Test(arguments: accepted)
    func bodyWithoutFieldsIs200WithIdAndPassword(_ body: Body) async throws {
        try await TestServer.run { server in
            let response = try await body.send(to: server)
            let upload = try HushfileClient(server: server).upload(from: response)
            response.expect(200, ["id": .string(upload.id), "uploadpassword": .string(upload.password)])
            #expect(upload.id.utf8.count == 30)
            #expect(upload.password.utf8.count == 80)
            #expect((upload.id + upload.password).utf8.allSatisfy(Self.isLowerHex))
            let info = try await HushfileClient(server: server).info(upload.id)
            #expect(info["limit"] == .null)
            #expect(info["expire"] == .integer(server.clock.now.seconds + 86400))
        }
    }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    static let refused: [Body] = [
        Body("plain text", "text/plain", "{}"),
        Body("octets", "application/octet-stream", "{}"),
        Body("another multipart", "multipart/mixed; boundary=x", "--x--\r\n"),
        Body("a body without a type", nil, "{}"),
        Body("a type that is none", "json", "{}"),
        Body("multipart without boundary", "multipart/form-data", "--x--\r\n"),
        Body(
            "multipart cut short",
            MultipartBody().field("limit", "5").contentType,
            "--\(MultipartBody.boundary)\r\nContent-Disposition: form-data; name=\"limit\"\r\n\r\n5"
        ),
        Body("JSON type without a byte", json, ""),
        Body("JSON cut short", json, #"{"limit":5"#),
        Body("JSON with single quotes", json, "{'limit':5}"),
        Body("JSON followed by text", json, #"{"limit":5}x"#),
        Body("JSON array", json, "[]"),
        Body("JSON text", json, #""limit""#),
        Body("JSON number", json, "5"),
        Body("JSON null", json, "null"),
        Body("JSON true", json, "true"),
        Body("JSON nested 100,000 deep", json, String(repeating: "[", count: 100_000)),
    ]

    @Test(arguments: refused)
    func unreadableBodyIs400(_ body: Body) async throws {
        try await TestServer.run { server in
            let response = try await body.send(to: server)
            response.expect(400, HushfileBody.badRequest(""))
        }
    }

    @Test
    func bytesThatAreNoUTF8InJSONAre400() async throws {
        try await TestServer.run { server in
            let body = Array(#"{"deletepassword":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)
            let headers = [("Content-Type", Self.json)]
            let response = try await server.send("POST", "/api/file", headers: headers, body: body)
            response.expect(400, HushfileBody.badRequest(""))
        }
    }

    static let limits: [Value] = [
        Value("1", 1),
        Value("5", 5),
        Value("9007199254740992", 9_007_199_254_740_992),
        Value(#""1""#, 1),
        Value(#""9007199254740992""#, 9_007_199_254_740_992),
        Value("null", .null),
        Value(#""""#, .null),
        Value("0", nil),
        Value("-1", nil),
        Value("1.5", nil),
        Value("0.5", nil),
        Value("9007199254740993", nil),
        Value("1e300", nil),
        Value(#""0""#, nil),
        Value(#""-1""#, nil),
        Value(#""1.5""#, nil),
        Value(#""five""#, nil),
        Value(#""5 downloads""#, nil),
        Value(#""0x5""#, nil),
        Value(#""9007199254740993""#, nil),
        Value(#""99999999999999999999""#, nil),
        Value("true", nil),
        Value("false", nil),
        Value("[5]", nil),
        Value("{}", nil),
    ]

    static let expiries: [Value] = [
        Value("1700000001", 1_700_000_001),
        Value("1700000001.9", 1_700_000_001),
        Value("1700086400", lastMoment),
        Value(#""1700000100""#, 1_700_000_100),
        Value("null", lastMoment),
        Value(#""""#, lastMoment),
        Value("1700086401", lastMoment),
        Value("9223372036854775807", lastMoment),
        Value("1e300", lastMoment),
        Value(#""1900000000""#, lastMoment),
        Value(#""99999999999999999999""#, lastMoment),
        Value("1700000000", nil),
        Value("1700000000.9", nil),
        Value("1699999999", nil),
        Value("0", nil),
        Value("-1", nil),
        Value("-1e300", nil),
        Value(#""1700000000""#, nil),
        Value(#""-1""#, nil),
        Value(#""tomorrow""#, nil),
        Value(#""1700000100 s""#, nil),
        Value(#""0x6553F164""#, nil),
        Value("true", nil),
        Value("[1700000100]", nil),
        Value("{}", nil),
    ]

    @Test(arguments: limits)
    func limitInJSONIsKeptOrRefused(_ value: Value) async throws {
        try await expect("limit", value)
    }

    @Test(arguments: expiries)
    func expiryInJSONIsKeptClampedOrRefused(_ value: Value) async throws {
        try await expect("expire", value)
    }

    private func expect(_ field: String, _ value: Value) async throws {
        try await TestServer.run(clock: ManualClock(HushfileClient.start)) { server in
            let response = try await Body("", Self.json, "{\"\(field)\":\(value.json)}").send(to: server)
            guard let shown = value.shown else { return response.expectError(400, fileid: "") }
            #expect(response.status == 200, "\(response.text)")
            let client = HushfileClient(server: server)
            let info = try await client.info(client.upload(from: response).id)
            #expect(info[field] == shown)
        }
    }

    /// The values that JSON writes as texts or numbers, as a form writes them.
    static let formValues: [(field: String, value: String, shown: JSONValue?)] = [
        ("limit", "1", 1), ("limit", "9007199254740992", 9_007_199_254_740_992), ("limit", "", .null),
        ("limit", "0", nil), ("limit", "-1", nil), ("limit", "1.5", nil), ("limit", "many", nil),
        ("limit", "9007199254740993", nil),
        ("expire", "1700000100", 1_700_000_100), ("expire", "1900000000", lastMoment), ("expire", "", lastMoment),
        ("expire", "1700000000", nil), ("expire", "0", nil), ("expire", "-5", nil), ("expire", "soon", nil),
    ]

    @Test(arguments: formValues)
    func formFieldIsKeptOrRefusedInBothEncodings(field: String, value: String, shown: JSONValue?) async throws {
        try await TestServer.run(clock: ManualClock(HushfileClient.start)) { server in
            let bodies = [
                Body("multipart", MultipartBody().field(field, value)),
                Body("urlencoded", Self.form, "\(field)=\(value)"),
            ]
            for body in bodies {
                let response = try await body.send(to: server)
                guard let shown else {
                    response.expectError(400, fileid: "")
                    continue
                }
                #expect(response.status == 200, "\(body.testDescription): \(response.text)")
                let client = HushfileClient(server: server)
                #expect(try await client.info(client.upload(from: response).id)[field] == shown)
            }
        }
    }

    @Test
    func withoutMaximumRetentionExpiryIsNullOrAsGiven() async throws {
        let settings = ["COFFER_HUSHFILE_MAX_RETENTION_HOURS": "0"]
        try await TestServer.run(settings, clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let endless = try await client.initiate()
            #expect(try await client.info(endless.id)["expire"] == .null)
            let distant = try await client.initiate(["expire": 4_102_444_800])
            #expect(try await client.info(distant.id)["expire"] == 4_102_444_800)
        }
    }

    @Test
    func shorterMaximumRetentionClampsExpiry() async throws {
        let settings = ["COFFER_HUSHFILE_MAX_RETENTION_HOURS": "2"]
        try await TestServer.run(settings, clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(["expire": 1_700_010_000])
            #expect(try await client.info(upload.id)["expire"] == 1_700_007_200)
        }
    }

    static let passwords = [
        "secret", " ", "0", "p&ä=s+s%41?#/", "🙂", String(repeating: "a", count: 1024),
        String(repeating: "é", count: 512),
    ]

    @Test(arguments: passwords)
    func deletePasswordOfAnyTextUpTo1024BytesDeletes(_ password: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let bodies = [
                Body("JSON", Self.json, "{\"deletepassword\":\"\(password)\"}"),
                Body("multipart", MultipartBody().field("deletepassword", password)),
                Body("urlencoded", Self.form, "deletepassword=" + HushfileClient.percentEncoded(password)),
            ]
            for body in bodies {
                let upload = try client.upload(from: await body.send(to: server))
                let response = try await client.delete(upload.id, password: password)
                response.expect(200, ["fileid": .string(upload.id), "deleted": true])
            }
        }
    }

    static let refusedPasswords = [
        "\"" + String(repeating: "a", count: 1025) + "\"",
        "\"" + String(repeating: "é", count: 513) + "\"",
        "5", "true", "false", "[]", "{}", #"["secret"]"#,
    ]

    @Test(arguments: refusedPasswords)
    func deletePasswordThatIsTooLongOrNoTextIs400(_ json: String) async throws {
        try await TestServer.run { server in
            let response = try await Body("", Self.json, "{\"deletepassword\":\(json)}").send(to: server)
            response.expectError(400, fileid: "")
        }
    }

    @Test
    func tooLongDeletePasswordInFormsIs400() async throws {
        try await TestServer.run { server in
            let password = String(repeating: "a", count: 1025)
            for body in [
                Body("multipart", MultipartBody().field("deletepassword", password)),
                Body("urlencoded", Self.form, "deletepassword=\(password)"),
            ] {
                try await body.send(to: server).expectError(400, fileid: "")
            }
        }
    }

    @Test(arguments: ["{}", #"{"deletepassword":null}"#, #"{"deletepassword":""}"#])
    func withoutDeletePasswordNothingDeletes(_ fields: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try client.upload(from: await Body("", Self.json, fields).send(to: server))
            for password in ["", "null", upload.password] {
                let response = try await client.delete(upload.id, password: password)
                response.expect(403, HushfileBody.notDeleted(upload.id))
            }
        }
    }

    @Test
    func allFieldsTogetherAreKept() async throws {
        try await TestServer.run(clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let form = MultipartBody().field("deletepassword", "secret").field("expire", "1700000060").field(
                "limit",
                "3"
            )
            let upload = try client.upload(from: await client.post("/api/file", form))
            let info = try await client.info(upload.id)
            #expect(info["expire"] == 1_700_000_060)
            #expect(info["limit"] == 3)
            #expect(try await client.delete(upload.id, password: "secret").status == 200)
        }
    }

    @Test
    func bodyOfExactlyOneMiBIsRead() async throws {
        try await TestServer.run { server in
            let padding = String(repeating: " ", count: 1024 * 1024 - 2)
            let response = try await Body("", Self.json, "{\(padding)}").send(to: server)
            #expect(response.status == 200)
        }
    }

    @Test
    func declaredBodyAboveOneMiBIs413BeforeItIsSent() async throws {
        try await TestServer.run { server in
            try await TestConnection.open(port: server.port) { connection in
                let headers = [("Content-Type", Self.json), ("Content-Length", "1048577")]
                try await connection.write(server.head("POST", "/api/file", headers: headers))
                try await connection.readResponse().expectError(413, fileid: "")
            }
        }
    }

    @Test(arguments: [json, form, MultipartBody().contentType])
    func streamedBodyAboveOneMiBIs413(_ type: String) async throws {
        try await TestServer.run { server in
            try await TestConnection.open(port: server.port) { connection in
                let headers = [("Content-Type", type), ("Transfer-Encoding", "chunked")]
                try await connection.write(server.head("POST", "/api/file", headers: headers))
                // For multipart this is a preamble, for a form one long name: only the size is wrong.
                let text = String(repeating: " ", count: 1024 * 1024 + 1)
                try await connection.write("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
                try await connection.readResponse().expectError(413, fileid: "")
            }
        }
    }

    @Test
    func parallelUploadsGetDifferentIdsAndPasswords() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let uploads = try await client.parallel(64) { _ in try await client.initiate() }
            #expect(Set(uploads.map(\.id)).count == 64)
            #expect(Set(uploads.map(\.password)).count == 64)
        }
    }
}
