import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: POST /api/files/complete")
struct HashdropCompleteTests {
    private static let path = "/api/files/complete"

    @Test func sizeIsTheOneOfTheStoredBytesWhateverTheClientSays() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            #expect(try await client.put(HashdropClient.bytes(321), at: upload.target).status == 200)
            let answer = try await client.complete(upload.id, session, size: 999_999)
            answer.expectJSON200(#"{"s3_object_key":"\#(upload.key)","uploaded_file_size":321}"#)
        }
    }

    @Test func secondCompleteIs404() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            try await client.complete(file.id, session).expectRefusal(404, "file not found")
        }
    }

    @Test func oneOfManyParallelCompletesWins() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            #expect(try await client.put(HashdropClient.bytes(100), at: upload.target).status == 200)
            let answers = try await client.parallel(30) { number in
                try await client.complete(upload.id, session, hash: "h\(number)")
            }
            let winners = answers.indices.filter { answers[$0].status == 200 }
            #expect(winners.count == 1)
            #expect(answers.filter { $0.status == 404 }.count == 29)
            let hash = try await client.get("/api/files/hash?id=\(upload.id)", session)
            hash.expectJSON200(#"{"hash":"h\#(winners.first ?? -1)"}"#)
        }
    }

    @Test func objectThatIsNotThereLeavesTheUploadPending() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            try await client.complete(upload.id, session).expectRefusal(404, "file not found")
            #expect(try await client.all(session).hashdropColumn("status") == ["pending"])
            #expect(try await client.put([1], at: upload.target).status == 200)
            #expect(try await client.complete(upload.id, session).status == 200)
        }
    }

    @Test func uploadOfAnotherAccountIs404AndStaysPending() async throws {
        try await HashdropClient.run { client async throws in
            let ada = try await client.account()
            let bob = try await client.account("bob@example.org")
            let upload = try await client.begin(ada)
            #expect(try await client.put([1], at: upload.target).status == 200)
            try await client.complete(upload.id, bob).expectRefusal(404, "file not found")
            #expect(try await client.complete(upload.id, ada).status == 200)
        }
    }

    @Test(arguments: ["x", "0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1", "%", "_", "0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b/.."])
    func idThatIsNoUUIDIs400(id: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            try await client.complete(id, session).expectRefusal(400, "invalid file id")
        }
    }

    @Test(arguments: [#"{}"#, #"{"file_id":null}"#, #"{"file_id":""}"#])
    func absentIDIs404(body: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let answer = try await client.text("POST", Self.path, body, headers: session.bearer)
            answer.expectRefusal(404, "file not found")
        }
    }

    @Test func unknownIDIs404() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            try await client.complete(HashdropClient.unknownID, session).expectRefusal(404, "file not found")
        }
    }

    @Test(
        arguments: [
            "", "{", "[]", #"{"file_id":1}"#, #"{"plaintext_size_bytes":"1"}"#, #"{"plaintext_size_bytes":1.5}"#,
            #"{"plaintext_hash":1}"#, #"{"passphrase_salt":{}}"#, #"{"extra":1}"#, #"{} {}"#,
            #"{"plaintext_size_bytes":99999999999999999999}"#,
        ]
    )
    func badJSONIs400(body: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let answer = try await client.text("POST", Self.path, body, headers: session.bearer)
            answer.expectRefusal(400, "invalid JSON payload")
        }
    }

    @Test(arguments: [
        (nil, "vault"), ("", "vault"), ("AAECAwQFBgcICQoLDA0ODw==", "passphrase"), ("not hex!", "passphrase"),
    ])
    func saltDecidesTheMode(salt: String?, mode: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            _ = try await client.file(session, salt: salt)
            #expect(try await client.all(session).hashdropColumn("key_management_mode") == [mode])
        }
    }

    @Test(arguments: [(98_304, 98_304), (0, 0), (-5, 0)])
    func plaintextSizeIsKeptUnlessItIsNegative(sent: Int, shown: Int) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            #expect(try await client.put([1], at: upload.target).status == 200)
            #expect(try await client.complete(upload.id, session, hash: "", size: sent).status == 200)
            let details = try await client.get("/api/files?id=\(upload.id)", session)
            #expect(details.hashdropItems.first?["plaintext_size_bytes"] == .integer(shown))
            #expect(details.hashdropItems.first?["plaintext_hash"] == "")
        }
    }

    @Test func objectThatIsTooLargeByNowIsDeletedAndFails() async throws {
        let directory = try TemporaryDirectory()
        let made = try await HashdropClient.run(dataPath: directory.path) { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            #expect(try await client.put(HashdropClient.bytes(2000), at: upload.target).status == 200)
            return (session, upload)
        }
        try await HashdropClient.run(["MAX_FILE_BYTES": "1999"], dataPath: directory.path) { client async throws in
            let (session, upload) = made
            let answer = try await client.complete(upload.id, session)
            answer.expectRefusal(413, "file size exceeds the allowed limit")
            #expect(try await client.hasNothingStored())
            #expect(try await client.all(session).hashdropColumn("status") == ["failed"])
            try await client.complete(upload.id, session).expectRefusal(404, "file not found")
            #expect(try await client.put([1], at: upload.target).status == 403)
        }
        withExtendedLifetime(directory) {}
    }

    @Test func completeOutlivesTheURLButNotThePendingTime() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let early = try await client.begin(session)
            #expect(try await client.put(HashdropClient.bytes(500), at: early.target).status == 200)
            client.clock.advance(by: .seconds(1))
            let late = try await client.begin(session)
            #expect(try await client.put(HashdropClient.bytes(500), at: late.target).status == 200)
            client.clock.advance(by: .seconds(1799))
            let again = try await client.refreshed(session)
            try await client.complete(early.id, again).expectRefusal(404, "file not found")
            #expect(try await client.complete(late.id, again).status == 200)
            #expect(try await client.all(again).hashdropColumn("status") == ["uploaded", "failed"])
            #expect(try await client.eventually { client.storedFiles.count == 1 })
        }
    }
}
