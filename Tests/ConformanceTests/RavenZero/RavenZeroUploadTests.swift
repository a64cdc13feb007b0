import CofferHTTP
import CofferTesting
import Foundation
import Testing

@Suite("Raven Zero: POST /upload/", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroUploadTests {
    // MARK: The answer

    @Test func plainUploadAnswersNineMembersInOrder() async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.upload(Array("hello\n".utf8), filename: "document.pdf")
            let key = try RavenZeroClient.text("key", of: response)
            RavenZeroClient.expect(
                response,
                201,
                """
                {"key":"\(key)","preview_url":"\(raven.baseURL)/preview/\(key)",\
                "download_url":"\(raven.baseURL)/download/\(key)","expiry":"2024-12-10T16:00:00Z","uses":1,\
                "filename":"document.pdf","size":6,"created_at":"2024-12-10T15:50:00Z",\
                "sha256":"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"}
                """
            )
        }
    }

    @Test func keysAreThreeLowerCaseWordsAndAllDifferent() async throws {
        try await RavenZeroClient.run { raven in
            var keys: Set<String> = []
            for _ in 0..<60 {
                let key = try await raven.drop()
                #expect(key.wholeMatch(of: /[a-z]{3,9}-[a-z]{3,9}-[a-z]{3,9}/) != nil, "\(key)")
                keys.insert(key)
            }
            #expect(keys.count == 60)
        }
    }

    @Test(
        arguments: [
            ("1", "2024-12-10T15:51:00Z"), ("60", "2024-12-10T16:50:00Z"), ("", "2024-12-10T16:00:00Z"),
            (" 20 ", "2024-12-10T16:10:00Z"), ("\t5\n", "2024-12-10T15:55:00Z"), ("+30", "2024-12-10T16:20:00Z"),
            ("1_5", "2024-12-10T16:05:00Z"), ("1_0", "2024-12-10T16:00:00Z"), ("2.0", "2024-12-10T15:52:00Z"),
            ("12.000", "2024-12-10T16:02:00Z"), (" +4_0.0 ", "2024-12-10T16:30:00Z"),
        ]
    )
    func laxExpiryIsMinutesAfterCreation(text: String, expiry: String) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.upload([65, 66], expiry: text)
            #expect(response.status == 201, "\(response.text)")
            #expect(response.json?["expiry"] == .string(expiry))
            #expect(response.json?["created_at"] == "2024-12-10T15:50:00Z")
        }
    }

    @Test(arguments: [("1", 1), ("5", 5), ("", 1), (" 3 ", 3), ("+2", 2), ("4.0", 4), ("0_2", 2)])
    func laxUsesIsTheNumberOfDownloads(text: String, uses: Int) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.upload([65, 66], uses: text)
            #expect(response.status == 201, "\(response.text)")
            #expect(response.json?["uses"] == .integer(uses))
            let key = try RavenZeroClient.text("key", of: response)
            #expect(try await raven.status(key).json?["remaining_uses"] == .integer(uses))
        }
    }

    @Test func unknownFieldsAreIgnored() async throws {
        try await RavenZeroClient.run { raven in
            let form = MultipartBody()
                .field("password", "x")
                .file("attachment", filename: "other.bin", [1, 2, 3])
                .file("file", filename: "note.txt", Array("hello\n".utf8))
                .field("EXPIRY", "0")
            let response = try await raven.post(form)
            #expect(response.status == 201, "\(response.text)")
            #expect(response.json?["filename"] == "note.txt")
            #expect(response.json?["size"] == 6)
            #expect(response.json?["expiry"] == "2024-12-10T16:00:00Z")
        }
    }

    @Test func lastOfRepeatedFieldsWins() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let form = MultipartBody()
                .field("uses", "1").field("expiry", "abc")
                .file("file", filename: "first.txt", Array("first".utf8))
                .field("file", "not a file")
                .file("file", filename: "second.txt", Array("second".utf8))
                .field("uses", "3").field("expiry", "20")
            let response = try await raven.post(form)
            #expect(response.status == 201, "\(response.text)")
            #expect(response.json?["filename"] == "second.txt")
            #expect(response.json?["uses"] == 3)
            #expect(response.json?["expiry"] == "2024-12-10T16:10:00Z")
            let key = try RavenZeroClient.text("key", of: response)
            RavenZeroClient.expect(try await raven.download(key), bytes: Array("second".utf8))
            #expect(try raven.incoming().isEmpty)
        }
    }

    @Test func lastFieldMayEmptyAnEarlierOne() async throws {
        try await RavenZeroClient.run { raven in
            let form = MultipartBody()
                .field("uses", "4").field("uses", "").file("file", filename: "a.txt", [65, 66])
            let response = try await raven.post(form)
            #expect(response.status == 201, "\(response.text)")
            #expect(response.json?["uses"] == 1)
        }
    }

    // MARK: Ways to send a body

    @Test(arguments: [1, 7, 1000, 65_536])
    func chunkedBodyIsTakenInPiecesOfAnySize(pieceBytes: Int) async throws {
        try await RavenZeroClient.run { raven in
            let bytes = RavenZeroClient.noise(pieceBytes == 1 ? 300 : 200_000)
            let form = MultipartBody().file("file", filename: "a.bin", bytes).field("uses", "2")
            let response = try await TestConnection.open(port: raven.server.port) { connection in
                let headers = [("Content-Type", form.contentType), ("Transfer-Encoding", "chunked")]
                try await connection.write(raven.server.head("POST", "/upload/", headers: headers))
                var rest = form.bytes[...]
                while !rest.isEmpty {
                    let piece = rest.prefix(pieceBytes)
                    rest = rest.dropFirst(pieceBytes)
                    let size = String(piece.count, radix: 16)
                    try await connection.write(Array("\(size)\r\n".utf8) + piece + Array("\r\n".utf8))
                }
                try await connection.write("0\r\n\r\n")
                return try await connection.readResponse()
            }
            #expect(response.status == 201, "\(response.text)")
            let key = try RavenZeroClient.text("key", of: response)
            RavenZeroClient.expect(try await raven.download(key), bytes: bytes)
        }
    }

    @Test func clientThatExpectsContinueIsToldToGoOn() async throws {
        try await RavenZeroClient.run { raven in
            let form = MultipartBody().file("file", filename: "a.txt", [65, 66])
            try await TestConnection.open(port: raven.server.port) { connection in
                let headers = [("Content-Type", form.contentType), ("Expect", "100-continue")]
                let head = raven.server.head("POST", "/upload/", headers: headers, body: form.bytes)
                try await connection.write(head)
                #expect(try await connection.readHead().status == 100)
                try await connection.write(form.bytes)
                #expect(try await connection.readResponse().status == 201)
            }
        }
    }

    @Test(arguments: ["0", "1048576"])
    func contentThatLooksLikeDelimitersComesBackIntact(inlineBytes: String) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": inlineBytes]) { raven in
            let boundary = MultipartBody.boundary
            let text = "\r\n--\(boundary.dropLast())\r\n--\(boundary)x\r\n\r--\(boundary)\n--\(boundary)\r\r\n--"
            let bytes = Array(text.utf8) + RavenZeroClient.noise(70_000) + [13, 10, 45, 45, 13]
            let key = try await raven.drop(bytes)
            RavenZeroClient.expect(try await raven.download(key), bytes: bytes)
        }
    }

    @Test(arguments: [1, 65_535, 65_536, 65_537, 131_072, 1_000_000])
    func filesOfEverySizeComeBackIntact(size: Int) async throws {
        try await RavenZeroClient.run { raven in
            let bytes = RavenZeroClient.noise(size)
            let key = try await raven.drop(bytes)
            RavenZeroClient.expect(try await raven.download(key), bytes: bytes)
        }
    }

    @Test func textBeforeAndAfterTheFormIsIgnored() async throws {
        try await RavenZeroClient.run { raven in
            let form = MultipartBody().file("file", filename: "a.txt", Array("inner".utf8))
            let body = Array("preamble\r\n".utf8) + form.bytes + Array("epilogue\r\n".utf8)
            let response = try await raven.post(raw: body)
            #expect(response.status == 201, "\(response.text)")
            #expect(response.json?["size"] == 5)
        }
    }

    // MARK: Content errors

    static let limit = 10_485_760

    @Test func exactlyTheLargestSizePasses() async throws {
        try await RavenZeroClient.run { raven in
            let bytes = RavenZeroClient.noise(Self.limit)
            let response = try await raven.upload(bytes)
            #expect(response.status == 201, "\(response.text)")
            #expect(response.json?["size"] == .integer(Self.limit))
            let key = try RavenZeroClient.text("key", of: response)
            RavenZeroClient.expect(try await raven.download(key), bytes: bytes)
        }
    }

    @Test func oneByteMoreThanTheLargestSizeIs400() async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.upload(RavenZeroClient.noise(Self.limit + 1))
            RavenZeroClient.expect(
                response,
                400,
                #"{"detail":"File too large: 10,485,761 bytes (Max Size: 10,485,760 bytes)"}"#
            )
            try await raven.expectNoFiles()
        }
    }

    @Test(arguments: [false, true])
    func fileFarOverTheLimitIsCountedToItsEnd(isChunked: Bool) async throws {
        try await RavenZeroClient.run(["COFFER_RAVENZERO_MAX_FILE_SIZE": "1000"]) { raven in
            let form = MultipartBody().file("file", filename: "a.bin", RavenZeroClient.noise(3_141_592))
            let response = try await TestConnection.open(port: raven.server.port) { connection in
                var headers = [("Content-Type", form.contentType)]
                if isChunked { headers.append(("Transfer-Encoding", "chunked")) }
                let body = form.bytes
                try await connection.write(raven.server.head("POST", "/upload/", headers: headers, body: body))
                if isChunked { try await connection.write(String(body.count, radix: 16) + "\r\n") }
                try await connection.write(body)
                if isChunked { try await connection.write("\r\n0\r\n\r\n") }
                return try await connection.readResponse()
            }
            RavenZeroClient.expect(
                response,
                400,
                #"{"detail":"File too large: 3,141,592 bytes (Max Size: 1,000 bytes)"}"#
            )
            try await raven.expectNoFiles()
        }
    }

    @Test(arguments: [(999, "999"), (1000, "1,000"), (123_456, "123,456")])
    func limitInTheErrorIsGroupedByCommas(limit: Int, grouped: String) async throws {
        try await RavenZeroClient.run(["COFFER_RAVENZERO_MAX_FILE_SIZE": String(limit)]) { raven in
            #expect(try await raven.upload(RavenZeroClient.noise(limit)).status == 201)
            RavenZeroClient.expect(
                try await raven.upload(RavenZeroClient.noise(1_234_567)),
                400,
                #"{"detail":"File too large: 1,234,567 bytes (Max Size: \#(grouped) bytes)"}"#
            )
        }
    }

    /// Past the limit and a drain cap (64 MiB here) the server answers although the body goes on.
    @Test func bodyThatDoesNotEndIsAnsweredAndTheConnectionClosed() async throws {
        try await RavenZeroClient.run(["COFFER_RAVENZERO_MAX_FILE_SIZE": "1000"]) { raven in
            try await TestConnection.open(port: raven.server.port) { connection in
                let headers = [("Content-Type", MultipartBody().contentType), ("Content-Length", "1099511627776")]
                try await connection.write(raven.server.head("POST", "/upload/", headers: headers))
                let open =
                    "--\(MultipartBody.boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\""
                try await connection.write("\(open)\r\n\r\n")
                let piece = [UInt8](repeating: 0x61, count: 1 << 20)
                for _ in 0..<65 { try await connection.write(piece) }
                let response = try await connection.readResponse()
                #expect(response.status == 400)
                #expect(response.header("connection")?.lowercased() == "close")
                let pattern = /\{"detail":"File too large: [0-9,]+ bytes \(Max Size: 1,000 bytes\)"\}/
                #expect(response.text.wholeMatch(of: pattern) != nil, "\(response.text)")
                RavenZeroClient.expectSecurityHeaders(response)
            }
            try await raven.expectNoFiles()
        }
    }

    @Test func sizeIsJudgedBeforeTheMediaType() async throws {
        let settings = [
            "COFFER_RAVENZERO_MAX_FILE_SIZE": "10", "COFFER_RAVENZERO_ALLOWED_MIME_TYPES": #"["image/png"]"#,
        ]
        try await RavenZeroClient.run(settings) { raven in
            RavenZeroClient.expect(
                try await raven.upload(Array("eleven byte".utf8)),
                400,
                #"{"detail":"File too large: 11 bytes (Max Size: 10 bytes)"}"#
            )
        }
    }

    @Test func emptyFileIs400AndNothingIsStored() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            RavenZeroClient.expect(try await raven.upload([]), 400, #"{"detail":"File is empty"}"#)
            try await raven.expectNoFiles()
        }
    }

    @Test(arguments: ["0", "1048576"])
    func refusedMediaTypeIs400AndNothingIsStored(inlineBytes: String) async throws {
        let settings = [
            "COFFER_INLINE_BYTES": inlineBytes, "COFFER_RAVENZERO_ALLOWED_MIME_TYPES": #"["text/plain"]"#,
        ]
        try await RavenZeroClient.run(settings) { raven in
            RavenZeroClient.expect(
                try await raven.upload(RavenZeroMediaTypeTests.executable),
                400,
                #"{"detail":"File type not suported: application/x-executable"}"#
            )
            try await raven.expectNoFiles()
        }
    }

    // MARK: Faults

    @Test func storageFaultIs500WithoutPathOrExceptionText() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            try FileManager.default.removeItem(atPath: "\(raven.server.dataPath)/blobs/incoming")
            let response = try await raven.upload(RavenZeroClient.noise(5000))
            #expect(response.status == 500)
            #expect(response.header("content-type") == "application/json")
            RavenZeroClient.expectSecurityHeaders(response)
            let detail = try RavenZeroClient.text("detail", of: response)
            #expect(detail.hasPrefix("Internal error while processing upload: "), "\(detail)")
            for leak in ["/", "blobs", "incoming", "errno", "No such file", "Error("] {
                #expect(!detail.contains(leak), "\(detail)")
            }
            try FileManager.default.createDirectory(
                atPath: "\(raven.server.dataPath)/blobs/incoming",
                withIntermediateDirectories: false
            )
            #expect(try await raven.upload(RavenZeroClient.noise(5000)).status == 201)
        }
    }

    @Test(arguments: [false, true])
    func cutUploadLeavesNothing(isChunked: Bool) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let body = MultipartBody().file("file", filename: "a.bin", RavenZeroClient.noise(2_000_000)).bytes
            try await TestConnection.open(port: raven.server.port) { connection in
                var headers = [("Content-Type", MultipartBody().contentType)]
                if isChunked { headers.append(("Transfer-Encoding", "chunked")) }
                try await connection.write(raven.server.head("POST", "/upload/", headers: headers, body: body))
                if isChunked { try await connection.write(String(body.count, radix: 16) + "\r\n") }
                try await connection.write(Array(body.prefix(1_000_000)))
                try await RavenZeroClient.eventually("the server has not begun to write") {
                    try !raven.incoming().isEmpty
                }
                await connection.cut()
            }
            try await raven.expectNoFiles()
            #expect(try await raven.upload([65, 66]).status == 201)
        }
    }

    @Test(arguments: [false, true])
    func bodyThatEndsEarlyIs400AndLeavesNothing(isChunked: Bool) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let body = MultipartBody().file("file", filename: "a.bin", RavenZeroClient.noise(100_000)).bytes
            try await TestConnection.open(port: raven.server.port) { connection in
                var headers = [("Content-Type", MultipartBody().contentType)]
                if isChunked { headers.append(("Transfer-Encoding", "chunked")) }
                try await connection.write(raven.server.head("POST", "/upload/", headers: headers, body: body))
                if isChunked { try await connection.write(String(body.count, radix: 16) + "\r\n") }
                try await connection.write(Array(body.dropLast(1000)))
                connection.finishWriting()
                RavenZeroClient.expect(try await connection.readResponse(), 400, RavenZeroClient.parseError)
            }
            try await raven.expectNoFiles()
        }
    }
}
