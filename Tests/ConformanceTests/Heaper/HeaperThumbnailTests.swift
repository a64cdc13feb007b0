import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: GET and HEAD /api/file/{key}/thumbnail/{size}/{slug}", .serialized, .timeLimit(.minutes(20)))
struct HeaperThumbnailTests {
    private static let webp = [("Accept", "image/avif,image/webp,*/*;q=0.8")]

    /// A file of that content, and its hash.
    static func run(
        _ file: [UInt8],
        _ settings: [String: String] = [:],
        _ body: @escaping @Sendable (HeaperClient, HeaperClient.FilePlace, String) async throws -> Void
    ) async throws {
        try await HeaperClient.run(settings) { client in
            let place = try await client.makeFilePlace()
            let answer = try await client.uploadFile(file, to: place)
            try #require(answer.status == 200, "\(answer.text)")
            try await body(client, place, HeaperClient.hash(file))
        }
    }

    @Test func webpComesWithItsHeaders() async throws {
        try await Self.run(HeaperPictures.gif(width: 300, height: 200)) { client, place, hash in
            let answer = try await client.get(
                "/api/file/\(place.block)/thumbnail/tiny/cat.webp",
                as: place.session,
                headers: Self.webp
            )
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "image/webp")
            #expect(answer.header("content-length") == "\(answer.body.count)")
            #expect(answer.header("etag") == "\"\(hash)-tiny-webp\"")
            #expect(answer.header("vary")?.contains("Accept") == true)
            #expect(answer.header("cache-control") == "private, max-age=3600")
            #expect(answer.header("x-content-type-options") == "nosniff")
            #expect(HeaperPictures.webpSize(answer.body) == [64, 43])
        }
    }

    @Test func secondRequestIsTheSameAndStored() async throws {
        try await Self.run(HeaperPictures.gif(width: 300, height: 200)) { client, place, hash in
            let path = "/api/file/\(place.block)/thumbnail/small/x"
            let first = try await client.get(path, as: place.session, headers: Self.webp)
            let second = try await client.get(path, as: place.session, headers: Self.webp)
            #expect(second.body == first.body)
            #expect(second.header("etag") == first.header("etag"))
            let stored = try await client.get(
                "/api/download/thumbnail/\(place.block)/\(hash)/image/small",
                as: place.session
            )
            #expect(stored.status == 200)
            #expect(stored.body == first.body)
        }
    }

    @Test func withoutWebPItIsPNGForTransparentPictures() async throws {
        try await Self.run(HeaperPictures.gif(width: 300, height: 200)) { client, place, hash in
            for accept in [[], [("Accept", "*/*")], [("Accept", "image/webp;q=0, */*")]] {
                let answer = try await client.get(
                    "/api/file/\(place.block)/thumbnail/tiny/x",
                    as: place.session,
                    headers: accept
                )
                #expect(answer.header("content-type") == "image/png")
                #expect(answer.header("etag") == "\"\(hash)-tiny-png\"")
            }
        }
    }

    @Test func clientThatHasItGets304() async throws {
        try await Self.run(HeaperPictures.gif(width: 300, height: 200)) { client, place, hash in
            let path = "/api/file/\(place.block)/thumbnail/tiny/x"
            for _ in 0..<2 {
                let answer = try await client.get(
                    path,
                    as: place.session,
                    headers: Self.webp + [("If-None-Match", "\"other\", W/\"\(hash)-tiny-webp\"")]
                )
                #expect(answer.status == 304)
                #expect(answer.body.isEmpty)
                #expect(answer.header("etag") == "\"\(hash)-tiny-webp\"")
            }
        }
    }

    @Test func headHasNoBody() async throws {
        try await Self.run(HeaperPictures.gif(width: 300, height: 200)) { client, place, _ in
            let path = "/api/file/\(place.block)/thumbnail/tiny/x"
            let get = try await client.get(path, as: place.session)
            let head = try await client.send("HEAD", path, as: place.session)
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.header("content-length") == "\(get.body.count)")
            #expect(head.header("etag") == get.header("etag"))
        }
    }

    @Test func tokenMayStandInTheLink() async throws {
        try await Self.run(HeaperPictures.gif(width: 30, height: 20)) { client, place, _ in
            let path = "/api/file/\(place.block)/thumbnail/tiny/x"
            let link = try await client.get("\(path)?token=\(place.session.accessToken)")
            #expect(link.status == 200)
            let none = try await client.get(path)
            #expect(none.status == 401)
            #expect(none.heaperCode == "token_missing")
        }
    }

    @Test(arguments: ["0", "15", "2049", "huge", "-1", "1e3"])
    func otherSizesAre400(size: String) async throws {
        try await Self.run(HeaperPictures.gif(width: 30, height: 20)) { client, place, _ in
            let answer = try await client.get("/api/file/\(place.block)/thumbnail/\(size)/x", as: place.session)
            #expect(answer.status == 400)
            #expect(answer.heaperCode == "malformed")
        }
    }

    @Test func numberPicksTheNextSizeUpAndNothingIsEnlarged() async throws {
        try await Self.run(HeaperPictures.gif(width: 300, height: 200)) { client, place, hash in
            let path = "/api/file/\(place.block)/thumbnail"
            let small = try await client.get("\(path)/100/x", as: place.session, headers: Self.webp)
            #expect(small.header("etag") == "\"\(hash)-small-webp\"")
            #expect(HeaperPictures.webpSize(small.body) == [256, 171])
            let large = try await client.get("\(path)/2048/x", as: place.session, headers: Self.webp)
            #expect(HeaperPictures.webpSize(large.body) == [300, 200])
        }
    }

    @Test(arguments: [
        Array("<html><script>alert(1)</script></html>".utf8),
        Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8),
        HeaperPictures.bomb,
        Array(HeaperPictures.gif(width: 300, height: 200).prefix(60)),
        Array("GIF89a".utf8) + Array("<html></html>".utf8),
    ])
    func whatIsNoPictureIs404(file: [UInt8]) async throws {
        try await Self.run(file) { client, place, _ in
            for _ in 0..<2 {
                let answer = try await client.get("/api/file/\(place.block)/thumbnail/tiny/x", as: place.session)
                #expect(answer.status == 404)
                #expect(answer.heaperCode == "thumbnail_unavailable")
            }
        }
    }

    @Test func foreignAndUnknownFilesAre404() async throws {
        try await Self.run(HeaperPictures.gif(width: 30, height: 20)) { client, place, hash in
            let other = try await client.login()
            for (key, session) in [(place.block, other), (hash, other), ("unknown", place.session)] {
                let answer = try await client.get("/api/file/\(key)/thumbnail/tiny/x", as: session)
                #expect(answer.status == 404)
                #expect(answer.heaperCode == "file_not_found")
            }
        }
    }

    @Test func manyWhoAskAtOnceGetTheSame() async throws {
        try await Self.run(HeaperPictures.gif(width: 300, height: 200)) { client, place, _ in
            let bodies = try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await client.get("/api/file/\(place.block)/thumbnail/tiny/x", as: place.session)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(bodies.allSatisfy { $0.status == 200 && $0.body == bodies[0].body })
        }
    }

    @Test func storedOneSurvivesARestart() async throws {
        let file = HeaperPictures.gif(width: 300, height: 200)
        try await HeaperClient.restart { client in
            let place = try await client.makeFilePlace()
            _ = try await client.uploadFile(file, to: place)
            let made = try await client.get("/api/file/\(place.block)/thumbnail/tiny/x", as: place.session)
            try #require(made.status == 200)
            return (place, made.body)
        } after: { client, before in
            let (place, body) = before
            let path = "/api/download/thumbnail/\(place.block)/\(HeaperClient.hash(file))/image/tiny"
            let stored = try await client.get(path, as: place.session)
            #expect(stored.body == body)
        }
    }
}

/// Pictures whose bytes are written by hand.
enum HeaperPictures {
    /// A GIF of one colour, uncompressed as far as GIF can be.
    static func gif(width: Int, height: Int, frames: Int = 1) -> [UInt8] {
        func little(_ number: Int) -> [UInt8] { [UInt8(number & 255), UInt8(number >> 8)] }
        var bytes = Array("GIF89a".utf8) + little(width) + little(height) + [0x80, 0, 0, 200, 30, 40, 255, 255, 255]
        if frames > 1 { bytes += [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0] }
        // Codes of three bits: a clear code in front of every two pixels keeps the width of codes at three.
        var (bits, count, data) = (0, 0, [UInt8]())
        func put(_ code: Int) {
            bits |= code << count
            count += 3
            while count >= 8 {
                data.append(UInt8(bits & 255))
                bits >>= 8
                count -= 8
            }
        }
        for pixel in 0..<(width * height) {
            if pixel % 2 == 0 { put(4) }
            put(0)
        }
        put(5)
        if count > 0 { data.append(UInt8(bits & 255)) }
        for _ in 0..<frames {
            if frames > 1 { bytes += [0x21, 0xF9, 4, 0, 10, 0, 0, 0] }
            bytes += [0x2C, 0, 0, 0, 0] + little(width) + little(height) + [0, 2]
            for start in stride(from: 0, to: data.count, by: 255) {
                let block = data[start..<min(start + 255, data.count)]
                bytes += [UInt8(block.count)] + block
            }
            bytes += [0]
        }
        return bytes + [0x3B]
    }

    /// A PNG of 65,535 by 65,535 pixels, as far as its header goes.
    static let bomb: [UInt8] =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        + [0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 8, 0, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0] + Array("IDAT".utf8)

    /// Width and height of a WebP file; empty for other bytes.
    static func webpSize(_ bytes: [UInt8]) -> [Int] {
        guard bytes.count > 30, Array(bytes[8..<12]) == Array("WEBP".utf8) else { return [] }
        func little(_ offset: Int) -> Int { Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 }
        switch String(decoding: bytes[12..<16], as: UTF8.self) {
        case "VP8X": return [little(24) + 1, little(27) + 1]
        case "VP8 ": return [little(26) & 0x3FFF, little(28) & 0x3FFF]
        case "VP8L":
            let bits = little(21) | little(23) << 16
            return [bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1]
        default: return []
        }
    }
}
