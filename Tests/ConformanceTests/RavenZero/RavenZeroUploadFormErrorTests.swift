import CofferTesting
import Testing

@Suite("Raven Zero: form errors of POST /upload/", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroUploadFormErrorTests {
    static let fileMissing = #"{"type":"missing","loc":["body","file"],"msg":"Field required","input":null}"#

    static func fileIsText(_ text: String) -> String {
        """
        {"type":"value_error","loc":["body","file"],\
        "msg":"Value error, Expected UploadFile, received: <class 'str'>","input":"\(text)","ctx":{"error":{}}}
        """
    }

    static func tooSmall(_ field: String, _ input: String) -> String {
        """
        {"type":"greater_than_equal","loc":["body","\(field)"],\
        "msg":"Input should be greater than or equal to 1","input":"\(input)","ctx":{"ge":1}}
        """
    }

    static func tooLarge(_ field: String, _ input: String, _ most: Int) -> String {
        """
        {"type":"less_than_equal","loc":["body","\(field)"],\
        "msg":"Input should be less than or equal to \(most)","input":"\(input)","ctx":{"le":\(most)}}
        """
    }

    static func notAnInteger(_ field: String, _ input: String) -> String {
        """
        {"type":"int_parsing","loc":["body","\(field)"],\
        "msg":"Input should be a valid integer, unable to parse string as an integer","input":"\(input)"}
        """
    }

    static func body(_ problems: String...) -> String { #"{"detail":[\#(problems.joined(separator: ","))]}"# }

    static let goodFile = MultipartBody().file("file", filename: "a.txt", Array("hello".utf8))

    // MARK: The file

    @Test(
        arguments: [
            MultipartBody(),
            MultipartBody().field("uses", "2"),
            MultipartBody().file("File", filename: "a.txt", [65, 66]),
            MultipartBody().file("upload", filename: "a.txt", [65, 66]),
            MultipartBody().part("Content-Disposition: form-data; filename=\"a.txt\"", [65, 66]),
        ]
    )
    func formWithoutFileIsMissing(form: MultipartBody) async throws {
        try await RavenZeroClient.run { raven in
            RavenZeroClient.expect(try await raven.post(form), 400, Self.body(Self.fileMissing))
        }
    }

    @Test(
        arguments: [
            (MultipartBody().contentType, ""), ("", ""), ("", "hello"), ("application/json", #"{"file":"x"}"#),
            ("application/x-www-form-urlencoded", "note=1"), ("text/plain", "hello"), ("multipart", "hello"),
            ("application/octet-stream", "\u{0}\u{1}"),
        ]
    )
    func bodyThatIsEmptyOrNotMultipartIsMissing(type: String, text: String) async throws {
        try await RavenZeroClient.run { raven in
            let headers = type.isEmpty ? [] : [("Content-Type", type)]
            let response = try await raven.server.send("POST", "/upload/", headers: headers, body: Array(text.utf8))
            RavenZeroClient.expect(response, 400, Self.body(Self.fileMissing))
        }
    }

    @Test func requestWithoutAnyBodyIsMissing() async throws {
        try await RavenZeroClient.run { raven in
            RavenZeroClient.expect(try await raven.server.send("POST", "/upload/"), 400, Self.body(Self.fileMissing))
        }
    }

    @Test(arguments: [("hello", "hello"), ("", ""), ("p\u{E4}iv\u{E4} \"q\"\n", "p\u{E4}iv\u{E4} \\\"q\\\"\\n")])
    func fileWithoutFilenameIsAValueError(text: String, input: String) async throws {
        try await RavenZeroClient.run { raven in
            let form = MultipartBody().field("file", text)
            RavenZeroClient.expect(try await raven.post(form), 400, Self.body(Self.fileIsText(input)))
        }
    }

    @Test func lastFileFieldDecidesEvenWhenItIsText() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let form = Self.goodFile.field("file", "text")
            RavenZeroClient.expect(try await raven.post(form), 400, Self.body(Self.fileIsText("text")))
            try await raven.expectNoFiles()
        }
    }

    // MARK: The numbers

    @Test(
        arguments: [
            ("0", tooSmall("expiry", "0")), ("-1", tooSmall("expiry", "-1")), ("-0.0", tooSmall("expiry", "-0.0")),
            (" 0 ", tooSmall("expiry", " 0 ")), ("-99999999999999999999", tooSmall("expiry", "-99999999999999999999")),
            ("61", tooLarge("expiry", "61", 60)), ("+61", tooLarge("expiry", "+61", 60)),
            ("61.0", tooLarge("expiry", "61.0", 60)), ("1_000", tooLarge("expiry", "1_000", 60)),
            ("99999999999999999999", tooLarge("expiry", "99999999999999999999", 60)),
            ("abc", notAnInteger("expiry", "abc")), ("2.5", notAnInteger("expiry", "2.5")),
            ("0x2", notAnInteger("expiry", "0x2")), ("1 0", notAnInteger("expiry", "1 0")),
            ("+-1", notAnInteger("expiry", "+-1")), ("1__0", notAnInteger("expiry", "1__0")),
            ("_1", notAnInteger("expiry", "_1")), ("1_", notAnInteger("expiry", "1_")),
            ("ten", notAnInteger("expiry", "ten")), ("+", notAnInteger("expiry", "+")),
            ("10\u{E9}", notAnInteger("expiry", "10\u{E9}")), ("true", notAnInteger("expiry", "true")),
            ("\"5\"", notAnInteger("expiry", "\\\"5\\\"")),
        ]
    )
    func badExpiryIsDescribed(text: String, problem: String) async throws {
        try await RavenZeroClient.run { raven in
            RavenZeroClient.expect(try await raven.post(Self.goodFile.field("expiry", text)), 400, Self.body(problem))
        }
    }

    @Test(
        arguments: [
            ("0", tooSmall("uses", "0")), ("-3", tooSmall("uses", "-3")), ("6", tooLarge("uses", "6", 5)),
            ("5_0", tooLarge("uses", "5_0", 5)), ("6.0", tooLarge("uses", "6.0", 5)),
            ("abc", notAnInteger("uses", "abc")), ("2.5", notAnInteger("uses", "2.5")),
            ("0x2", notAnInteger("uses", "0x2")), ("null", notAnInteger("uses", "null")),
        ]
    )
    func badUsesIsDescribed(text: String, problem: String) async throws {
        try await RavenZeroClient.run { raven in
            RavenZeroClient.expect(try await raven.post(Self.goodFile.field("uses", text)), 400, Self.body(problem))
        }
    }

    // MARK: Several problems

    static let severalProblems = MultipartBody().field("uses", "9").field("expiry", "x")
    static let severalProblemsBody = body(fileMissing, notAnInteger("expiry", "x"), tooLarge("uses", "9", 5))

    @Test func problemsAreListedInTheOrderFileExpiryUses() async throws {
        try await RavenZeroClient.run { raven in
            RavenZeroClient.expect(try await raven.post(Self.severalProblems), 400, Self.severalProblemsBody)
            let form = MultipartBody().field("uses", "0").field("file", "t").field("expiry", "61")
            RavenZeroClient.expect(
                try await raven.post(form),
                400,
                Self.body(Self.fileIsText("t"), Self.tooLarge("expiry", "61", 60), Self.tooSmall("uses", "0"))
            )
        }
    }

    @Test(arguments: [("400", 400), ("422", 422)])
    func statusOfFormErrorsIsASetting(setting: String, status: Int) async throws {
        try await RavenZeroClient.run(["COFFER_RAVENZERO_FORM_ERROR_STATUS": setting]) { raven in
            RavenZeroClient.expect(try await raven.post(Self.severalProblems), status, Self.severalProblemsBody)
            // Broken multipart and content errors are 400 whatever the setting says.
            RavenZeroClient.expect(try await raven.post(raw: Array("junk".utf8)), 400, RavenZeroClient.parseError)
            RavenZeroClient.expect(try await raven.upload([]), 400, #"{"detail":"File is empty"}"#)
        }
    }

    @Test func formErrorLeavesNothingAndTheConnectionUsable() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let bad = MultipartBody().file("file", filename: "a.bin", RavenZeroClient.noise(300_000)).field("uses", "7")
            let headers = [("Content-Type", bad.contentType)]
            try await TestConnection.open(port: raven.server.port) { connection in
                let head = raven.server.head("POST", "/upload/", headers: headers, body: bad.bytes)
                try await connection.write(head)
                try await connection.write(bad.bytes)
                let response = try await connection.readResponse()
                RavenZeroClient.expect(response, 400, Self.body(Self.tooLarge("uses", "7", 5)))
                try await raven.expectNoFiles()
                let good = Self.goodFile.bytes
                try await connection.write(raven.server.head("POST", "/upload/", headers: headers, body: good))
                try await connection.write(good)
                #expect(try await connection.readResponse().status == 201)
            }
        }
    }

    // MARK: Broken multipart

    @Test(arguments: ["multipart/form-data", "multipart/form-data; charset=utf-8", "multipart/form-data;"])
    func missingBoundaryIs400(type: String) async throws {
        try await RavenZeroClient.run { raven in
            let body = Self.goodFile.bytes
            let response = try await raven.server.send(
                "POST",
                "/upload/",
                headers: [("Content-Type", type)],
                body: body
            )
            RavenZeroClient.expect(response, 400, RavenZeroClient.detail("Missing boundary in multipart."))
        }
    }

    static let boundary = MultipartBody.boundary
    static let fileHead = "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\""

    @Test(
        arguments: [
            // No delimiter at all.
            "junk",
            "--another\r\n\(fileHead)\r\n\r\nhello\r\n--another--\r\n",
            // No final delimiter.
            "--\(boundary)\r\n\(fileHead)\r\n\r\nhello",
            "--\(boundary)\r\n\(fileHead)\r\n\r\nhello\r\n--\(boundary)\r\n",
            "--\(boundary)\r\n\(fileHead)\r\n\r\nhello\r\n--\(boundary)",
            "--\(boundary)\r\n\(fileHead)\r\n",
            "--\(boundary)\r\n",
            // LF instead of CRLF.
            "--\(boundary)\n\(fileHead)\n\nhello\n--\(boundary)--\n",
            "--\(boundary)\r\n\(fileHead)\n\r\nhello\r\n--\(boundary)--\r\n",
            // Broken part heads.
            "--\(boundary)\r\nContent-Disposition form-data\r\n\r\nhello\r\n--\(boundary)--\r\n",
            "--\(boundary)\r\n: form-data\r\n\r\nhello\r\n--\(boundary)--\r\n",
            "--\(boundary)\r\n\(fileHead.dropLast())\u{0}\"\r\n\r\nhello\r\n--\(boundary)--\r\n",
            "--\(boundary)\r\n\(fileHead)\rX: y\r\n\r\nhello\r\n--\(boundary)--\r\n",
            "--\(boundary)\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\nhello\r\n--\(boundary)--\r\n",
        ]
    )
    func brokenMultipartIs400AndLeavesNothing(text: String) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let response = try await raven.post(raw: Array(text.utf8))
            RavenZeroClient.expect(response, 400, RavenZeroClient.parseError)
            try await raven.expectNoFiles()
        }
    }

    @Test func fileBeforeABrokenPartIsDropped() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let whole = MultipartBody().file("file", filename: "a.bin", RavenZeroClient.noise(500_000)).bytes
            let response = try await raven.post(raw: Array(whole.dropLast(10)))
            RavenZeroClient.expect(response, 400, RavenZeroClient.parseError)
            try await raven.expectNoFiles()
        }
    }

    static let mebibyte = 1024 * 1024

    @Test(arguments: ["expiry", "note", "file"])
    func fieldOverOneMebibyteIs400(name: String) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let text = String(repeating: "1", count: Self.mebibyte + 1)
            RavenZeroClient.expect(
                try await raven.post(Self.goodFile.field(name, text)),
                400,
                RavenZeroClient.detail("Part exceeded maximum size of 1024KB.")
            )
            try await raven.expectNoFiles()
        }
    }

    @Test func fieldOfOneMebibyteIsTaken() async throws {
        try await RavenZeroClient.run { raven async throws in
            let text = String(repeating: "1", count: Self.mebibyte)
            #expect(try await raven.post(Self.goodFile.field("note", text)).status == 201)
        }
    }

    @Test func thousandFieldsAreTaken() async throws {
        try await RavenZeroClient.run { raven async throws in
            let form = (0..<1000).reduce(MultipartBody()) { form, number in form.field("note\(number)", "x") }
            #expect(try await raven.post(form.file("file", filename: "a.txt", [65, 66])).status == 201)
        }
    }

    @Test func moreThanThousandFieldsAre400() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let form = (0..<1001).reduce(Self.goodFile) { form, number in form.field("note\(number)", "x") }
            RavenZeroClient.expect(
                try await raven.post(form),
                400,
                RavenZeroClient.detail("Too many fields. Maximum number of fields is 1000.")
            )
            try await raven.expectNoFiles()
        }
    }
}
