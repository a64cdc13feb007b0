import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: GET /api/file/{id}/info", .serialized, .timeLimit(.minutes(20)))
struct HushfileInfoTests {
    @Test
    func initiatedFileShowsAllSevenFields() async throws {
        try await TestServer.run(clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let response = try await server.get("/api/file/\(upload.id)/info")
            response.expect(
                200,
                [
                    "chunks": [], "totalsize": 0, "finished": false, "ip": ["127.0.0.1"], "expire": 1_700_086_400,
                    "limit": nil, "downloads": 0,
                ]
            )
        }
    }

    @Test
    func unfinishedFileShowsWhatIsThereSoFar() async throws {
        try await TestServer.run(clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(["expire": 1_700_003_600, "limit": 7])
            for index in [12, 3, 100, 9] {
                #expect(
                    try await client.put(chunk: index, [UInt8](repeating: 0, count: index), of: upload).status == 200
                )
            }
            #expect(try await client.put(metadata: [1, 2, 3], of: upload).status == 200)
            let response = try await server.get("/api/file/\(upload.id)/info")
            response.expect(
                200,
                [
                    "chunks": [3, 9, 12, 100], "totalsize": 124, "finished": false, "ip": ["127.0.0.1"],
                    "expire": 1_700_003_600, "limit": 7, "downloads": 0,
                ]
            )
        }
    }

    @Test
    func finishedFileShowsItsListAndItsDownloads() async throws {
        try await TestServer.run(clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1, 2], [3]], metadata: [9, 9, 9], ["limit": 2])
            for index in [0, 1, 0] { #expect(try await client.get(chunk: index, of: id).status == 200) }
            let response = try await server.get("/api/file/\(id)/info")
            response.expect(
                200,
                [
                    "chunks": [0, 1], "totalsize": 3, "finished": true, "ip": ["127.0.0.1"],
                    "expire": 1_700_086_400, "limit": 2, "downloads": 1,
                ]
            )
        }
    }

    @Test
    func timePassingDoesNotMoveExpire() async throws {
        try await TestServer.run(clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]])
            server.clock.advance(by: .seconds(5000))
            #expect(try await client.info(id)["expire"] == 1_700_086_400)
        }
    }

    @Test(arguments: ["000000000000000000000000000000", "x", "info"])
    func unknownIdIs404WithEmptyTotals(_ id: String) async throws {
        try await TestServer.run { server in
            let response = try await server.get("/api/file/\(id)/info")
            response.expect(404, HushfileBody.infoNotFound(id))
        }
    }

    @Test
    func largeTotalsAreExact() async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": "0"]) { server in
            let client = HushfileClient(server: server)
            let bytes = HushfileClient.bytes(3 * 1024 * 1024 + 1)
            let id = try await client.file([bytes, bytes, bytes])
            #expect(try await client.info(id)["totalsize"] == .integer(3 * bytes.count))
        }
    }
}
