import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: GET /api/files/hash, /api/files/salt")
struct HashdropHashSaltTests {
    @Test(arguments: ["AAECAwQFBgcICQoLDA0ODw==", "00ff", "anything at all \\ \" ü"])
    func saltComesBackAsItWasSent(salt: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session, salt: salt)
            let answer = try await client.get("/api/files/salt?id=\(file.id)", session)
            #expect(answer.status == 200)
            #expect(answer.json == ["salt": .string(salt)])
        }
    }

    @Test func hashComesBackAsItWasSent() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            try await client.get("/api/files/hash?id=\(file.id)", session).expectJSON200(#"{"hash":"abc"}"#)
        }
    }

    @Test func fileWithoutSaltHasNone() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            let answer = try await client.get("/api/files/salt?id=\(file.id)", session)
            answer.expectRefusal(404, "passphrase salt not found")
        }
    }

    @Test(arguments: [("hash", "file not found"), ("salt", "passphrase salt not found")])
    func onlyTheOwnerOfAnUploadedFileIsAnswered(route: String, sentence: String) async throws {
        try await HashdropClient.run { client async throws in
            let ada = try await client.account()
            let bob = try await client.account("bob@example.org")
            let file = try await client.file(ada, salt: "s")
            let pending = try await client.begin(ada)
            let path = "/api/files/\(route)?id="
            try await client.get(path + file.id, bob).expectRefusal(404, sentence)
            try await client.get(path + pending.id, ada).expectRefusal(404, sentence)
            try await client.get(path + HashdropClient.unknownID, ada).expectRefusal(404, sentence)
        }
    }

    @Test(arguments: ["hash", "salt"])
    func everySpellingOfAUUIDIsUnderstood(route: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let id = try await client.file(session, salt: "s").id
            let digits = id.replacing("-", with: "")
            for spelling in [id, id.uppercased(), digits, digits.uppercased(), "%7B\(id)%7D", "urn:uuid:\(id)"] {
                #expect(try await client.get("/api/files/\(route)?id=\(spelling)", session).status == 200)
            }
        }
    }

    @Test(arguments: ["hash", "salt"])
    func otherTextsAre400(route: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let id = try await client.file(session, salt: "s").id
            let wrong = [
                "a", "%25", "_", String(id.prefix(8)), String(id.dropLast()), "\(id)0", id.replacing("-", with: "_"),
                "%7B\(id)", "(\(id))", "g\(id.dropFirst())", "\(id)%00", "..%2f\(id)",
            ]
            for text in wrong {
                try await client.get("/api/files/\(route)?id=\(text)", session).expectRefusal(400, "invalid file id")
            }
        }
    }
}
