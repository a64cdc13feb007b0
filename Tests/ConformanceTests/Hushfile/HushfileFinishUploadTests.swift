import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: POST /api/file/{id}/finishupload", .serialized, .timeLimit(.minutes(20)))
struct HushfileFinishUploadTests {
    /// A way to say which chunks a file has; `PASSWORD` stands for the upload password.
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let type: String
        let body: String
        var query = ""

        static func json(_ name: String, _ body: String, query: String = "") -> Form {
            Form(testDescription: name, type: "application/json", body: body, query: query)
        }

        static func form(_ name: String, _ body: String, query: String = "") -> Form {
            Form(testDescription: name, type: "application/x-www-form-urlencoded", body: body, query: query)
        }

        static func multipart(_ name: String, _ fields: [(String, String)], query: String = "") -> Form {
            let form = fields.reduce(MultipartBody()) { $0.field($1.0, $1.1) }
            let body = String(decoding: form.bytes, as: UTF8.self)
            return Form(testDescription: name, type: form.contentType, body: body, query: query)
        }

        func send(to server: TestServer, _ upload: HushfileClient.Upload) async throws -> TestResponse {
            try await server.send(
                "POST",
                "/api/file/\(upload.id)/finishupload" + query.replacing("PASSWORD", with: upload.password),
                headers: [("Content-Type", type)],
                body: Array(body.replacing("PASSWORD", with: upload.password).utf8)
            )
        }
    }

    /// All of them name the chunks 0, 2 and 10.
    static let accepted: [Form] = [
        .json("array of integers", #"{"uploadpassword":"PASSWORD","chunks":[0,2,10]}"#),
        .json("array of texts", #"{"uploadpassword":"PASSWORD","chunks":["0","2","10"]}"#),
        .json("array of both", #"{"uploadpassword":"PASSWORD","chunks":[0,"2",10]}"#),
        .json("any order", #"{"chunks":[10,0,2],"uploadpassword":"PASSWORD"}"#),
        .json("duplicates", #"{"uploadpassword":"PASSWORD","chunks":[2,0,"2",10,10,0]}"#),
        .json("unknown members", #"{"uploadpassword":"PASSWORD","chunks":[0,2,10],"id":"x","finished":false}"#),
        .json("password in the query", #"{"chunks":[0,2,10]}"#, query: "?uploadpassword=PASSWORD"),
        .json("password in both", #"{"uploadpassword":"PASSWORD","chunks":[0,2,10]}"#, query: "?uploadpassword=x"),
        .multipart(
            "multipart, repeated chunks",
            [("chunks", "10"), ("uploadpassword", "PASSWORD"), ("chunks", "0"), ("chunks", "2")]
        ),
        .multipart(
            "multipart, repeated chunks[]",
            [("uploadpassword", "PASSWORD"), ("chunks[]", "0"), ("chunks[]", "2"), ("chunks[]", "10")]
        ),
        .multipart("multipart, JSON array", [("uploadpassword", "PASSWORD"), ("chunks", "[0,2,10]")]),
        .multipart("multipart, JSON array of texts", [("uploadpassword", "PASSWORD"), ("chunks", #"["0","2","10"]"#)]),
        .multipart("multipart, comma list", [("uploadpassword", "PASSWORD"), ("chunks", "0,2,10")]),
        .multipart("multipart, password in the query", [("chunks", "0,2,10")], query: "?uploadpassword=PASSWORD"),
        .form("urlencoded, repeated chunks", "uploadpassword=PASSWORD&chunks=0&chunks=2&chunks=10"),
        .form("urlencoded, repeated chunks[]", "chunks%5B%5D=0&chunks[]=2&chunks[]=10&uploadpassword=PASSWORD"),
        .form("urlencoded, JSON array", "uploadpassword=PASSWORD&chunks=%5B0%2C2%2C10%5D"),
        .form("urlencoded, comma list", "uploadpassword=PASSWORD&chunks=0%2C2%2C10"),
        .form("urlencoded, password in the query", "chunks=0,2,10", query: "?uploadpassword=PASSWORD"),
    ]

    @Test(arguments: accepted)
    func listOfUploadedChunksIs200(_ form: Form) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await Self.upload(client)
            let response = try await form.send(to: server, upload)
            response.expect(
                200,
                ["id": .string(upload.id), "finished": true, "chunks": [0, 2, 10], "totalsize": 600]
            )
            let info = try await client.info(upload.id)
            #expect(info["chunks"] == [0, 2, 10])
            #expect(info["totalsize"] == 600)
            #expect(info["finished"] == true)
        }
    }

    /// An upload of chunks 0 (100 bytes), 2 (200) and 10 (300).
    private static func upload(_ client: HushfileClient) async throws -> HushfileClient.Upload {
        let upload = try await client.initiate()
        for (index, count) in [(10, 300), (0, 100), (2, 200)] {
            let bytes = HushfileClient.bytes(count, seed: UInt64(index))
            #expect(try await client.put(chunk: index, bytes, of: upload).status == 200)
        }
        return upload
    }

    static let malformed: [Form] = [
        .json("no chunks", #"{"uploadpassword":"PASSWORD"}"#),
        .json("null", #"{"uploadpassword":"PASSWORD","chunks":null}"#),
        .json("empty array", #"{"uploadpassword":"PASSWORD","chunks":[]}"#),
        .json("a count", #"{"uploadpassword":"PASSWORD","chunks":3}"#),
        .json("an object", #"{"uploadpassword":"PASSWORD","chunks":{"0":true}}"#),
        .json("true", #"{"uploadpassword":"PASSWORD","chunks":true}"#),
        .json("negative", #"{"uploadpassword":"PASSWORD","chunks":[0,-1]}"#),
        .json("fraction", #"{"uploadpassword":"PASSWORD","chunks":[0,2.5]}"#),
        .json("null element", #"{"uploadpassword":"PASSWORD","chunks":[0,null]}"#),
        .json("boolean element", #"{"uploadpassword":"PASSWORD","chunks":[true]}"#),
        .json("nested array", #"{"uploadpassword":"PASSWORD","chunks":[[0,2,10]]}"#),
        .json("leading zero", #"{"uploadpassword":"PASSWORD","chunks":["00"]}"#),
        .json("sign", #"{"uploadpassword":"PASSWORD","chunks":["+2"]}"#),
        .json("blank", #"{"uploadpassword":"PASSWORD","chunks":[" 2"]}"#),
        .json("empty text", #"{"uploadpassword":"PASSWORD","chunks":[""]}"#),
        .json("word", #"{"uploadpassword":"PASSWORD","chunks":["two"]}"#),
        .json("ten digits", #"{"uploadpassword":"PASSWORD","chunks":[0,1000000000]}"#),
        .json("beyond 64 bits", #"{"uploadpassword":"PASSWORD","chunks":[99999999999999999999]}"#),
        .multipart("multipart without chunks", [("uploadpassword", "PASSWORD")]),
        .multipart("multipart, empty", [("uploadpassword", "PASSWORD"), ("chunks", "")]),
        .multipart("multipart, empty array", [("uploadpassword", "PASSWORD"), ("chunks", "[]")]),
        .multipart("multipart, word", [("uploadpassword", "PASSWORD"), ("chunks", "0"), ("chunks", "two")]),
        .multipart("multipart, array cut short", [("uploadpassword", "PASSWORD"), ("chunks", "[0,2")]),
        .multipart("multipart, hole in the list", [("uploadpassword", "PASSWORD"), ("chunks", "0,,2")]),
        .form("urlencoded without chunks", "uploadpassword=PASSWORD"),
        .form("urlencoded, empty", "uploadpassword=PASSWORD&chunks="),
        .form("urlencoded, negative", "uploadpassword=PASSWORD&chunks=-1"),
    ]

    static let unreadable: [Form] = [
        .json("JSON cut short", #"{"chunks":[0,2,10]"#, query: "?uploadpassword=PASSWORD"),
        .json("JSON array", "[0,2,10]", query: "?uploadpassword=PASSWORD"),
        .json("JSON type without a byte", "", query: "?uploadpassword=PASSWORD"),
        Form(testDescription: "plain text", type: "text/plain", body: "chunks=0", query: "?uploadpassword=PASSWORD"),
        Form(
            testDescription: "multipart without boundary",
            type: "multipart/form-data",
            body: "--x--\r\n",
            query: "?uploadpassword=PASSWORD"
        ),
    ]

    @Test(arguments: malformed + unreadable)
    func listThatIsAbsentEmptyOrMalformedIs400AndTheUploadGoesOn(_ form: Form) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await Self.upload(client)
            try await form.send(to: server, upload).expectError(400, fileid: upload.id)
            #expect(try await client.info(upload.id)["finished"] == false)
            #expect(try await client.put(chunk: 11, [1], of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0, 2, 10, 11]).status == 200)
        }
    }

    static let wrongPasswords: [Form] = [
        .json("no password", #"{"chunks":[0,2,10]}"#),
        .json("empty", #"{"uploadpassword":"","chunks":[0,2,10]}"#),
        .json("null", #"{"uploadpassword":null,"chunks":[0,2,10]}"#),
        .json("another", #"{"uploadpassword":"0000","chunks":[0,2,10]}"#),
        .json("wrong one in the body", #"{"uploadpassword":"x","chunks":[0]}"#, query: "?uploadpassword=PASSWORD"),
        .json("wrong one and no chunks", #"{"uploadpassword":"0000"}"#),
        .json("wrong one and malformed chunks", #"{"uploadpassword":"0000","chunks":["x"]}"#),
        .json("wrong one and missing chunks", #"{"uploadpassword":"0000","chunks":[77]}"#),
        .json("one character more", #"{"uploadpassword":"PASSWORD0","chunks":[0]}"#),
        .multipart("multipart without password", [("chunks", "0,2,10")]),
        .multipart("multipart with another", [("uploadpassword", "0000"), ("chunks", "0,2,10")]),
        .form("urlencoded without password", "chunks=0,2,10"),
        .form("urlencoded with another", "uploadpassword=0000&chunks=0,2,10"),
        .json("a wrong one in the query", #"{"chunks":[0,2,10]}"#, query: "?uploadpassword=0000"),
    ]

    @Test(arguments: wrongPasswords)
    func wrongPasswordIs403AndTheUploadGoesOn(_ form: Form) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await Self.upload(client)
            try await form.send(to: server, upload).expect(403, HushfileBody.wrongPassword(upload.id))
            #expect(try await client.info(upload.id)["finished"] == false)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
        }
    }

    @Test(arguments: [
        ([1, 3], "1,3"), ([3, 0, 1, 2, 3], "1,3"), ([999_999_999], "999999999"), ([10, 9, 11], "9,11"),
    ])
    func missingChunksAreNamedInOrderAndTheUploadGoesOn(_ chunks: [Int], _ missing: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await Self.upload(client)
            let response = try await client.finish(upload, chunks: chunks)
            response.expect(400, ["fileid": .string(upload.id), "status": .string("Missing chunks: \(missing)")])
            #expect(try await client.info(upload.id)["finished"] == false)
            try await client.get(chunk: 0, of: upload.id).expect(412, HushfileBody.unfinished(upload.id))
            #expect(try await client.put(chunk: 1, [1], of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0, 1]).status == 200)
        }
    }

    @Test
    func uploadWithoutAnyChunkCannotBeFinished() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            #expect(try await client.put(metadata: [1], of: upload).status == 200)
            try await client.finish(upload, chunks: []).expectError(400, fileid: upload.id)
            let missing: [String: JSONValue] = ["fileid": .string(upload.id), "status": "Missing chunks: 0"]
            try await client.finish(upload, chunks: [0]).expect(400, missing)
        }
    }

    @Test
    func unlistedChunksAreDiscarded() async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": "0"]) { server in
            let client = HushfileClient(server: server)
            let upload = try await Self.upload(client)
            let response = try await client.finish(upload, chunks: [10, 0])
            response.expect(200, ["id": .string(upload.id), "finished": true, "chunks": [0, 10], "totalsize": 400])
            let info = try await client.info(upload.id)
            #expect(info["chunks"] == [0, 10])
            #expect(info["totalsize"] == 400)
            try await client.get(chunk: 2, of: upload.id).expect(416, HushfileBody.noChunk(2, upload.id))
            try await client.get(chunk: 0, of: upload.id).expectBytes(HushfileClient.bytes(100, seed: 0))
            try await client.get(chunk: 10, of: upload.id).expectBytes(HushfileClient.bytes(300, seed: 10))
            #expect(try await client.eventually { client.storedFiles.count == 2 })
        }
    }

    @Test
    func secondFinishIs400AndKeepsTheFirst() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await Self.upload(client)
            #expect(try await client.finish(upload, chunks: [0, 2]).status == 200)
            try await client.finish(upload, chunks: [0]).expect(400, HushfileBody.finished(upload.id))
            #expect(try await client.info(upload.id)["chunks"] == [0, 2])
        }
    }

    @Test
    func parallelFinishesSucceedOnce() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await Self.upload(client)
            let answers = try await client.parallel(16) { _ in try await client.finish(upload, chunks: [0, 2, 10]) }
            #expect(answers.filter { $0.status == 200 }.count == 1)
            for answer in answers where answer.status != 200 {
                answer.expect(400, HushfileBody.finished(upload.id))
            }
        }
    }

    @Test
    func finishRacingChunksNeverLosesAnAcknowledgedListedChunk() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await Self.upload(client)
            let new = HushfileClient.bytes(400, seed: 99)
            let statuses = try await client.parallel(17) { number in
                if number == 8 { return try await client.finish(upload, chunks: [0, 2, 10]).status }
                return try await client.put(chunk: 0, new, of: upload).status
            }
            #expect(statuses[8] == 200)
            let wasReplaced = statuses.enumerated().contains { $0.offset != 8 && $0.element == 200 }
            let old = HushfileClient.bytes(100, seed: 0)
            try await client.get(chunk: 0, of: upload.id).expectBytes(wasReplaced ? new : old)
            #expect(try await client.info(upload.id)["totalsize"] == .integer(wasReplaced ? 900 : 600))
        }
    }

    @Test
    func bodyAboveOneMiBIs413BeforeItIsSent() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await Self.upload(client)
            let target = "/api/file/\(upload.id)/finishupload?uploadpassword=\(upload.password)"
            try await TestConnection.open(port: server.port) { connection in
                let headers = [("Content-Type", "application/json"), ("Content-Length", "1048577")]
                try await connection.write(server.head("POST", target, headers: headers))
                try await connection.readResponse().expectError(413, fileid: upload.id)
            }
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
        }
    }

    @Test
    func finishedFileIsReadableAtOnce() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let chunks = (0..<5).map { HushfileClient.bytes(1000 * $0, seed: UInt64($0)) }
            let id = try await client.file(chunks, metadata: [1, 2, 3])
            for (index, chunk) in chunks.enumerated() {
                try await client.get(chunk: index, of: id).expectBytes(chunk)
            }
            try await server.get("/api/file/\(id)/metadata").expectBytes([1, 2, 3])
        }
    }
}
