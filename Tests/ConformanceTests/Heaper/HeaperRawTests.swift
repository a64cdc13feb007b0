import CofferHTTP
import CofferTesting
import Testing
import Yjs

@Suite(
    "Heaper: GET and HEAD /api/file/{key}/raw/{slug} and /api/stream/{key}/{slug}",
    .serialized,
    .timeLimit(.minutes(20))
)
struct HeaperRawTests {
    private static let bytes = HeaperClient.bytes(300_000)

    private struct Stored: Sendable {
        let place: HeaperClient.FilePlace
        let file: String
        let hash = HeaperClient.hash(HeaperRawTests.bytes)

        var session: HeaperClient.Session { place.session }
    }

    private static func run(
        name: String = "file.bin",
        type: String = "application/x-test",
        _ body: @escaping @Sendable (HeaperClient, Stored) async throws -> Void
    ) async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let answer = try await client.upload(bytes, to: place, name: name, type: type)
            try await body(client, Stored(place: place, file: try answer.heaperText("file_id")))
        }
    }

    @Test func bytesComeWithTheirHeaders() async throws {
        try await Self.run(name: "ä.bin") { client, stored async throws in
            let answer = try await client.raw(stored.place.block, as: stored.session)
            #expect(answer.status == 200)
            #expect(answer.body == Self.bytes)
            #expect(answer.header("content-type") == "application/x-test")
            #expect(answer.header("content-length") == "300000")
            #expect(answer.header("accept-ranges") == "bytes")
            #expect(answer.header("etag") == "\"\(stored.hash)\"")
            #expect(answer.header("last-modified") == "Tue, 14 Nov 2023 22:13:20 GMT")
            #expect(answer.header("cache-control") == "private, max-age=31536000, immutable")
            #expect(answer.header("x-content-type-options") == "nosniff")
            #expect(answer.header("content-disposition") == "inline; filename*=UTF-8''%C3%A4.bin")
            #expect(answer.header("content-security-policy") == nil)
        }
    }

    @Test func keysMayBeBlockFileOrHash() async throws {
        try await Self.run { client, stored async throws in
            let keys = [stored.place.block, stored.file, stored.hash, stored.hash.uppercased()]
            for key in keys {
                for path in ["/api/file/\(key)/raw/any", "/api/stream/\(key)/any"] {
                    let answer = try await client.get(path, as: stored.session)
                    #expect(answer.body == Self.bytes, "\(path)")
                }
            }
            // With two files of one hash, the hash alone says too little.
            try await client.upload(Self.bytes, to: stored.place.at("second"))
            let both = try await client.raw(stored.hash, as: stored.session)
            #expect(both.status == 404)
            #expect(both.heaperCode == "file_not_found")
        }
    }

    @Test func headTellsTheSameWithoutBytes() async throws {
        try await Self.run { client, stored async throws in
            for path in ["/api/file/\(stored.file)/raw/a", "/api/stream/\(stored.file)/a"] {
                let get = try await client.get(path, as: stored.session)
                let head = try await client.send("HEAD", path, as: stored.session, headers: [("Range", "bytes=0-1")])
                #expect(head.status == 200)
                #expect(head.body.isEmpty)
                for name in ["etag", "content-length", "content-type", "last-modified", "content-disposition"] {
                    #expect(head.header(name) == get.header(name), "\(name)")
                }
                let missing = try await client.send("HEAD", "/api/file/none/raw/a", as: stored.session)
                #expect(missing.status == 404)
            }
        }
    }

    @Test(arguments: [
        ("bytes=0-0", 0..<1), ("bytes=299990-", 299_990..<300_000), ("bytes=-10", 299_990..<300_000),
        ("bytes=10-999999999", 10..<300_000), ("bytes=-999999999", 0..<300_000),
        ("bytes=100000-200000", 100_000..<200_001),
    ])
    func oneRangeIsAPart(field: String, range: Range<Int>) async throws {
        try await Self.run { client, stored async throws in
            let answer = try await client.raw(stored.file, as: stored.session, headers: [("Range", field)])
            #expect(answer.status == 206)
            #expect(answer.body == Array(Self.bytes[range]))
            #expect(answer.header("content-range") == "bytes \(range.lowerBound)-\(range.upperBound - 1)/300000")
            #expect(answer.header("content-length") == String(range.count))
        }
    }

    @Test func otherRangesGiveAllOrNothing() async throws {
        try await Self.run { client, stored async throws in
            for field in ["bytes=0-1,5-6", "bytes=5-1", "bytes=a-b", "lines=0-1", "bytes", "bytes=--1", ""] {
                let answer = try await client.raw(stored.file, as: stored.session, headers: [("Range", field)])
                #expect(answer.status == 200, "\(field)")
                #expect(answer.body.count == 300_000)
                #expect(answer.header("content-range") == nil)
            }
            for field in ["bytes=300000-", "bytes=-0", "bytes=99999999999999999999-"] {
                let answer = try await client.raw(stored.file, as: stored.session, headers: [("Range", field)])
                #expect(answer.status == 416, "\(field)")
                #expect(answer.heaperCode == "range_not_satisfiable")
                #expect(answer.header("content-range") == "bytes */300000")
            }
        }
    }

    @Test func conditionsAreObeyed() async throws {
        try await Self.run { client, stored async throws in
            let tag = "\"\(stored.hash)\""
            for field in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
                let answer = try await client.raw(stored.file, as: stored.session, headers: [("If-None-Match", field)])
                #expect(answer.status == 304, "\(field)")
                #expect(answer.header("etag") == tag)
                #expect(answer.body.isEmpty)
            }
            let other = try await client.raw(stored.file, as: stored.session, headers: [("If-None-Match", "\"x\"")])
            #expect(other.status == 200)
            let range: HeaperClient.Headers = [("Range", "bytes=0-4")]
            let same = try await client.raw(stored.file, as: stored.session, headers: range + [("If-Range", tag)])
            #expect(same.status == 206)
            for condition in ["\"x\"", "W/\(tag)", "Tue, 14 Nov 2023 22:13:20 GMT"] {
                let answer = try await client.raw(
                    stored.file,
                    as: stored.session,
                    headers: range + [("If-Range", condition)]
                )
                #expect(answer.status == 200, "\(condition)")
            }
        }
    }

    @Test(arguments: [
        "text/html", "image/svg+xml", "application/xml", "TEXT/HTML; charset=utf-8", "application/xhtml+xml",
        "multipart/x-mixed-replace; boundary=x", "message/rfc822",
    ])
    func activeTypesAreSandboxed(type: String) async throws {
        try await Self.run(type: type) { client, stored async throws in
            let answer = try await client.raw(stored.file, as: stored.session)
            #expect(answer.header("content-type") == type)
            #expect(answer.header("content-security-policy") == "sandbox; default-src 'none'")
            #expect(answer.header("x-content-type-options") == "nosniff")
        }
    }

    /// A document may name any type for a file before its bytes come.
    @Test func typeThatIsNoneIsNotSent() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let hash = HeaperClient.hash(Self.bytes)
            var document = YDocument()
            let update = try document.edit(as: 5) { edit in
                let entry = YValue.object([
                    YEntry("name", .string("a\r\nb")), YEntry("mime_type", .string("text/html\r\nX-Evil: 1")),
                ])
                try edit.set(entry, forKey: "\(hash):\(Self.bytes.count)", in: .root("files_v0"))
            }.update
            _ = try await client.push(heaperEntry(place.block, update, in: place.heap), as: place.session)
            try await client.upload(Self.bytes, to: place, name: "", type: "")
            let answer = try await client.raw(place.block, as: place.session)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/octet-stream")
            #expect(answer.header("content-disposition") == "inline; filename*=UTF-8''ab")
            #expect(answer.header("x-evil") == nil)
        }
    }

    @Test func downloadIsForRawAlone() async throws {
        try await Self.run(name: "a\r\nb\"c;.bin") { client, stored async throws in
            let saved = try await client.raw(stored.file, as: stored.session, query: "?download=1")
            #expect(saved.header("content-disposition") == "attachment; filename*=UTF-8''ab%22c%3B.bin")
            let shown = try await client.raw(stored.file, as: stored.session, query: "?download=0")
            #expect(shown.header("content-disposition")?.hasPrefix("inline;") == true)
            let stream = try await client.get("/api/stream/\(stored.file)/a?download=1", as: stored.session)
            #expect(stream.header("content-disposition")?.hasPrefix("inline;") == true)
        }
    }

    @Test func tokensMayStandInTheQuery() async throws {
        try await Self.run { client, stored async throws in
            let token = stored.session.accessToken
            for path in ["/api/file/\(stored.file)/raw/a", "/api/stream/\(stored.file)/a"] {
                #expect(try await client.get("\(path)?token=\(token)").status == 200)
                #expect(try await client.get(path).status == 401)
                #expect(try await client.get("\(path)?token=x").status == 401)
            }
        }
    }

    @Test func whatIsForeignLooksAsIfUnknown() async throws {
        try await Self.run { client, stored async throws in
            let stranger = try await client.login()
            let unknown = try await client.raw("none", as: stranger)
            #expect(unknown.status == 404)
            for key in [stored.place.block, stored.file, stored.hash, "a%20b", "..", "%2e%2e"] {
                let answer = try await client.raw(key, as: stranger)
                #expect(answer.status == 404, "\(key)")
                #expect(answer.text == unknown.text || key == ".." || key == "%2e%2e", "\(key) \(answer.text)")
            }
        }
    }

    @Test func hashPicksOneOfSeveral() async throws {
        try await Self.run { client, stored async throws in
            let other = HeaperClient.bytes(100_000, seed: 2)
            client.clock.advance(by: .seconds(1))
            try await client.upload(other, to: stored.place)
            let newest = try await client.raw(stored.place.block, as: stored.session)
            #expect(newest.body == other)
            let first = try await client.raw(stored.place.block, as: stored.session, query: "?hash=\(stored.hash)")
            #expect(first.body == Self.bytes)
            let unknown = try await client.raw(
                stored.place.block,
                as: stored.session,
                query: "?hash=\(HeaperClient.hash([1]))"
            )
            #expect(unknown.status == 404)
            let malformed = try await client.raw(stored.place.block, as: stored.session, query: "?hash=x")
            #expect(malformed.status == 400)
        }
    }

    @Test func abandonedDownloadsLeaveTheFileUsable() async throws {
        try await Self.run { client, stored async throws in
            for _ in 0..<5 {
                try await TestConnection.open(port: client.server.port) { connection in
                    let head = client.server.head(
                        "GET",
                        "/api/file/\(stored.file)/raw/a",
                        headers: stored.session.bearer
                    )
                    try await connection.write(head)
                    _ = try await connection.readHead()
                    await connection.cut()
                }
            }
            #expect(try await client.raw(stored.file, as: stored.session).body == Self.bytes)
        }
    }
}
