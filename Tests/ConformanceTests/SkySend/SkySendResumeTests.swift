import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: broken downloads", .serialized, .timeLimit(.minutes(20)))
struct SkySendResumeTests {
    static let size = 8 * 1024 * 1024
    static let read = 2 * 1024 * 1024

    /// Downloads so many bytes and cuts the connection.
    ///
    /// - Returns: the file's tag.
    private static func cut(
        _ id: String,
        after count: Int,
        _ client: SkySendClient,
        from address: String = "203.0.113.1"
    ) async throws -> String {
        try await TestConnection.open(port: client.server.port) { connection in
            let headers = [("X-Auth-Token", SkySendClient.auth)] + SkySendClient.from(address)
            try await connection.write(client.server.head("GET", "/api/download/\(id)", headers: headers))
            let head = try await connection.readHead()
            try #require(head.status == 200)
            _ = try await connection.read(count)
            await connection.cut()
            return try #require(head.header("etag"))
        }
    }

    private static func resume(
        _ id: String,
        _ tag: String?,
        range: String = "bytes=\(read)-",
        _ client: SkySendClient,
        from address: String = "203.0.113.1"
    ) async throws -> TestResponse {
        let condition = tag.map { [("If-Range", $0)] } ?? []
        return try await client.download(id, headers: [("Range", range)] + condition + SkySendClient.from(address))
    }

    private static func expectRest(
        _ response: TestResponse,
        from start: Int = read,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(response.status == 206, sourceLocation: sourceLocation)
        #expect(
            response.header("content-range") == "bytes \(start)-\(size - 1)/\(size)",
            sourceLocation: sourceLocation
        )
        #expect(response.header("content-length") == String(size - start), sourceLocation: sourceLocation)
        #expect(response.header("content-type") == "application/octet-stream", sourceLocation: sourceLocation)
        #expect(response.header("cache-control") == "no-store", sourceLocation: sourceLocation)
        let isIntact = response.body == Array(SkySendClient.bytes(size).dropFirst(start))
        #expect(isIntact, "\(response.body.count) bytes are not the rest", sourceLocation: sourceLocation)
    }

    // MARK: Counting

    @Test
    func downloadBrokenLateIsSpent() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file(SkySendClient.bytes(Self.size), ["X-Max-Downloads": "2"])
            _ = try await Self.cut(id, after: Self.read, client)
            try await client.settle()
            #expect(try await client.details(id)["downloadCount"] == 1)
            #expect(try await client.download(id).status == 200)
            try await client.info(id).expectFailure(410, "Download limit reached")
        }
    }

    /// The count once it has stood still for a while: what a client that went had begun is given back when the server
    /// notices, which takes the longer the slower the store.
    private func settledCount(of id: String, _ client: SkySendClient) async throws -> Int64 {
        var last: Int64 = -1
        var same = 0
        while same < 10 {
            try await client.settle()
            let counted = try await client.details(id)["downloadCount"]
            guard case .integer(let count)? = counted else {
                Issue.record("no count")
                return last
            }
            same = count == last ? same + 1 : 0
            last = count
            try await Task.sleep(for: .milliseconds(200))
        }
        return last
    }

    /// How much of the answer had left the server when the client went is for the kernels to say; whatever was counted,
    /// what is left must fit.
    @Test
    func clientsThatLeaveAtOnceNeverDisturbTheCount() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(Self.size)
            let id = try await client.file(bytes, ["X-Max-Downloads": "10"])
            for _ in 0..<8 {
                try await TestConnection.open(port: client.server.port) { connection in
                    let headers = [("X-Auth-Token", SkySendClient.auth)]
                    try await connection.write(client.server.head("GET", "/api/download/\(id)", headers: headers))
                    await connection.cut()
                }
            }
            let count = try await settledCount(of: id, client)
            #expect((0...8).contains(count))
            let answers = try await client.parallel(12) { _ in try await client.download(id).status }
            #expect(answers.filter { $0 == 200 }.count == 10 - Int(count))
            #expect(answers.filter { $0 == 410 }.count == 2 + Int(count))
        }
    }

    // MARK: Resume

    @Test
    func brokenDownloadGoesOnWithoutANewCount() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file(SkySendClient.bytes(Self.size), ["X-Max-Downloads": "1"])
            let tag = try await Self.cut(id, after: Self.read, client)
            // No slot is left, so asking too early costs nothing.
            var response = try await Self.resume(id, tag, client)
            let isResumed = try await client.eventually {
                if response.status != 206 { response = try await Self.resume(id, tag, client) }
                return response.status == 206
            }
            try #require(isResumed, "\(response.status)")
            Self.expectRest(response)
            #expect(response.header("etag") == tag)
            try await client.info(id).expectFailure(410, "Download limit reached")
            try await client.download(id).expectFailure(410, "Download limit reached")
        }
    }

    @Test
    func resumeThatBreaksMayBeResumed() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file(SkySendClient.bytes(Self.size), ["X-Max-Downloads": "1"])
            let tag = try await Self.cut(id, after: Self.read, client)
            try await client.awaitInterruption()
            try await TestConnection.open(port: client.server.port) { connection in
                let headers = [
                    ("X-Auth-Token", SkySendClient.auth), ("Range", "bytes=\(Self.read)-"), ("If-Range", tag),
                ]
                let all = headers + SkySendClient.from("203.0.113.1")
                try await connection.write(client.server.head("GET", "/api/download/\(id)", headers: all))
                #expect(try await connection.readHead().status == 206)
                _ = try await connection.read(1_000_000)
                await connection.cut()
            }
            try await client.awaitInterruption()
            let start = Self.read + 1_000_000
            Self.expectRest(try await Self.resume(id, tag, range: "bytes=\(start)-", client), from: start)
        }
    }

    @Test
    func otherAddressGetsNoResume() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file(SkySendClient.bytes(Self.size), ["X-Max-Downloads": "1"])
            let tag = try await Self.cut(id, after: Self.read, client)
            try await client.awaitInterruption()
            let stranger = try await Self.resume(id, tag, client, from: "203.0.113.2")
            stranger.expectFailure(410, "Download limit reached")
            Self.expectRest(try await Self.resume(id, tag, client))
        }
    }

    @Test
    func resumeNeedsTheRightTagAndToken() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file(SkySendClient.bytes(Self.size), ["X-Max-Downloads": "1"])
            let tag = try await Self.cut(id, after: Self.read, client)
            try await client.awaitInterruption()
            for other in [nil, "\"x\"", "W/\(tag)", "Tue, 14 Nov 2023 22:13:20 GMT"] {
                try await Self.resume(id, other, client).expectFailure(410, "Download limit reached")
            }
            let headers = [("Range", "bytes=\(Self.read)-"), ("If-Range", tag)] + SkySendClient.from("203.0.113.1")
            let wrong = try await client.download(id, auth: SkySendDownloadTests.wrong, headers: headers)
            wrong.expectFailure(401, "Invalid auth token")
            Self.expectRest(try await Self.resume(id, tag, client))
        }
    }

    @Test
    func resumeIsOfferedForTenMinutes() async throws {
        try await SkySendClient.run { client in
            for (seconds, isResumed) in [(599, true), (601, false)] {
                let id = try await client.file(SkySendClient.bytes(Self.size), ["X-Max-Downloads": "2"])
                let tag = try await Self.cut(id, after: Self.read, client)
                try await client.awaitInterruption()
                client.clock.advance(by: .seconds(seconds))
                let response = try await Self.resume(id, tag, client)
                if isResumed {
                    Self.expectRest(response)
                    #expect(try await client.details(id)["downloadCount"] == 1)
                } else {
                    response.expectFile(SkySendClient.bytes(Self.size))
                    try await client.info(id).expectFailure(410, "Download limit reached")
                }
            }
        }
    }

    @Test
    func deletedUploadIsNotResumed() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file(SkySendClient.bytes(Self.size))
            let tag = try await Self.cut(id, after: Self.read, client)
            try await client.settle()
            #expect(try await client.delete(id).status == 200)
            try await Self.resume(id, tag, client).expectFailure(404, "Upload not found")
        }
    }

    // MARK: No resume

    @Test(arguments: ["bytes=0-0", "bytes=5-", "bytes=-5", "bytes=99999-", "lines=1-2", "bytes=0-1,3-4"])
    func bareRangeIsIgnored(_ range: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file(SkySendClient.bytes(1000), ["X-Max-Downloads": "2"])
            try await client.download(id, headers: [("Range", range)]).expectFile(SkySendClient.bytes(1000))
            #expect(try await client.details(id)["downloadCount"] == 1)
        }
    }

    @Test
    func wholeDownloadIsNotResumed() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(1000)
            let id = try await client.file(bytes, ["X-Max-Downloads": "2"])
            let first = try await client.download(id)
            let tag = try #require(first.header("etag"))
            try await client.settle()
            let headers = [("Range", "bytes=500-"), ("If-Range", tag)]
            try await client.download(id, headers: headers).expectFile(bytes)
            try await client.download(id, headers: headers).expectFailure(410, "Download limit reached")
        }
    }

    @Test
    func conditionWithoutAnEarlierDownloadGetsTheWholeFile() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(1000)
            let id = try await client.file(bytes, ["X-Max-Downloads": "2"])
            let auth = [("X-Auth-Token", SkySendClient.auth)]
            let head = try await client.server.send("HEAD", "/api/download/\(id)", headers: auth)
            let tag = head.header("etag") ?? "\"x\""
            let headers = [("Range", "bytes=500-"), ("If-Range", tag)]
            try await client.download(id, headers: headers).expectFile(bytes)
            #expect(try await client.details(id)["downloadCount"] == 1)
        }
    }
}
