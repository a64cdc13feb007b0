import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: GET at the signed URL")
struct HashdropGetObjectTests {
    @Test(arguments: ["0", "32768"])
    func answerIsPlain200WithALength(inline: String) async throws {
        try await HashdropClient.run(["COFFER_INLINE_BYTES": inline]) { client async throws in
            let bytes = HashdropClient.bytes(20_000)
            let file = try await client.file(try await client.account(), bytes)
            let target = try await client.link(file.key)
            let answer = try await client.server.get(target, headers: [("Accept-Encoding", "gzip")])
            #expect(answer.status == 200)
            #expect(answer.body == bytes)
            #expect(answer.header("content-length") == "20000")
            #expect(answer.header("content-type") == "application/octet-stream")
            #expect(answer.header("content-encoding") == nil)
            #expect(answer.header("x-content-type-options") == "nosniff")
            let head = try await client.server.send("HEAD", target)
            #expect(head.status == 200)
            #expect(head.header("content-length") == "20000")
            #expect(head.header("content-type") == "application/octet-stream")
        }
    }

    @Test(
        arguments: [
            ("bytes=0-9", 0..<10), ("bytes=990-", 990..<1000), ("bytes=-5", 995..<1000), ("bytes=5-5", 5..<6),
            ("bytes=0-99999", 0..<1000),
        ]
    )
    func rangeIs206(range: String, part: Range<Int>) async throws {
        try await HashdropClient.run { client async throws in
            let bytes = HashdropClient.bytes(1000)
            let file = try await client.file(try await client.account(), bytes)
            let target = try await client.link(file.key)
            let answer = try await client.server.get(target, headers: [("Range", range)])
            #expect(answer.status == 206)
            #expect(answer.body == Array(bytes[part]))
            #expect(answer.header("content-range") == "bytes \(part.lowerBound)-\(part.upperBound - 1)/1000")
            #expect(answer.header("content-length") == String(part.count))
        }
    }

    @Test func rangeBehindTheEndIs416AndOthersAreIgnored() async throws {
        try await HashdropClient.run { client async throws in
            let file = try await client.file(try await client.account(), HashdropClient.bytes(1000))
            let target = try await client.link(file.key)
            let behind = try await client.server.get(target, headers: [("Range", "bytes=1000-")])
            behind.expectObjectRefusal(416, "InvalidRange")
            #expect(behind.header("content-range") == "bytes */1000")
            for range in ["bytes=0-1,5-6", "items=0-1", "bytes=5-1", "bytes"] {
                #expect(try await client.server.get(target, headers: [("Range", range)]).status == 200)
            }
        }
    }

    @Test func rangeHoldsOnlyForTheSameBytes() async throws {
        try await HashdropClient.run { client async throws in
            let file = try await client.file(try await client.account())
            let target = try await client.link(file.key)
            let tag = try #require(try await client.server.get(target).header("etag"))
            func status(_ condition: String) async throws -> Int {
                let headers = [("Range", "bytes=0-1"), ("If-Range", condition)]
                return try await client.server.get(target, headers: headers).status
            }
            #expect(try await status(tag) == 206)
            #expect(try await status("\"other\"") == 200)
        }
    }

    @Test func urlEndsAfterItsTime() async throws {
        try await HashdropClient.run { client async throws in
            let file = try await client.file(try await client.account())
            let target = try await client.link(file.key)
            client.clock.advance(by: .seconds(119))
            #expect(try await client.server.get(target).status == 200)
            client.clock.advance(by: .seconds(1))
            try await client.server.get(target).expectObjectRefusal(403, "AccessDenied")
        }
    }

    @Test func changedURLIsRefused() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            let other = try await client.file(session)
            let target = try await client.link(file.key)
            let query = target.drop { $0 != "?" }
            let end = HashdropClient.start.seconds + 120
            let wrong = [
                "/hashdrop-files/\(file.key)",
                "/hashdrop-files/\(other.key)\(query)",
                target.replacing("Expires=\(end)", with: "Expires=\(end + 1)"),
                target.replacing("Expires=\(end)", with: "Expires=0\(end)"),
                target.replacing("Expires=\(end)", with: "Expires=99999999999999999999"),
                target.replacing("Signature=", with: "Signature=A"),
                target.replacing(/Signature=[^&]*/, with: "Signature="),
                target.replacing("Key-Pair-Id=coffer", with: "Key-Pair-Id=other"),
                "\(target)&Expires=\(end + 900)",
                "\(target)&x=1",
                target.replacing("/usrh-", with: "/%75srh-"),
                target.replacing(file.id, with: file.id.uppercased()),
            ]
            for target in wrong {
                try await client.server.get(target).expectObjectRefusal(403, "AccessDenied")
            }
            #expect(try await client.server.get(target).status == 200)
        }
    }

    @Test func urlForGetDoesNotWrite() async throws {
        try await HashdropClient.run { client async throws in
            let bytes = HashdropClient.bytes(100)
            let file = try await client.file(try await client.account(), bytes)
            let target = try await client.link(file.key)
            try await client.put([1], at: target).expectObjectRefusal(403, "AccessDenied")
            #expect(try await client.server.get(target).body == bytes)
        }
    }

    @Test func urlMayBeUsedAgainAndCountsOnce() async throws {
        try await HashdropClient.run(["DOWNLOADS_PER_DAY": "1"]) { client async throws in
            let file = try await client.file(try await client.account())
            let target = try await client.link(file.key)
            for _ in 0..<3 { #expect(try await client.server.get(target).status == 200) }
            #expect(try await client.download(file.key).status == 429)
        }
    }

    @Test func manyReadersGetTheWholeFile() async throws {
        try await HashdropClient.run { client async throws in
            let bytes = HashdropClient.bytes(600_000)
            let file = try await client.file(try await client.account(), bytes)
            let target = try await client.link(file.key)
            let answers = try await client.parallel(16) { _ in try await client.server.get(target) }
            #expect(answers.allSatisfy { $0.status == 200 && $0.body == bytes })
        }
    }
}
