import CofferHTTP
import CofferTesting
import Foundation
import Testing

@Suite("Hashdrop: PUT at the presigned URL")
struct HashdropPutObjectTests {
    @Test(arguments: [0, 1, 70_000, 3_000_000], ["0", "32768"])
    func bytesArriveAsTheyAre(size: Int, inline: String) async throws {
        try await HashdropClient.run(["COFFER_INLINE_BYTES": inline]) { client async throws in
            let session = try await client.account()
            let bytes = HashdropClient.bytes(size)
            let upload = try await client.begin(session)
            let put = try await client.put(bytes, at: upload.target)
            #expect(put.status == 200)
            #expect(put.body.isEmpty)
            let done = try await client.complete(upload.id, session)
            done.expectJSON200(#"{"s3_object_key":"\#(upload.key)","uploaded_file_size":\#(size)}"#)
            let got = try await client.server.get(try await client.link(upload.key))
            #expect(got.status == 200)
            #expect(got.body == bytes)
        }
    }

    @Test func chunkedBodyIsTakenToo() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            let answer = try await client.server.send(
                "PUT",
                upload.target,
                headers: [("Transfer-Encoding", "chunked")],
                body: Array("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".utf8)
            )
            #expect(answer.status == 200)
            #expect(try await client.complete(upload.id, session).json?["uploaded_file_size"] == 5)
        }
    }

    @Test func secondBodyReplacesTheFirstWhilePending() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            #expect(try await client.put(HashdropClient.bytes(50_000), at: upload.target).status == 200)
            #expect(try await client.put(Array("second".utf8), at: upload.target).status == 200)
            #expect(try await client.eventually { client.storedFiles.count == 1 })
            #expect(try await client.complete(upload.id, session).json?["uploaded_file_size"] == 6)
            #expect(try await client.server.get(try await client.link(upload.key)).text == "second")
        }
    }

    @Test func urlIsSpentAfterCompleteAndDelete() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let bytes = HashdropClient.bytes(2000)
            let file = try await client.file(session, bytes)
            try await client.put([9, 9], at: file.target).expectObjectRefusal(403, "AccessDenied")
            #expect(try await client.server.get(try await client.link(file.key)).body == bytes)
            #expect(try await client.delete(file.id, session).status == 204)
            try await client.put([9, 9], at: file.target).expectObjectRefusal(403, "AccessDenied")
            #expect(try await client.hasNothingStored())
        }
    }

    @Test func urlEndsAfterItsTime() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            client.clock.advance(by: .seconds(899))
            #expect(try await client.put([1], at: upload.target).status == 200)
            client.clock.advance(by: .seconds(1))
            try await client.put([2], at: upload.target).expectObjectRefusal(403, "AccessDenied")
            let later = try await client.refreshed(session)
            #expect(try await client.complete(upload.id, later).json?["uploaded_file_size"] == 1)
        }
    }

    /// Every way of changing a URL, with what it does to the target.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (_ target: String, _ other: String) -> String

        init(_ name: String, _ apply: @escaping @Sendable (_ target: String, _ other: String) -> String) {
            testDescription = name
            self.apply = apply
        }
    }

    private static func flipped(_ text: Substring) -> String {
        let last = text.last == "0" ? "1" : "0"
        return "\(text.dropLast())\(last)"
    }

    static let changes = [
        Change("no query") { target, _ in String(target.prefix { $0 != "?" }) },
        Change("empty query") { target, _ in "\(target.prefix { $0 != "?" })?" },
        Change("signature changed") { target, _ in flipped(target[...]) },
        Change("signature cut") { target, _ in String(target.dropLast()) },
        Change("signature in upper case") { target, _ in
            target.replacing(/X-Amz-Signature=[0-9a-f]+/) {
                $0.output.uppercased().replacing("X-AMZ-SIG", with: "X-Amz-Sig")
            }
            .replacing("NATURE=", with: "nature=")
        },
        Change("longer life") { target, _ in target.replacing("X-Amz-Expires=900", with: "X-Amz-Expires=604800") },
        Change("later date") { target, _ in target.replacing("X-Amz-Date=20231114", with: "X-Amz-Date=20231115") },
        Change("other access key") { target, _ in target.replacing("Credential=coffer", with: "Credential=other") },
        Change("another parameter") { target, _ in "\(target)&partNumber=1" },
        Change("signature twice") { target, _ in "\(target)&X-Amz-Signature=\(String(repeating: "0", count: 64))" },
        Change("query of another upload") { target, other in
            "\(target.prefix { $0 != "?" })?\(other.drop { $0 != "?" }.dropFirst())"
        },
        Change("file of another upload") { target, other in
            "\(other.prefix { $0 != "?" })?\(target.drop { $0 != "?" }.dropFirst())"
        },
        Change("id in upper case") { target, _ in
            target.replacing(/\/[0-9a-f-]{36}\?/) { $0.output.uppercased() }
        },
        Change("percent-encoded letter") { target, _ in target.replacing("/usrh-", with: "/%75srh-") },
        Change("percent-encoded slash") { target, _ in
            target.replacing("/hashdrop-files/", with: "/hashdrop-files/x%2f..%2f")
        },
        Change("dots") { target, _ in target.replacing("/usrh-", with: "/%2e%2e/usrh-") },
        Change("double slash") { target, _ in target.replacing("/usrh-", with: "//usrh-") },
    ]

    @Test(arguments: changes)
    func changedURLIsRefusedAndWritesNothing(change: Change) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            let other = try await client.begin(session)
            let target = change.apply(upload.target, other.target)
            #expect(target != upload.target)
            let answer = try await client.put([1, 2, 3], at: target)
            // Paths that have another shape are nobody's.
            if answer.status != 404 { answer.expectObjectRefusal(403, "AccessDenied") }
            #expect(try await client.hasNothingStored())
            try await client.complete(upload.id, session).expectRefusal(404, "file not found")
            try await client.complete(other.id, session).expectRefusal(404, "file not found")
        }
    }

    @Test func urlForPutDoesNotRead() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            try await client.server.get(file.target).expectObjectRefusal(403, "AccessDenied")
            let head = try await client.server.send("HEAD", file.target)
            #expect(head.status == 403)
        }
    }

    @Test func urlOfAnotherServerIsRefused() async throws {
        let target = try await HashdropClient.run { client async throws in
            try await client.begin(try await client.account()).target
        }
        try await HashdropClient.run { client async throws in
            _ = try await client.begin(try await client.account())
            try await client.put([1], at: target).expectObjectRefusal(403, "AccessDenied")
        }
    }

    @Test func urlWorksAfterARestart() async throws {
        try await HashdropClient.restart { client in
            let session = try await client.account()
            return (session, try await client.begin(session))
        } after: { client, made async throws in
            // The port is another one, so the name that was signed has to be sent.
            let host = [("Host", "127.0.0.1:1")]
            try await client.put([1], at: made.1.target, headers: host).expectObjectRefusal(403, "AccessDenied")
            let upload = try await client.begin(made.0)
            #expect(try await client.put([1], at: upload.target).status == 200)
        }
    }

    // MARK: Sizes

    @Test func largestSizeIsTakenAndOneMoreIsNot() async throws {
        try await HashdropClient.run(["MAX_FILE_BYTES": "100000"]) { client async throws in
            let session = try await client.account()
            _ = try await client.file(session, HashdropClient.bytes(100_000))
            let upload = try await client.begin(session)
            let answer = try await client.put(HashdropClient.bytes(100_001), at: upload.target)
            answer.expectObjectRefusal(413, "EntityTooLarge")
            try await client.complete(upload.id, session).expectRefusal(404, "file not found")
            #expect(try await client.put([1], at: upload.target).status == 200)
            #expect(try await client.complete(upload.id, session).status == 200)
        }
    }

    @Test func announcedSizeIsJudgedBeforeTheBody() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            try await TestConnection.open(port: client.server.port) { connection in
                let headers = [("Content-Length", "52454401")]
                try await connection.write(client.server.head("PUT", upload.target, headers: headers))
                try await connection.readResponse().expectObjectRefusal(413, "EntityTooLarge")
            }
        }
    }

    @Test func oversizeBodyIsStoppedWhileItStreams() async throws {
        try await HashdropClient.run(["MAX_FILE_BYTES": "100000"]) { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            try await TestConnection.open(port: client.server.port) { connection in
                let headers = [("Transfer-Encoding", "chunked")]
                try await connection.write(client.server.head("PUT", upload.target, headers: headers))
                let chunk = Array("10000\r\n".utf8) + HashdropClient.bytes(65536) + Array("\r\n".utf8)
                try await connection.write(chunk + chunk)
                // The body has no end, the answer comes all the same.
                try await connection.readResponse().expectObjectRefusal(413, "EntityTooLarge")
            }
            #expect(try await client.hasNothingStored())
        }
    }

    @Test func bodyShorterThanAnnouncedLeavesNothing() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            try await TestConnection.open(port: client.server.port) { connection in
                let headers = [("Content-Length", "900000")]
                try await connection.write(client.server.head("PUT", upload.target, headers: headers))
                try await connection.write(HashdropClient.bytes(700_000))
                #expect(try await client.eventually { !client.incomingFiles.isEmpty })
                await connection.cut()
            }
            #expect(try await client.hasNothingStored())
            try await client.complete(upload.id, session).expectRefusal(404, "file not found")
        }
    }

    @Test func encodedBodyIsNotStoredAsTheFile() async throws {
        try await HashdropClient.run { client async throws in
            let upload = try await client.begin(try await client.account())
            for encoding in ["aws-chunked", "gzip"] {
                let answer = try await client.put([1], at: upload.target, headers: [("Content-Encoding", encoding)])
                answer.expectObjectRefusal(501, "NotImplemented")
            }
            #expect(try await client.hasNothingStored())
        }
    }

    @Test func completeDuringAPutDecidesWithoutIt() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            #expect(try await client.put(Array("first".utf8), at: upload.target).status == 200)
            try await TestConnection.open(port: client.server.port) { connection in
                let bytes = HashdropClient.bytes(900_000)
                try await connection.write(client.server.head("PUT", upload.target, body: bytes))
                try await connection.write(Array(bytes.prefix(700_000)))
                #expect(try await client.eventually { !client.incomingFiles.isEmpty })
                #expect(try await client.complete(upload.id, session).json?["uploaded_file_size"] == 5)
                try await connection.write(Array(bytes.dropFirst(700_000)))
                try await connection.readResponse().expectObjectRefusal(403, "AccessDenied")
            }
            #expect(try await client.server.get(try await client.link(upload.key)).text == "first")
            #expect(try await client.eventually { client.storedFiles.count == 1 && client.incomingFiles.isEmpty })
        }
    }
}
