import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: DELETE /api/file/{id}", .serialized, .timeLimit(.minutes(20)))
struct HushfileDeleteTests {
    @Test(arguments: ["0", "32768"])
    func rightPasswordIs200AndTheDataIsGoneBeforeTheAnswer(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let chunks = [HushfileClient.bytes(1000), HushfileClient.bytes(100_000)]
            let id = try await client.file(chunks, metadata: [1], ["deletepassword": "secret"])
            #expect(client.storedFiles.count >= (inlineBytes == "0" ? 2 : 1))
            let response = try await client.delete(id, password: "secret")
            #expect(client.storedFiles.isEmpty)
            response.expect(200, ["fileid": .string(id), "deleted": true])
            try await client.expectGone(id)
            try await client.delete(id, password: "secret").expect(404, HushfileBody.notFound(id))
        }
    }

    @Test
    func unfinishedFileIsDeletedToo() async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": "0"]) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(["deletepassword": "secret"])
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            #expect(try await client.put(metadata: [1], of: upload).status == 200)
            let response = try await client.delete(upload.id, password: "secret")
            #expect(client.storedFiles.isEmpty)
            response.expect(200, ["fileid": .string(upload.id), "deleted": true])
            try await client.expectGone(upload.id)
            try await client.put(chunk: 1, [1], of: upload).expect(400, HushfileBody.notInitiated(upload.id))
        }
    }

    static let wrongQueries = [
        "", "?deletepassword", "?deletepassword=", "?deletepassword=Pass+word%21", "?deletepassword=pass+word",
        "?deletepassword=pass+word%21%00", "?deletepassword=pass+word%21+", "?deletepassword=pass%2Bword%21",
        "?DeletePassword=pass+word%21", "?password=pass+word%21", "?uploadpassword=pass+word%21",
    ]

    @Test(arguments: wrongQueries)
    func missingEmptyOrWrongPasswordIs403AndChangesNothing(_ query: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1, 2]], metadata: [3], ["deletepassword": "pass word!"])
            let before = try await client.info(id)
            let response = try await server.send("DELETE", "/api/file/\(id)\(query)")
            response.expect(403, HushfileBody.notDeleted(id))
            #expect(try await client.info(id) == before)
            try await client.get(chunk: 0, of: id).expectBytes([1, 2])
            try await server.get("/api/file/\(id)/metadata").expectBytes([3])
        }
    }

    static let rightQueries = [
        "?deletepassword=pass+word%21", "?deletepassword=pass%20word!", "?deletepassword=%70ass+word!",
        "?x=1&deletepassword=pass+word%21&y", "?delete%70assword=pass+word!",
    ]

    @Test(arguments: rightQueries)
    func passwordIsComparedAfterFormDecoding(_ query: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]], ["deletepassword": "pass word!"])
            let response = try await server.send("DELETE", "/api/file/\(id)\(query)")
            response.expect(200, ["fileid": .string(id), "deleted": true])
        }
    }

    @Test
    func passwordsThatOnlyLookAlikeAreDifferent() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            // One code point in the stored password, two in the other: equal to Unicode, not as bytes.
            let id = try await client.file([[1]], ["deletepassword": "caf\u{E9}"])
            try await client.delete(id, password: "cafe\u{301}").expect(403, HushfileBody.notDeleted(id))
            try await client.delete(id, password: "caf\u{E9}").expect(200, ["fileid": .string(id), "deleted": true])
        }
    }

    @Test(arguments: ["", "secret", "null"])
    func fileWithoutPasswordIs403(_ password: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]])
            try await client.delete(id, password: password).expect(403, HushfileBody.notDeleted(id))
            #expect(try await server.send("DELETE", "/api/file/\(id)").status == 403)
            try await client.get(chunk: 0, of: id).expectBytes([1])
        }
    }

    @Test
    func uploadPasswordNeverDeletes() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            for fields: JSONValue in [[:], ["deletepassword": "secret"]] {
                let upload = try await client.initiate(fields)
                let response = try await client.delete(upload.id, password: upload.password)
                response.expect(403, HushfileBody.notDeleted(upload.id))
                let query = "?uploadpassword=\(upload.password)"
                #expect(try await server.send("DELETE", "/api/file/\(upload.id)\(query)").status == 403)
            }
        }
    }

    @Test
    func passwordOfAnotherFileIs403() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]], ["deletepassword": "one"])
            _ = try await client.file([[1]], ["deletepassword": "two"])
            try await client.delete(id, password: "two").expect(403, HushfileBody.notDeleted(id))
        }
    }

    @Test(arguments: ["000000000000000000000000000000", "x", "exists"])
    func unknownIdIs404(_ id: String) async throws {
        try await TestServer.run { server in
            for query in ["", "?deletepassword=secret"] {
                let response = try await server.send("DELETE", "/api/file/\(id)\(query)")
                response.expect(404, HushfileBody.notFound(id))
            }
        }
    }

    @Test
    func parallelDeletesSucceedOnce() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]], ["deletepassword": "secret"])
            let answers = try await client.parallel(8) { _ in try await client.delete(id, password: "secret") }
            #expect(answers.filter { $0.status == 200 }.count == 1)
            for answer in answers where answer.status != 200 { answer.expect(404, HushfileBody.notFound(id)) }
        }
    }

    @Test
    func otherFilesStay() async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": "0"]) { server in
            let client = HushfileClient(server: server)
            let kept = try await client.file([[7, 7]], metadata: [8], ["deletepassword": "secret"])
            let id = try await client.file([[7, 7]], metadata: [8], ["deletepassword": "secret"])
            #expect(try await client.delete(id, password: "secret").status == 200)
            try await client.get(chunk: 0, of: kept).expectBytes([7, 7])
            try await server.get("/api/file/\(kept)/metadata").expectBytes([8])
        }
    }

    @Test
    func transferUnderWayEndsAndLeavesNoFile() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let bytes = HushfileClient.bytes(HushfileDownloadLimitTests.hugeBytes)
            let id = try await client.file([bytes], ["deletepassword": "secret"])
            try await TestConnection.open(port: server.port) { connection in
                try await connection.write(server.head("GET", "/api/file/\(id)/0"))
                #expect(try await connection.readHead().status == 200)
                _ = try await connection.read(1000)
                #expect(try await client.delete(id, password: "secret").status == 200)
                try await client.expectGone(id)
                await connection.cut()
            }
            #expect(try await client.eventually { client.storedFiles.isEmpty })
        }
    }
}
