import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: DELETE /api/files")
struct HashdropDeleteFileTests {
    @Test func fileIsGoneEverywhereAtOnce() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session, salt: "s")
            let link = try await client.link(file.key)
            let answer = try await client.delete(String(file.id.prefix(8)), session)
            #expect(answer.status == 204)
            #expect(answer.body.isEmpty)
            #expect(client.storedFiles.isEmpty)
            try await client.server.get(link).expectObjectRefusal(404, "NoSuchKey")
            try await client.download(file.key).expectRefusal(404, "file not found")
            try await client.all(session).expectRefusal(404, "no files found")
            try await client.get("/api/files?id=\(file.id)", session).expectRefusal(404, "no files found")
            try await client.get("/api/files/resolve?id=\(file.id)", session).expectRefusal(404, "no files found")
            try await client.get("/api/files/hash?id=\(file.id)", session).expectRefusal(404, "file not found")
            let salt = try await client.get("/api/files/salt?id=\(file.id)", session)
            salt.expectRefusal(404, "passphrase salt not found")
            try await client.delete(file.id, session).expectRefusal(404, "file not found")
        }
    }

    @Test func prefixOfSeveralIs409AndDeletesNone() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            var ids: [String] = []
            // Of 17 ids two begin with the same digit.
            for _ in 0..<17 { ids.append(try await client.file(session, [1]).id) }
            let digits = ids.map { $0.prefix(1) }
            let shared = try #require(digits.first { digit in digits.filter { $0 == digit }.count > 1 })
            try await client.delete(String(shared), session).expectRefusal(409, "file id is ambiguous")
            #expect(try await client.all(session).hashdropItems.count == 17)
            #expect(try await client.delete(ids[0].uppercased(), session).status == 204)
            #expect(try await client.all(session).hashdropItems.count == 16)
        }
    }

    @Test(arguments: ["%25", "_", "%25%25", "________-____-____-____-____________", "*", "%00", "..%2f"])
    func wildcardsDeleteNothing(id: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            _ = try await client.file(session)
            try await client.delete(id, session).expectRefusal(404, "file not found")
            #expect(try await client.all(session).hashdropItems.count == 1)
        }
    }

    @Test func foreignUnknownAndUnfinishedFilesAre404() async throws {
        try await HashdropClient.run { client async throws in
            let ada = try await client.account()
            let bob = try await client.account("bob@example.org")
            let file = try await client.file(ada)
            let pending = try await client.begin(ada)
            try await client.delete(file.id, bob).expectRefusal(404, "file not found")
            try await client.delete(pending.id, ada).expectRefusal(404, "file not found")
            try await client.delete(HashdropClient.unknownID, ada).expectRefusal(404, "file not found")
            #expect(try await client.all(ada).hashdropItems.count == 2)
        }
    }

    @Test func missingIDIs400() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            for query in ["", "?id="] {
                let answer = try await client.server.send("DELETE", "/api/files\(query)", headers: session.bearer)
                answer.expectRefusal(400, "missing file id in query parameter")
            }
        }
    }

    @Test func oneOfManyParallelDeletesWins() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            let answers = try await client.parallel(20) { _ in try await client.delete(file.id, session) }
            #expect(answers.filter { $0.status == 204 }.count == 1)
            #expect(answers.filter { $0.status == 404 }.count == 19)
        }
    }

    @Test func readerUnderWayFinishes() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let bytes = HashdropClient.bytes(8_000_000)
            let file = try await client.file(session, bytes)
            let link = try await client.link(file.key)
            try await TestConnection.open(port: client.server.port) { connection in
                try await connection.write(client.server.head("GET", link))
                let head = try await connection.readHead()
                #expect(head.status == 200)
                #expect(try await client.delete(file.id, session).status == 204)
                #expect(try await connection.read(bytes.count) == bytes)
            }
            #expect(try await client.hasNothingStored())
        }
    }

    @Test func accountThatIsDeletedTakesEverythingWithIt() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            let pending = try await client.begin(session)
            #expect(try await client.put(HashdropClient.bytes(500), at: pending.target).status == 200)
            _ = try await client.begin(session)
            let link = try await client.link(file.key)
            #expect(client.storedFiles.count == 2)
            let deleted = try await client.json(
                "DELETE",
                "/api/user",
                ["email": .string(session.email), "password": .string(HashdropClient.password)],
                headers: session.bearer
            )
            #expect(deleted.status == 204)
            #expect(client.storedFiles.isEmpty)
            try await client.server.get(link).expectObjectRefusal(404, "NoSuchKey")
            try await client.download(file.key).expectRefusal(404, "file not found")
            try await client.put([1], at: pending.target).expectObjectRefusal(403, "AccessDenied")
            try await client.presign(session).expectRefusal(401, "invalid or expired access token")
        }
    }
}
