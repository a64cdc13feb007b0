import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: downloads and limit", .serialized, .timeLimit(.minutes(20)))
struct HushfileDownloadLimitTests {
    /// Chunks as files, and chunks in the database.
    static let storages = ["0", "32768"]
    /// More than two socket buffers and what the test itself reads ahead hold.
    static let hugeBytes = 12 * 1024 * 1024

    // MARK: Exact under concurrency

    @Test(arguments: storages, [1, 5, 17, 63])
    func parallelReadersOfOneChunkGetExactlyTheLimit(_ inlineBytes: String, _ limit: Int) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let bytes = HushfileClient.bytes(20_000)
            let id = try await client.file([bytes], ["limit": .integer(limit)])
            let answers = try await client.parallel(64) { _ in try await client.get(chunk: 0, of: id) }
            #expect(answers.filter { $0.status == 200 }.count == limit)
            for answer in answers {
                switch answer.status {
                case 200: answer.expectBytes(bytes)
                case 416: answer.expect(416, HushfileBody.noChunk(0, id))
                default: answer.expect(404, HushfileBody.notFound(id))
                }
            }
            try await client.expectGone(id)
            #expect(try await client.eventually { client.storedFiles.isEmpty })
        }
    }

    @Test(arguments: storages)
    func twoRacingReadersOfLimitOneGiveOneWinner(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            for _ in 0..<20 {
                let id = try await client.file([[1, 2, 3]], ["limit": 1])
                let statuses = try await client.parallel(2) { _ in try await client.get(chunk: 0, of: id).status }
                #expect(statuses.filter { $0 == 200 }.count == 1, "\(statuses)")
                #expect(statuses.contains(416) || statuses.contains(404), "\(statuses)")
            }
        }
    }

    @Test(arguments: storages)
    func everyChunkOfALargerFileIsServedExactlyTheLimit(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let chunks = (0..<6).map { HushfileClient.bytes(9000 + $0, seed: UInt64($0)) }
            let id = try await client.file(chunks, ["limit": 3])
            // Each chunk is asked for eight times.
            let answers = try await client.parallel(48) { try await client.get(chunk: $0 % 6, of: id) }
            for (index, chunk) in chunks.enumerated() {
                let own = answers.enumerated().filter { $0.offset % 6 == index }.map(\.element)
                #expect(own.filter { $0.status == 200 }.count == 3)
                for answer in own where answer.status == 200 { answer.expectBytes(chunk) }
                #expect(own.allSatisfy { [200, 416, 404].contains($0.status) })
            }
            try await client.expectGone(id)
            #expect(try await client.eventually { client.storedFiles.isEmpty })
        }
    }

    // MARK: One pass is one download

    enum Pass: String, CaseIterable, Sendable { case sequential, reversed, parallel }

    @Test(arguments: Pass.allCases, storages)
    func passOverAllChunksIsOneDownload(_ pass: Pass, _ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let chunks = (1...7).map { HushfileClient.bytes(1000 * $0, seed: UInt64($0)) }
            let id = try await client.file(chunks, metadata: [1], ["limit": 3])
            for round in 1...3 {
                try await server.get("/api/file/\(id)/metadata").expectBytes([1])
                switch pass {
                case .sequential:
                    for index in 0..<7 { try await client.get(chunk: index, of: id).expectBytes(chunks[index]) }
                case .reversed:
                    for index in (0..<7).reversed() {
                        try await client.get(chunk: index, of: id).expectBytes(chunks[index])
                    }
                case .parallel:
                    let answers = try await client.parallel(7) { try await client.get(chunk: $0, of: id) }
                    for (index, answer) in answers.enumerated() { answer.expectBytes(chunks[index]) }
                }
                if round < 3 { #expect(try await client.info(id)["downloads"] == .integer(round)) }
            }
            try await client.expectGone(id)
        }
    }

    @Test
    func parallelPassesUpToTheLimitAllSucceed() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let chunks = (0..<5).map { HushfileClient.bytes(3000, seed: UInt64($0)) }
            let id = try await client.file(chunks, ["limit": 4])
            let passes = try await client.parallel(4) { number in
                var whole: [[UInt8]] = []
                for index in number.isMultiple(of: 2) ? Array(0..<5) : (0..<5).reversed() {
                    whole.append(try await client.get(chunk: index, of: id).body)
                }
                return number.isMultiple(of: 2) ? whole : whole.reversed()
            }
            for pass in passes { #expect(pass == chunks) }
            try await client.expectGone(id)
        }
    }

    @Test
    func downloadsIsTheMinimumOverTheChunks() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[0], [1], [2]], ["limit": 10])
            let steps: [(chunk: Int, downloads: JSONValue)] = [
                (0, 0), (0, 0), (1, 0), (2, 1), (2, 1), (1, 2), (1, 2), (0, 2), (2, 3),
            ]
            for step in steps {
                #expect(try await client.get(chunk: step.chunk, of: id).status == 200)
                #expect(try await client.info(id)["downloads"] == step.downloads)
            }
        }
    }

    @Test(arguments: storages)
    func chunkAtItsLimitIs416WhileTheOthersAreServed(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[10], [11], [12]], metadata: [9], ["limit": 2])
            let before = client.storedFiles.count
            for _ in 0..<2 { try await client.get(chunk: 1, of: id).expectBytes([11]) }
            for _ in 0..<2 { try await client.get(chunk: 1, of: id).expect(416, HushfileBody.noChunk(1, id)) }
            let info = try await client.info(id)
            #expect(info["chunks"] == [0, 1, 2])
            #expect(info["totalsize"] == 3)
            #expect(info["finished"] == true)
            #expect(info["downloads"] == 0)
            let exists = try await server.get("/api/file/\(id)/exists")
            exists.expect(200, ["fileid": .string(id), "exists": true, "finished": true])
            try await server.get("/api/file/\(id)/metadata").expectBytes([9])
            let left = inlineBytes == "0" ? before - 1 : 0
            #expect(try await client.eventually { client.storedFiles.count == left })
            for index in [0, 2, 0] { #expect(try await client.get(chunk: index, of: id).status == 200) }
            #expect(try await client.info(id)["downloads"] == 1)
            #expect(try await client.get(chunk: 2, of: id).status == 200)
            try await client.expectGone(id)
        }
    }

    @Test(arguments: storages)
    func emptyChunksCountToo(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            // Whoever has the head of such an answer has the whole chunk.
            for _ in 0..<10 {
                let id = try await client.file([[], []], ["limit": 1])
                try await client.get(chunk: 0, of: id).expectBytes([])
                try await client.get(chunk: 0, of: id).expect(416, HushfileBody.noChunk(0, id))
                try await client.get(chunk: 1, of: id).expectBytes([])
                try await client.expectGone(id)
            }
        }
    }

    @Test
    func discardedChunksHaveNoPartInTheCount() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(["limit": 1])
            for index in 0..<3 { #expect(try await client.put(chunk: index, [1], of: upload).status == 200) }
            #expect(try await client.finish(upload, chunks: [1]).status == 200)
            #expect(try await client.get(chunk: 1, of: upload.id).status == 200)
            try await client.expectGone(upload.id)
        }
    }

    @Test
    func requestsThatSendNoChunkAreNotCounted() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1, 2, 3]], metadata: [4], ["limit": 1])
            for _ in 0..<3 {
                for path in ["0", "info", "exists", "metadata"] {
                    #expect(try await server.send("HEAD", "/api/file/\(id)/\(path)").status == 200)
                }
                for (path, status) in [("info", 200), ("exists", 200), ("metadata", 200), ("1", 416), ("01", 400)] {
                    #expect(try await server.get("/api/file/\(id)/\(path)").status == status)
                }
                #expect(try await server.send("POST", "/api/file/\(id)/0").status == 400)
            }
            #expect(try await client.info(id)["downloads"] == 0)
            try await client.get(chunk: 0, of: id).expectBytes([1, 2, 3])
            try await client.expectGone(id)
        }
    }

    // MARK: Count before the last bytes

    @Test(arguments: storages, [JSONValue.null, 100])
    func whoeverHasTheWholeChunkSeesTheNewCount(_ inlineBytes: String, _ limit: JSONValue) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let bytes = HushfileClient.bytes(300_000)
            let id = try await client.file([bytes], ["limit": limit])
            for count in 1...20 {
                try await client.get(chunk: 0, of: id).expectBytes(bytes)
                #expect(try await client.info(id)["downloads"] == .integer(count))
            }
        }
    }

    @Test(arguments: storages)
    func whoeverHasTheLastCopyFindsTheFileGone(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            for _ in 0..<10 {
                let id = try await client.file([HushfileClient.bytes(5000)], ["limit": 1])
                #expect(try await client.get(chunk: 0, of: id).status == 200)
                #expect(try await server.get("/api/file/\(id)/exists").status == 404)
            }
        }
    }

    // MARK: Transfers under way

    @Test
    func transferUnderWayHoldsItsSlotAndCountsNothing() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let bytes = HushfileClient.bytes(Self.hugeBytes)
            let id = try await client.file([bytes], ["limit": 1])
            try await TestConnection.open(port: server.port) { connection in
                try await connection.write(server.head("GET", "/api/file/\(id)/0"))
                #expect(try await connection.readHead().status == 200)
                let start = try await connection.read(1000)
                try await client.get(chunk: 0, of: id).expect(416, HushfileBody.noChunk(0, id))
                #expect(try await client.info(id)["downloads"] == 0)
                #expect(try await server.get("/api/file/\(id)/exists").status == 200)
                let rest = try await connection.read(bytes.count - 1000)
                let isIntact = start + rest == bytes
                #expect(isIntact)
            }
            try await client.expectGone(id)
        }
    }

    @Test
    func abortedTransferFreesItsSlot() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let bytes = HushfileClient.bytes(Self.hugeBytes)
            let id = try await client.file([bytes, [7]], ["limit": 1])
            for _ in 0..<3 {
                // The server notices a while after the client is gone that the slot of the round before is free.
                #expect(try await client.eventually { try await readSomeAndCut("/api/file/\(id)/0", server) })
                #expect(try await client.info(id)["downloads"] == 0)
            }
            let answer = try await client.ask(until: { $0.status != 416 }) { try await client.get(chunk: 0, of: id) }
            answer.expectBytes(bytes)
            try await client.get(chunk: 0, of: id).expect(416, HushfileBody.noChunk(0, id))
            try await client.get(chunk: 1, of: id).expectBytes([7])
            try await client.expectGone(id)
        }
    }

    @Test
    func manyAbortedTransfersFreeAllTheirSlots() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([HushfileClient.bytes(Self.hugeBytes)], ["limit": 4])
            let started = try await client.parallel(4) { _ in try await readSomeAndCut("/api/file/\(id)/0", server) }
            #expect(started == [true, true, true, true])
            for _ in 0..<4 {
                // Each success takes one of the four slots for good.
                #expect(try await client.eventually { try await client.get(chunk: 0, of: id).status == 200 })
            }
            try await client.expectGone(id)
        }
    }

    /// - Returns: false when there was no slot.
    private func readSomeAndCut(_ target: String, _ server: TestServer) async throws -> Bool {
        try await TestConnection.open(port: server.port) { connection in
            try await connection.write(server.head("GET", target))
            guard try await connection.readHead().status == 200 else { return false }
            _ = try await connection.read(100_000)
            await connection.cut()
            return true
        }
    }

    // MARK: Drain

    @Test(arguments: storages)
    func restIsRemovedAnHourAfterTheFirstChunkWasErased(_ inlineBytes: String) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": inlineBytes]) { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1], [2], [3]], metadata: [9], ["limit": 1])
            #expect(try await client.get(chunk: 0, of: id).status == 200)
            server.clock.advance(by: .seconds(1800))
            #expect(try await client.get(chunk: 1, of: id).status == 200)
            server.clock.advance(by: .seconds(1799))
            try await client.sweep()
            let info = try await client.info(id)
            #expect(info["chunks"] == [0, 1, 2])
            #expect(info["downloads"] == 0)
            #expect(try await server.get("/api/file/\(id)/exists").status == 200)
            try await server.get("/api/file/\(id)/metadata").expectBytes([9])
            server.clock.advance(by: .seconds(1))
            try await client.sweep()
            try await client.expectGone(id)
            #expect(try await client.eventually { client.storedFiles.isEmpty })
        }
    }

    @Test
    func drainTimeCanBeSet() async throws {
        try await TestServer.run(["COFFER_HUSHFILE_DRAIN_SECONDS": "10"]) { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1], [2]], ["limit": 1])
            #expect(try await client.get(chunk: 1, of: id).status == 200)
            server.clock.advance(by: .seconds(9))
            try await client.sweep()
            #expect(try await server.get("/api/file/\(id)/exists").status == 200)
            server.clock.advance(by: .seconds(1))
            try await client.sweep()
            try await client.expectGone(id)
        }
    }

    @Test
    func restStaysReadableUntilTheDrainEnds() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1], [2]], ["limit": 1])
            #expect(try await client.get(chunk: 0, of: id).status == 200)
            server.clock.advance(by: .seconds(3599))
            try await client.sweep()
            try await client.get(chunk: 1, of: id).expectBytes([2])
            try await client.expectGone(id)
        }
    }

    @Test
    func fileWithoutErasedChunksDoesNotDrain() async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1], [2]], ["limit": 2])
            #expect(try await client.get(chunk: 0, of: id).status == 200)
            server.clock.advance(by: .seconds(7200))
            try await client.sweep()
            #expect(try await client.info(id)["downloads"] == 0)
            try await client.get(chunk: 0, of: id).expectBytes([1])
        }
    }
}
