import CofferHTTP
import CofferTesting
import Foundation
import Testing

@Suite("Raven Zero: file names", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroFileNameTests {
    /// What a client sent, and what the server makes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        /// The `filename` parameter as it stands in the part's head.
        let sent: [UInt8]
        let json: String
        let disposition: String

        init(_ sent: String, json: String, disposition: String) {
            self.init(Array(sent.utf8), json: json, disposition: disposition)
        }

        init(_ sent: [UInt8], json: String, disposition: String) {
            self.sent = sent
            self.json = json
            self.disposition = disposition
        }

        var testDescription: String { String(decoding: sent, as: UTF8.self) }
    }

    private static func upload(_ raven: RavenZeroClient, sent: [UInt8]) async throws -> TestResponse {
        let head = Array("--\(MultipartBody.boundary)\r\nContent-Disposition: form-data; name=\"file\"; ".utf8)
        let tail = Array("\r\n\r\nhello\r\n--\(MultipartBody.boundary)--\r\n".utf8)
        return try await raven.post(raw: head + sent + tail)
    }

    /// Uploads, previews and downloads under a name; checks that all three agree.
    private static func roundTrip(
        _ raven: RavenZeroClient,
        sent: [UInt8]
    ) async throws -> (json: String, disposition: String) {
        let response = try await upload(raven, sent: sent)
        try #require(response.status == 201, "\(response.text)")
        let name = try RavenZeroClient.text("filename", of: response)
        let key = try RavenZeroClient.text("key", of: response)
        #expect(try await raven.preview(key).json?["filename"] == .string(name))
        let download = try await raven.download(key)
        RavenZeroClient.expect(download, bytes: Array("hello".utf8))
        return (name, try #require(download.header("content-disposition")))
    }

    @Test(
        arguments: [
            // A plain safe name gives the form of the reference and nothing else.
            Case(
                "filename=\"document.pdf\"",
                json: "document.pdf",
                disposition: "attachment; filename=\"document.pdf\""
            ),
            Case("filename=document.pdf", json: "document.pdf", disposition: "attachment; filename=\"document.pdf\""),
            Case("FileName=\"a.txt\"", json: "a.txt", disposition: "attachment; filename=\"a.txt\""),
            Case("filename=\"a b.txt\"", json: "a b.txt", disposition: "attachment; filename=\"a b.txt\""),
            Case("filename=\"noext\"", json: "noext", disposition: "attachment; filename=\"noext\""),
            Case("filename*=UTF-8''plain.txt", json: "plain.txt", disposition: "attachment; filename=\"plain.txt\""),
            Case(
                "filename=\"old.txt\"; filename*=UTF-8''new.txt",
                json: "new.txt",
                disposition: "attachment; filename=\"new.txt\""
            ),
            // A Windows directory goes.
            Case("filename=\"C:\\\\dir\\\\a.txt\"", json: "a.txt", disposition: "attachment; filename=\"a.txt\""),
            Case("filename=\"C:\\dir\\a.txt\"", json: "a.txt", disposition: "attachment; filename=\"a.txt\""),
            Case("filename=\"\\\\host\\share\\a.txt\"", json: "a.txt", disposition: "attachment; filename=\"a.txt\""),
            // Nothing is left.
            Case("filename=\"\"", json: "", disposition: "attachment; filename=\"download\""),
            Case("filename=\"..\"", json: "..", disposition: "attachment; filename=\"download\""),
            Case("filename=\"\u{1}\u{2}\u{7F}\"", json: "", disposition: "attachment; filename=\"download\""),
            Case("filename*=UTF-8''%0D%0A%00", json: "", disposition: "attachment; filename=\"download\""),
            // Control characters go.
            Case("filename*=UTF-8''a%0D%0Ab.txt", json: "ab.txt", disposition: "attachment; filename=\"ab.txt\""),
            Case("filename*=UTF-8''a%00b.txt", json: "ab.txt", disposition: "attachment; filename=\"ab.txt\""),
            Case("filename=\"a\u{1B}\u{8}b.txt\"", json: "ab.txt", disposition: "attachment; filename=\"ab.txt\""),
            Case("filename*=UTF-8''a%C2%85b.txt", json: "ab.txt", disposition: "attachment; filename=\"ab.txt\""),
        ]
    )
    func nameIsEchoedAndOffered(name: Case) async throws {
        try await RavenZeroClient.run { raven in
            let (json, disposition) = try await Self.roundTrip(raven, sent: name.sent)
            #expect(json == name.json)
            #expect(disposition == name.disposition)
        }
    }

    @Test(
        arguments: [
            Case("filename=\"p\u{E4}iv\u{E4}.txt\"", json: "p\u{E4}iv\u{E4}.txt", disposition: "p%C3%A4iv%C3%A4.txt"),
            Case(
                "filename=\"\u{6587}\u{66F8}.pdf\"",
                json: "\u{6587}\u{66F8}.pdf",
                disposition: "%E6%96%87%E6%9B%B8.pdf"
            ),
            Case("filename=\"\u{1F4A9}\"", json: "\u{1F4A9}", disposition: "%F0%9F%92%A9"),
            Case("filename*=UTF-8''na%C3%AFve.txt", json: "na\u{EF}ve.txt", disposition: "na%C3%AFve.txt"),
            Case("filename*=utf-8'en'na%c3%afve.txt", json: "na\u{EF}ve.txt", disposition: "na%C3%AFve.txt"),
            Case("filename*=ISO-8859-1''caf%E9.txt", json: "caf\u{E9}.txt", disposition: "caf%C3%A9.txt"),
            // Bytes that are no UTF-8 are Latin-1.
            Case(Array("filename=\"caf".utf8) + [0xE9, 0x22], json: "caf\u{E9}", disposition: "caf%C3%A9"),
            Case("filename=\"say \\\"hi\\\".txt\"", json: "say \"hi\".txt", disposition: "say%20%22hi%22.txt"),
        ]
    )
    func nameBeyondPlainASCIIIsOfferedInBothForms(name: Case) async throws {
        try await RavenZeroClient.run { raven in
            let (json, disposition) = try await Self.roundTrip(raven, sent: name.sent)
            #expect(json == name.json)
            let pattern = /attachment; filename="([^"]*)"; filename\*=UTF-8''([^;"]*)/
            let match = try #require(disposition.wholeMatch(of: pattern), "\(disposition)")
            #expect(match.1.utf8.allSatisfy { (0x20..<0x7F).contains($0) && $0 != 0x5C }, "\(disposition)")
            #expect(!match.1.isEmpty)
            #expect(match.2 == name.disposition)
        }
    }

    @Test(
        arguments: [
            "../../etc/passwd", "/etc/passwd", "..%2F..%2Fx", "a/b.txt", "a\\\\b.txt", "C:", "~/x", "$(id)", "a;b",
            "`id`", "a\\\"; filename=evil.exe", "%22evil", "<script>", "con", ".htaccess", "|x", "a&b", "a'b",
        ]
    )
    func hostileNameStaysInsideItsHeaderParameter(name: String) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let sent = Array("filename=\"\(name)\"".utf8)
            let (json, disposition) = try await Self.roundTrip(raven, sent: sent)
            #expect(json == name.replacing("\\\\", with: "\\").replacing("\\\"", with: "\""))
            let pattern = /attachment; filename="([^"\\\/]+)"(; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+)?/
            #expect(disposition.wholeMatch(of: pattern) != nil, "\(disposition)")
        }
    }

    @Test(arguments: ["../../etc/passwd", "/etc/passwd", "a/b.txt", "a\\\\b.txt", "..\\\\x"])
    func pathNameOffersNoSeparatorInEitherForm(name: String) async throws {
        try await RavenZeroClient.run { raven in
            let (_, disposition) = try await Self.roundTrip(raven, sent: Array("filename=\"\(name)\"".utf8))
            let decoded = try #require(disposition.removingPercentEncoding)
            #expect(!decoded.contains("/"), "\(disposition)")
            #expect(!decoded.contains("\\"), "\(disposition)")
        }
    }

    @Test(
        arguments: [
            (String(repeating: "a", count: 300) + ".txt", ".txt"), (String(repeating: "a", count: 300), ""),
            (String(repeating: "\u{E4}", count: 300) + ".pdf", ".pdf"),
            (String(repeating: "\u{6587}", count: 400) + ".tar.gz", ".gz"),
            (String(repeating: "\u{1F4A9}", count: 256), ""), (String(repeating: "../", count: 200) + "x.txt", ".txt"),
        ]
    )
    func longNameIsCutToAtMost255CharactersAndKeepsItsExtension(name: String, fileExtension: String) async throws {
        try await RavenZeroClient.run { raven in
            let (json, disposition) = try await Self.roundTrip(raven, sent: Array("filename=\"\(name)\"".utf8))
            #expect(json.unicodeScalars.count <= 255)
            #expect(json.count > 100)
            #expect(json.hasSuffix(fileExtension))
            let pattern = /attachment; filename="([^"]*)".*/
            let match = try #require(disposition.wholeMatch(of: pattern))
            #expect(match.1.count <= 255)
            #expect(match.1.hasSuffix(fileExtension))
        }
    }

    @Test(arguments: [254, 255])
    func nameWithin255CharactersIsKeptWhole(count: Int) async throws {
        try await RavenZeroClient.run { raven in
            let name = String(repeating: "n", count: count - 4) + ".txt"
            let (json, disposition) = try await Self.roundTrip(raven, sent: Array("filename=\"\(name)\"".utf8))
            #expect(json == name)
            #expect(disposition == "attachment; filename=\"\(name)\"")
        }
    }

    @Test(arguments: ["a\u{0}b.txt", "a\rb.txt", "a\nb.txt", "a\r\nb.txt"])
    func rawLineEndOrNULInAQuotedNameIs400(name: String) async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let response = try await Self.upload(raven, sent: Array("filename=\"\(name)\"".utf8))
            RavenZeroClient.expect(response, 400, RavenZeroClient.parseError)
            try await raven.expectNoFiles()
        }
    }

    @Test func nameNeverBecomesAPath() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            for name in ["marker-name.txt", "../../marker-name", "/tmp/marker-name", "."] {
                #expect(try await raven.upload(RavenZeroClient.noise(1000), filename: name).status == 201)
            }
            let paths = try FileManager.default.subpathsOfDirectory(atPath: raven.server.dataPath)
            #expect(!paths.contains { $0.contains("marker-name") })
            #expect(try raven.objects().count == 4)
        }
    }
}
