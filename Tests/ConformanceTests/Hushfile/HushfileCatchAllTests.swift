import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: other requests", .serialized, .timeLimit(.minutes(20)))
struct HushfileCatchAllTests {
    /// A request and the `fileid` of its answer.
    struct Stray: Sendable, CustomTestStringConvertible {
        let method: String
        let target: String
        let fileid: String

        init(_ method: String, _ target: String, _ fileid: String) {
            self.method = method
            self.target = target
            self.fileid = fileid
        }

        var testDescription: String { "\(method) \(target)" }
    }

    /// Rule 1: the paths of the contract with another method or shape.
    static let ownPaths = [
        Stray("GET", "/api/file", ""),
        Stray("PUT", "/api/file", ""),
        Stray("DELETE", "/api/file", ""),
        Stray("PATCH", "/api/file", ""),
        Stray("OPTIONS", "/api/file", ""),
        Stray("GET", "/api/file?fileid=abc", "abc"),
        Stray("GET", "/api/file?x=1&fileid=a+b%21", "a b!"),
        Stray("DELETE", "/api/file?deletepassword=secret", ""),
        Stray("GET", "/api/file/", ""),
        Stray("POST", "/api/file/", ""),
        Stray("GET", "/api/file/abc", "abc"),
        Stray("POST", "/api/file/abc", "abc"),
        Stray("PUT", "/api/file/abc", "abc"),
        Stray("PATCH", "/api/file/abc", "abc"),
        Stray("OPTIONS", "/api/file/abc", "abc"),
        Stray("GET", "/api/file/abc?fileid=def", "abc"),
        Stray("GET", "/api/file/abc/", "abc"),
        Stray("DELETE", "/api/file/abc/", "abc"),
        Stray("GET", "/api/file/abc/finishupload", "abc"),
        Stray("PUT", "/api/file/abc/finishupload", "abc"),
        Stray("DELETE", "/api/file/abc/finishupload", "abc"),
        Stray("POST", "/api/file/abc/finishupload/", "abc"),
        Stray("POST", "/api/file/abc/exists", "abc"),
        Stray("PUT", "/api/file/abc/exists", "abc"),
        Stray("DELETE", "/api/file/abc/exists", "abc"),
        Stray("GET", "/api/file/abc/exists/", "abc"),
        Stray("POST", "/api/file/abc/info", "abc"),
        Stray("PUT", "/api/file/abc/info", "abc"),
        Stray("GET", "/api/file/abc/info/", "abc"),
        Stray("GET", "/api/file/abc/INFO", "abc"),
        Stray("POST", "/api/file/abc/metadata", "abc"),
        Stray("DELETE", "/api/file/abc/metadata", "abc"),
        Stray("PATCH", "/api/file/abc/metadata", "abc"),
        Stray("PUT", "/api/file/abc/metadata/", "abc"),
        Stray("POST", "/api/file/abc/0", "abc"),
        Stray("DELETE", "/api/file/abc/0", "abc"),
        Stray("PATCH", "/api/file/abc/0", "abc"),
        Stray("OPTIONS", "/api/file/abc/0", "abc"),
        Stray("GET", "/api/file/abc/0/", "abc"),
        Stray("GET", "/api/file/abc/0/1", "abc"),
        Stray("PUT", "/api/file/abc/0/1", "abc"),
        Stray("GET", "/api/file/abc/complete", "abc"),
        Stray("GET", "/api/file/a%20b/zzz", "a b"),
        Stray("GET", "/api/file/%22%5C/zzz", "\"\\"),
        Stray("POST", "/api/serverinfo", ""),
        Stray("PUT", "/api/serverinfo", ""),
        Stray("DELETE", "/api/serverinfo", ""),
        Stray("OPTIONS", "/api/serverinfo", ""),
        Stray("POST", "/api/serverinfo?fileid=abc", "abc"),
        Stray("GET", "/api/serverinfo/", ""),
    ]

    /// Rule 2: paths below `/api/` that nobody claims, the older Hushfile API among them.
    static let unclaimed = [
        Stray("GET", "/api/info", ""),
        Stray("POST", "/api/finishupload", ""),
        Stray("GET", "/api/exists?fileid=abc", "abc"),
        Stray("GET", "/api/metadata?fileid=abc", "abc"),
        Stray("GET", "/api/ip?fileid=", ""),
        Stray("GET", "/api/delete?fileid=abc&deletepassword=secret", "abc"),
        Stray("POST", "/api/delete", ""),
        Stray("GET", "/api/serverinfo/x", ""),
        Stray("GET", "/api/File/abc/info", ""),
        Stray("PROPFIND", "/api/collection", ""),
        Stray("GET", "/api/file/abc/raw/slug/more", "abc"),
        Stray("GET", "/api/file/abc/thumbnail/small", "abc"),
    ]

    /// What belongs to another dialect where that is served too.
    static let elsewhere = [
        Stray("POST", "/api/upload", ""), Stray("GET", "/api/config", ""), Stray("GET", "/api/files/abc", ""),
    ]

    /// What is nobody's while Heaper is not served.
    static let heapers = [
        Stray("GET", "/api/", ""),
        Stray("GET", "/api/file/abc/raw/slug", "abc"),
        Stray("GET", "/api/file/abc/thumbnail/small/slug", "abc"),
    ]

    /// Paths outside `/api/` that nobody claims.
    static let outside = [
        Stray("GET", "/nothing", ""),
        Stray("GET", "/nothing?fileid=abc", "abc"),
        Stray("POST", "/nothing/at/all", ""),
        Stray("DELETE", "/apifile", ""),
        Stray("PUT", "/file/abc/0", ""),
    ]

    @Test(arguments: ownPaths + unclaimed)
    func besideOtherDialectsItIs400(_ stray: Stray) async throws {
        try await TestServer.run { server in
            let response = try await server.send(stray.method, stray.target)
            response.expect(400, HushfileBody.badRequest(stray.fileid))
        }
    }

    @Test(arguments: heapers)
    func withoutHeaperItsReadsAre400(_ stray: Stray) async throws {
        try await TestServer.run(["COFFER_DIALECTS": "ravenzero,hushfile,skysend,hashdrop"]) { server in
            let response = try await server.send(stray.method, stray.target)
            response.expect(400, HushfileBody.badRequest(stray.fileid))
        }
    }

    @Test(arguments: ownPaths + unclaimed + elsewhere + heapers + outside)
    func aloneItIs400OnEveryPath(_ stray: Stray) async throws {
        try await TestServer.run(["COFFER_DIALECTS": "hushfile"]) { server in
            let response = try await server.send(stray.method, stray.target)
            response.expect(400, HushfileBody.badRequest(stray.fileid))
        }
    }

    @Test
    func bodyIsExactlyFileidAndStatus() async throws {
        try await TestServer.run { server in
            let response = try await server.get("/api/file/abc/zzz")
            #expect(response.text == #"{"fileid":"abc","status":"bad request"}"#)
        }
    }

    @Test(arguments: outside)
    func outsideItsScopeBesideOtherDialectsItIsTheOrdinary404(_ stray: Stray) async throws {
        try await TestServer.run { server in
            let response = try await server.send(stray.method, stray.target)
            #expect(response.status == 404)
            #expect(response.json?["status"] != "bad request")
            #expect(response.json?["fileid"] == nil)
        }
    }

    @Test(arguments: [("GET", "/upload/"), ("POST", "/status/abc"), ("PUT", "/health/"), ("DELETE", "/download/abc")])
    func pathOfAnotherDialectKeepsItsOwnErrors(_ method: String, _ path: String) async throws {
        try await TestServer.run { server in
            let response = try await server.send(method, path)
            #expect(response.status == 405)
            #expect(response.json?["fileid"] == nil)
            #expect(response.json?["detail"] != nil)
        }
    }

    @Test
    func strayRequestWithABodyIs400AndTheNextOneIsAnswered() async throws {
        try await TestServer.run { server in
            try await TestConnection.open(port: server.port) { connection in
                let body = HushfileClient.bytes(5000)
                try await connection.write(server.head("POST", "/api/file/abc/0", body: body))
                try await connection.write(body)
                try await connection.readResponse().expect(400, HushfileBody.badRequest("abc"))
            }
            #expect(try await server.get("/api/serverinfo").status == 200)
        }
    }

    @Test(arguments: ["GET", "HEAD", "POST", "PUT", "DELETE"])
    func otherMethodOnAnExistingFileChangesNothing(_ method: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]], ["limit": 1])
            for path in ["", "/", "/0/", "/zzz", "/finishupload/"] {
                let target = "/api/file/\(id)\(path)"
                // DELETE on the bare id is a request of the contract.
                guard method != "DELETE" || !path.isEmpty else { continue }
                #expect(try await server.send(method, target).status == 400, "\(method) \(target)")
            }
            try await client.get(chunk: 0, of: id).expectBytes([1])
        }
    }
}
