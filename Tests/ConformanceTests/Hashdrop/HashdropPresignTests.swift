import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: POST /api/files/presign")
struct HashdropPresignTests {
    private static let path = "/api/files/presign"

    @Test func answerIsAnIDAndAnAbsoluteURL() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let answer = try await client.presign(session)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/json")
            #expect(answer.hashdropNames == ["file_id", "upload_resource"])
            let id = try answer.hashdropText("file_id")
            #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
            let upload = try client.upload(answer)
            #expect(upload.key.wholeMatch(of: /usrh-[0-9a-f]{32}\/.{36}/) != nil)
            #expect(upload.key.hasSuffix("/\(id)"))
            #expect(upload.target.contains("X-Amz-Algorithm=AWS4-HMAC-SHA256&"))
            #expect(upload.target.contains("&X-Amz-Expires=900&"))
            #expect(upload.target.contains("&X-Amz-SignedHeaders=host&"))
        }
    }

    @Test func urlHasThePublicBase() async throws {
        try await HashdropClient.run(["COFFER_BASE_URL": "https://drop.example.org"]) { client async throws in
            let session = try await client.account()
            let answer = try await client.presign(session)
            guard case .string(let url)? = answer.json?["upload_resource"]?["url"] else {
                throw HashdropUnexpectedAnswer(text: answer.text)
            }
            let base = "https://drop.example.org"
            #expect(url.hasPrefix("\(base)/hashdrop-files/usrh-"))
            // A proxy hands on what it was sent, whatever name it uses for the server behind it.
            let put = try await client.put([1], at: String(url.dropFirst(base.count)))
            #expect(put.status == 200)
        }
    }

    @Test func keysOfOneAccountHaveOneOwnerAndOfTwoHaveTwo() async throws {
        try await HashdropClient.run { client async throws in
            let ada = try await client.account()
            let bob = try await client.account("bob@example.org")
            let owners = [
                try await client.begin(ada).key, try await client.begin(ada).key, try await client.begin(bob).key,
            ].map { $0.prefix { $0 != "/" } }
            #expect(owners[0] == owners[1])
            #expect(owners[0] != owners[2])
            #expect(!owners[0].contains(ada.id.prefix(8)))
        }
    }

    @Test(
        arguments: [
            #"{}"#, #"{"file_name":null,"mime_type":null}"#, #"{"file_name":"","mime_type":""}"#,
            #"{"file_name":"../../etc/passwd\r\n<b>","mime_type":"no/type; at=all"}"#,
            #" {"mime_type":"a/b","file_name":"ä😀"} "#,
        ]
    )
    func namesAndTypesAreFreeTexts(body: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let answer = try await client.text("POST", Self.path, body, headers: session.bearer)
            #expect(answer.status == 200, "\(answer.text)")
        }
    }

    @Test(
        arguments: [
            "", " ", "{", "[]", "null", "1", #""text""#, #"{"file_name":1}"#, #"{"file_name":["a"]}"#,
            #"{"file_name":"a"}{}"#, #"{"file_name":"a"} x"#, #"{"file_name":"a","other":1}"#, #"{"file_name":"a",}"#,
            #"{"file_name":"\#(String(repeating: "a", count: 4097))"}"#,
            #"{"file_name":"\#(String(repeating: "a", count: 1_048_577))"}"#, #"{"file_name":"\u0000"}"#,
        ]
    )
    func badJSONIs400AndTakesNothing(body: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let answer = try await client.text("POST", Self.path, body, headers: session.bearer)
            answer.expectRefusal(400, "invalid JSON payload")
            try await client.all(session).expectRefusal(404, "no files found")
        }
    }

    @Test func contentTypeIsNotLookedAt() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let headers = session.bearer + [("Content-Type", "image/png")]
            let answer = try await client.server.send("POST", Self.path, headers: headers, body: Array("{}".utf8))
            #expect(answer.status == 200)
        }
    }

    @Test func uploadIsListedAsPendingAtOnce() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session, name: "später.txt")
            try await client.all(session).expectJSON200(
                #"[{"file_name":"später.txt","encrypted_size_bytes":0,"status":"pending","#
                    + #""key_management_mode":"vault","created_at":"2023-11-14T22:13:20Z","file_id":"\#(upload.id)"}]"#
            )
        }
    }
}
