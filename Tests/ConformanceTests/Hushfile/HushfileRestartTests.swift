import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: restart", .serialized, .timeLimit(.minutes(20)))
struct HushfileRestartTests {
    static let storages = ["0", "32768"]

    @Test(arguments: storages)
    func unfinishedUploadGoesOn(_ inlineBytes: String) async throws {
        let first = HushfileClient.bytes(50_000, seed: 1)
        let second = HushfileClient.bytes(700, seed: 2)
        try await HushfileClient.restart(["COFFER_INLINE_BYTES": inlineBytes]) { client in
            let upload = try await client.initiate(["limit": 3, "deletepassword": "secret", "expire": 1_700_003_600])
            #expect(try await client.put(chunk: 0, first, of: upload).status == 200)
            #expect(try await client.put(metadata: [1, 2], of: upload).status == 200)
            return upload
        } after: { client, upload in
            let info: [String: JSONValue] = [
                "chunks": [0], "totalsize": 50_000, "finished": false, "ip": ["127.0.0.1"],
                "expire": 1_700_003_600, "limit": 3, "downloads": 0,
            ]
            #expect(try await client.info(upload.id) == info)
            let wrong = HushfileClient.Upload(id: upload.id, password: "wrong")
            try await client.put(chunk: 1, second, of: wrong).expect(403, HushfileBody.wrongPassword(upload.id))
            #expect(try await client.put(chunk: 1, second, of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0, 1]).status == 200)
            try await client.get(chunk: 0, of: upload.id).expectBytes(first)
            try await client.get(chunk: 1, of: upload.id).expectBytes(second)
            try await client.server.get("/api/file/\(upload.id)/metadata").expectBytes([1, 2])
            #expect(try await client.delete(upload.id, password: "secret").status == 200)
        }
    }

    @Test(arguments: storages)
    func countsOfLimitedFilesAreKept(_ inlineBytes: String) async throws {
        try await HushfileClient.restart(["COFFER_INLINE_BYTES": inlineBytes]) { client in
            let single = try await client.file([[7, 7]], ["limit": 2])
            try await client.get(chunk: 0, of: single).expectBytes([7, 7])
            let double = try await client.file([[1], [2]], ["limit": 1])
            try await client.get(chunk: 0, of: double).expectBytes([1])
            return [single, double]
        } after: { client, ids in
            #expect(try await client.info(ids[0])["downloads"] == 1)
            try await client.get(chunk: 0, of: ids[0]).expectBytes([7, 7])
            try await client.expectGone(ids[0])
            let info = try await client.info(ids[1])
            #expect(info["chunks"] == [0, 1])
            #expect(info["downloads"] == 0)
            try await client.get(chunk: 0, of: ids[1]).expect(416, HushfileBody.noChunk(0, ids[1]))
            try await client.get(chunk: 1, of: ids[1]).expectBytes([2])
            try await client.expectGone(ids[1])
        }
    }

    @Test
    func drainGoesOn() async throws {
        try await HushfileClient.restart([:], away: .seconds(3599)) { client in
            let id = try await client.file([[1], [2]], ["limit": 1])
            #expect(try await client.get(chunk: 0, of: id).status == 200)
            return id
        } after: { client, id in
            try await client.sweep()
            #expect(try await client.info(id)["chunks"] == [0, 1])
            client.server.clock.advance(by: .seconds(1))
            try await client.sweep()
            try await client.expectGone(id)
        }
    }

    @Test(arguments: storages)
    func goneStaysGone(_ inlineBytes: String) async throws {
        try await HushfileClient.restart(["COFFER_INLINE_BYTES": inlineBytes]) { client in
            let deleted = try await client.file([[1]], ["deletepassword": "secret"])
            #expect(try await client.delete(deleted, password: "secret").status == 200)
            let burned = try await client.file([[1]], ["limit": 1])
            #expect(try await client.get(chunk: 0, of: burned).status == 200)
            return [deleted, burned]
        } after: { client, ids in
            for id in ids { try await client.expectGone(id) }
            #expect(try await client.eventually { client.storedFiles.isEmpty })
        }
    }

    @Test
    func whatExpiredMeanwhileIsGoneAtOnceAndErasedUnasked() async throws {
        try await HushfileClient.restart(["COFFER_INLINE_BYTES": "0"], away: .seconds(100)) { client in
            try await client.file([[1], [2]], metadata: [3], ["expire": 1_700_000_100])
        } after: { client, id in
            try await client.expectGone(id)
            #expect(try await client.eventually { client.storedFiles.isEmpty })
        }
    }

    @Test
    func unfinishedUploadIsRemovedADayAfterItsLastWrite() async throws {
        let settings = ["COFFER_HUSHFILE_MAX_RETENTION_HOURS": "1000", "COFFER_INLINE_BYTES": "0"]
        try await HushfileClient.restart(settings, away: .seconds(86400)) { client in
            let upload = try await client.initiate()
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            return upload.id
        } after: { client, id in
            try await client.sweep()
            try await client.expectGone(id)
            #expect(try await client.eventually { client.storedFiles.isEmpty })
        }
    }

    @Test
    func finishedFilesAreServedAsBefore() async throws {
        let large = HushfileClient.bytes(600_000)
        try await HushfileClient.restart([:]) { client in
            let id = try await client.file([large, [], [5]], metadata: [1])
            #expect(try await client.get(chunk: 2, of: id).status == 200)
            return id
        } after: { client, id in
            try await client.get(chunk: 0, of: id).expectBytes(large)
            try await client.get(chunk: 1, of: id).expectBytes([])
            try await client.get(chunk: 2, of: id).expectBytes([5])
            try await client.server.get("/api/file/\(id)/metadata").expectBytes([1])
            let info = try await client.info(id)
            #expect(info["finished"] == true)
            #expect(info["totalsize"] == 600_001)
        }
    }

    @Test
    func slotOfATransferCutShortIsFreeAfterwards() async throws {
        try await HushfileClient.restart([:]) { client in
            let id = try await client.file([HushfileClient.bytes(HushfileDownloadLimitTests.hugeBytes)], ["limit": 1])
            try await TestConnection.open(port: client.server.port) { connection in
                try await connection.write(client.server.head("GET", "/api/file/\(id)/0"))
                #expect(try await connection.readHead().status == 200)
                _ = try await connection.read(1000)
            }
            return id
        } after: { client, id in
            #expect(try await client.get(chunk: 0, of: id).body.count == HushfileDownloadLimitTests.hugeBytes)
            try await client.expectGone(id)
        }
    }
}
