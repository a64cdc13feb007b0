import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: expiry", .serialized, .timeLimit(.minutes(20)))
struct HushfileExpiryTests {
    @Test
    func finishedFileIsGoneForEveryRequestFromItsExpiry() async throws {
        try await TestServer.run(clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]], metadata: [2], ["expire": 1_700_000_100, "deletepassword": "secret"])
            server.clock.advance(by: .milliseconds(99_999))
            try await client.get(chunk: 0, of: id).expectBytes([1])
            #expect(try await server.get("/api/file/\(id)/exists").status == 200)
            server.clock.advance(by: .milliseconds(1))
            try await client.expectGone(id)
            try await client.get(chunk: 5, of: id).expect(404, HushfileBody.notFound(id))
            try await client.delete(id, password: "secret").expect(404, HushfileBody.notFound(id))
            try await client.delete(id, password: "wrong").expect(404, HushfileBody.notFound(id))
        }
    }

    @Test(arguments: HushfileClient.Write.allCases)
    func unfinishedFileTakesNoWriteFromItsExpiry(_ write: HushfileClient.Write) async throws {
        try await TestServer.run(clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(["expire": 1_700_000_100])
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            server.clock.advance(by: .seconds(100))
            for query in ["?uploadpassword=\(upload.password)", "?uploadpassword=wrong"] {
                let response = try await client.send(write, id: upload.id, query: query)
                response.expect(400, HushfileBody.notInitiated(upload.id))
            }
            try await client.expectGone(upload.id)
        }
    }

    @Test
    func withoutExpiryOfItsOwnAFileLivesForTheMaximumRetention() async throws {
        try await TestServer.run(clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]])
            server.clock.advance(by: .seconds(86399))
            try await client.get(chunk: 0, of: id).expectBytes([1])
            server.clock.advance(by: .seconds(1))
            try await client.expectGone(id)
        }
    }

    @Test
    func withoutMaximumRetentionAFileStays() async throws {
        let settings = ["COFFER_HUSHFILE_MAX_RETENTION_HOURS": "0"]
        try await TestServer.run(settings, clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]])
            server.clock.advance(by: .seconds(3650 * 86400))
            try await client.sweep()
            try await client.get(chunk: 0, of: id).expectBytes([1])
        }
    }

    @Test
    func bytesAreErasedWithinAMinuteWithoutBeingAsked() async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": "0"], clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let kept = try await client.file([[4]], ["expire": 1_700_050_000])
            #expect(client.storedFiles.count == 1)
            _ = try await client.file([[1], [2]], metadata: [3], ["expire": 1_700_000_100])
            let upload = try await client.initiate(["expire": 1_700_000_100])
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            #expect(client.storedFiles.count >= 4)
            server.clock.advance(by: .seconds(160))
            #expect(try await client.eventually { client.storedFiles.count == 1 })
            try await client.get(chunk: 0, of: kept).expectBytes([4])
        }
    }

    @Test(arguments: [true, false])
    func transferUnderWayEndsIntact(_ isSwept: Bool) async throws {
        try await TestServer.run(clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let bytes = HushfileClient.bytes(HushfileDownloadLimitTests.hugeBytes)
            let id = try await client.file([bytes], ["expire": 1_700_000_100, "limit": 5])
            try await TestConnection.open(port: server.port) { connection in
                try await connection.write(server.head("GET", "/api/file/\(id)/0"))
                #expect(try await connection.readHead().status == 200)
                let start = try await connection.read(1000)
                server.clock.advance(by: .seconds(100))
                if isSwept { try await client.sweep() }
                try await client.expectGone(id)
                let rest = try await connection.read(bytes.count - 1000)
                let isIntact = start + rest == bytes
                #expect(isIntact)
            }
            try await client.sweep()
            #expect(try await client.eventually { client.storedFiles.isEmpty })
        }
    }

    // MARK: Uploads nobody finishes

    static let longRetention = ["COFFER_HUSHFILE_MAX_RETENTION_HOURS": "1000", "COFFER_INLINE_BYTES": "0"]

    @Test
    func unfinishedFileIsRemovedADayAfterItsLastAcceptedWrite() async throws {
        try await TestServer.run(Self.longRetention, clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            server.clock.advance(by: .seconds(86399))
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            server.clock.advance(by: .seconds(86399))
            #expect(try await client.put(metadata: [1], of: upload).status == 200)
            server.clock.advance(by: .seconds(86399))
            // Neither a read nor a refused write keeps it.
            #expect(try await client.send(.chunk, id: upload.id, query: "").status == 403)
            #expect(try await client.finish(upload, chunks: [5]).status == 400)
            #expect(try await client.info(upload.id)["finished"] == false)
            server.clock.advance(by: .seconds(1))
            try await client.sweep()
            try await client.expectGone(upload.id)
            #expect(try await client.eventually { client.storedFiles.isEmpty })
            try await client.put(chunk: 1, [1], of: upload).expect(400, HushfileBody.notInitiated(upload.id))
        }
    }

    @Test
    func initiatedFileWithoutAnyWriteIsRemovedAfterADay() async throws {
        try await TestServer.run(Self.longRetention, clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            server.clock.advance(by: .seconds(86399))
            try await client.sweep()
            #expect(try await client.info(upload.id)["finished"] == false)
            server.clock.advance(by: .seconds(1))
            try await client.sweep()
            try await client.expectGone(upload.id)
        }
    }

    @Test
    func finishedFileOutlivesThatDay() async throws {
        try await TestServer.run(Self.longRetention, clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]])
            server.clock.advance(by: .seconds(10 * 86400))
            try await client.sweep()
            try await client.get(chunk: 0, of: id).expectBytes([1])
        }
    }

    @Test
    func timeForUnfinishedFilesCanBeSet() async throws {
        let settings = ["COFFER_HUSHFILE_UNFINISHED_HOURS": "1"]
        try await TestServer.run(settings, clock: ManualClock(HushfileClient.start)) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            server.clock.advance(by: .seconds(3599))
            try await client.sweep()
            #expect(try await client.info(upload.id)["finished"] == false)
            server.clock.advance(by: .seconds(1))
            try await client.sweep()
            try await client.expectGone(upload.id)
        }
    }
}
