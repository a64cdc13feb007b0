import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: HEAD", .serialized, .timeLimit(.minutes(20)))
struct HushfileHeadTests {
    /// What a file is when it is asked for.
    enum State: String, CaseIterable, Sendable { case unknown, unfinished, finished }

    static let paths = ["exists", "info", "metadata", "0", "1", "01", "zzz", ""]

    @Test(arguments: State.allCases, ["0", "32768"])
    func statusAndHeadersAreThoseOfGet(_ state: State, _ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let id =
                switch state {
                case .unknown: "unknown"
                case .unfinished: try await client.initiate().id
                case .finished: try await client.file([HushfileClient.bytes(5000)], metadata: [1, 2])
                }
            for path in Self.paths {
                try await compare("/api/file/\(id)/\(path)", server)
            }
        }
    }

    @Test(arguments: ["/api/serverinfo", "/api/file", "/api/file/abc", "/api/nothing", "/api/file/abc/0/1"])
    func otherPathsAnswerAsGetDoes(_ path: String) async throws {
        try await TestServer.run { server in
            try await compare(path, server)
        }
    }

    private func compare(_ target: String, _ server: TestServer) async throws {
        let head = try await server.send("HEAD", target)
        let get = try await server.get(target)
        #expect(head.status == get.status, "\(target)")
        for name in ["content-type", "content-length", "cache-control", "x-content-type-options"] {
            #expect(head.header(name) == get.header(name), "\(name) of \(target)")
        }
        #expect(head.header("content-length") == String(get.body.count), "\(target)")
    }

    @Test(arguments: ["0", "metadata", "info", "exists", "1", "zzz"])
    func noBodyFollowsTheHead(_ path: String) async throws {
        try await TestServer.run { server in
            let id = try await HushfileClient(server: server).file([HushfileClient.bytes(5000)], metadata: [1, 2])
            try await TestConnection.open(port: server.port) { connection in
                let headers = [("Connection", "close")]
                try await connection.write(server.head("HEAD", "/api/file/\(id)/\(path)", headers: headers))
                _ = try await connection.readHead()
                #expect(try await connection.readToEnd() == [])
            }
        }
    }

    @Test
    func connectionGoesOnAfterHead() async throws {
        try await TestServer.run { server in
            let bytes = HushfileClient.bytes(300_000)
            let id = try await HushfileClient(server: server).file([bytes])
            try await TestConnection.open(port: server.port) { connection in
                for _ in 0..<3 {
                    try await connection.write(server.head("HEAD", "/api/file/\(id)/0"))
                    #expect(try await connection.readResponse(isHead: true).header("content-length") == "300000")
                    try await connection.write(server.head("GET", "/api/file/\(id)/0"))
                    try await connection.readResponse().expectBytes(bytes)
                }
            }
        }
    }

    @Test
    func headIsNeverCountedAndTakesNoSlot() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1, 2, 3]], ["limit": 1])
            let statuses = try await client.parallel(20) { _ in
                try await server.send("HEAD", "/api/file/\(id)/0").status
            }
            #expect(statuses.allSatisfy { $0 == 200 })
            #expect(try await client.info(id)["downloads"] == 0)
            try await client.get(chunk: 0, of: id).expectBytes([1, 2, 3])
            #expect(try await server.send("HEAD", "/api/file/\(id)/0").status == 404)
        }
    }

    @Test
    func whileEverySlotIsTakenItIs416AsGetIs() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let bytes = HushfileClient.bytes(HushfileDownloadLimitTests.hugeBytes)
            let id = try await client.file([bytes], ["limit": 1])
            try await TestConnection.open(port: server.port) { connection in
                try await connection.write(server.head("GET", "/api/file/\(id)/0"))
                #expect(try await connection.readHead().status == 200)
                #expect(try await client.get(chunk: 0, of: id).status == 416)
                #expect(try await server.send("HEAD", "/api/file/\(id)/0").status == 416)
            }
        }
    }

    @Test
    func chunkAtItsLimitIs416() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1], [2]], ["limit": 1])
            #expect(try await client.get(chunk: 0, of: id).status == 200)
            try await compare("/api/file/\(id)/0", server)
            #expect(try await server.send("HEAD", "/api/file/\(id)/0").status == 416)
            #expect(try await server.send("HEAD", "/api/file/\(id)/1").status == 200)
        }
    }
}
