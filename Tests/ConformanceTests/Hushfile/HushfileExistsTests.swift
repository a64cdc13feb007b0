import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: GET /api/file/{id}/exists", .serialized, .timeLimit(.minutes(20)))
struct HushfileExistsTests {
    @Test
    func finishedFileIs200() async throws {
        try await TestServer.run { server in
            let id = try await HushfileClient(server: server).file([[1]])
            let response = try await server.get("/api/file/\(id)/exists")
            response.expect(200, ["fileid": .string(id), "exists": true, "finished": true])
        }
    }

    @Test
    func unfinishedFileIs404() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            let response = try await server.get("/api/file/\(upload.id)/exists")
            response.expect(404, HushfileBody.notFound(upload.id))
        }
    }

    /// Ids as they stand in the path, and as the answer names them.
    static let unknown = [
        ("000000000000000000000000000000", "000000000000000000000000000000"),
        ("x", "x"),
        ("%2e%2e", ".."),
        ("a%20b", "a b"),
        ("%22%5C%0A", "\"\\\n"),
        ("%C3%A9", "é"),
        ("%00", "\u{0}"),
    ]

    @Test(arguments: unknown)
    func unknownIdOfAnyShapeIs404(_ segment: String, _ id: String) async throws {
        try await TestServer.run { server in
            let response = try await server.get("/api/file/\(segment)/exists")
            response.expect(404, HushfileBody.notFound(id))
        }
    }

    @Test
    func slashInsideAnIdIsPartOfTheId() async throws {
        try await TestServer.run { server in
            let response = try await server.get("/api/file/..%2F..%2Fcoffer.sqlite/exists")
            response.expect(404, HushfileBody.notFound("../../coffer.sqlite"))
        }
    }

    @Test
    func idInCapitalsIsAnotherId() async throws {
        try await TestServer.run { server in
            let id = try await HushfileClient(server: server).file([[1]])
            // A prefix of letters makes sure that the two differ.
            for other in [id.uppercased() + "A", String(id.dropLast()), id + "0"] {
                let response = try await server.get("/api/file/\(other)/exists")
                response.expect(404, HushfileBody.notFound(other))
            }
        }
    }

    @Test
    func asksAreNeverCounted() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]], ["limit": 1])
            for _ in 0..<5 { #expect(try await server.get("/api/file/\(id)/exists").status == 200) }
            #expect(try await client.info(id)["downloads"] == 0)
            try await client.get(chunk: 0, of: id).expectBytes([1])
        }
    }
}
