import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: GET /files/download/{userIDHash}/{fileID}")
struct HashdropDownloadTests {
    private static let exhausted = "daily download limit exhausted for this file"

    @Test func answerIsARedirectWithASmallPage() async throws {
        try await HashdropClient.run { client async throws in
            let file = try await client.file(try await client.account())
            let answer = try await client.download(file.key)
            #expect(answer.status == 303)
            let url = try #require(answer.header("location"))
            let end = HashdropClient.start.seconds + 120
            let base = "http://127.0.0.1:\(client.server.port)/hashdrop-files/\(file.key)"
            #expect(url.hasPrefix("\(base)?Expires=\(end)&Signature="))
            #expect(url.hasSuffix("&Key-Pair-Id=coffer"))
            #expect(answer.header("content-type") == "text/html; charset=utf-8")
            #expect(answer.text.contains("See Other"))
            #expect(answer.text.contains(url.replacing("&", with: "&amp;")))
        }
    }

    @Test func noTokenIsNeeded() async throws {
        try await HashdropClient.run { client async throws in
            let bytes = HashdropClient.bytes(500)
            let file = try await client.file(try await client.account(), bytes)
            #expect(try await client.server.get(try await client.link(file.key)).body == bytes)
        }
    }

    @Test func everySpellingOfTheIDAndTheBareHashAreUnderstood() async throws {
        try await HashdropClient.run(["DOWNLOADS_PER_DAY": "10"]) { client async throws in
            let file = try await client.file(try await client.account())
            let owner = String(file.key.prefix { $0 != "/" })
            for owner in [owner, String(owner.dropFirst("usrh-".count))] {
                for id in [file.id, file.id.uppercased(), file.id.replacing("-", with: "")] {
                    let target = try await client.link("\(owner)/\(id)")
                    #expect(try await client.server.get(target).status == 200)
                }
            }
        }
    }

    @Test(arguments: [
        "x", "%25", "_", "0b9f8a3e", "..%2f..%2fadmin", "%2e%2e", "%00", "0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1_",
    ])
    func idThatIsNoUUIDIs400(id: String) async throws {
        try await HashdropClient.run { client async throws in
            try await client.download("usrh-0/\(id)").expectRefusal(400, "invalid file id")
        }
    }

    @Test func thirdDownloadIsTheLastOfTheDay() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            let other = try await client.file(session)
            for _ in 0..<3 { #expect(try await client.download(file.key).status == 303) }
            let refused = try await client.download(file.key)
            refused.expectRefusal(429, Self.exhausted)
            // Until midnight: 1 h 46 min 40 s.
            #expect(refused.header("retry-after") == "6400")
            #expect(try await client.download(other.key).status == 303)
        }
    }

    @Test func dayEndsAtMidnightUTCAndRefusalsDoNotCount() async throws {
        try await HashdropClient.run { client async throws in
            let file = try await client.file(try await client.account())
            for _ in 0..<3 { #expect(try await client.download(file.key).status == 303) }
            for _ in 0..<5 { #expect(try await client.download(file.key).status == 429) }
            client.clock.advance(by: .seconds(6399))
            #expect(try await client.download(file.key).status == 429)
            client.clock.advance(by: .seconds(1))
            for _ in 0..<3 { #expect(try await client.download(file.key).status == 303) }
            #expect(try await client.download(file.key).status == 429)
        }
    }

    @Test func headCountsLikeGet() async throws {
        try await HashdropClient.run { client async throws in
            let file = try await client.file(try await client.account())
            for _ in 0..<3 {
                let head = try await client.server.send("HEAD", "/files/download/\(file.key)")
                #expect(head.status == 303)
                #expect(head.header("location") != nil)
            }
            #expect(try await client.download(file.key).status == 429)
        }
    }

    @Test func countIsExactUnderParallelRequests() async throws {
        try await HashdropClient.run(["DOWNLOADS_PER_DAY": "7"]) { client async throws in
            let file = try await client.file(try await client.account())
            let answers = try await client.parallel(60) { _ in try await client.download(file.key) }
            #expect(answers.filter { $0.status == 303 }.count == 7)
            #expect(answers.filter { $0.status == 429 }.count == 53)
        }
    }

    @Test func countOutlivesARestart() async throws {
        try await HashdropClient.restart { client in
            let file = try await client.file(try await client.account())
            for _ in 0..<2 { #expect(try await client.download(file.key).status == 303) }
            return file
        } after: { client, file async throws in
            #expect(try await client.download(file.key).status == 303)
            #expect(try await client.download(file.key).status == 429)
        }
    }

    @Test func whoeverOnlyKnowsTheFileIDCannotUseItUp() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            let wrong = [
                "usrh-00000000000000000000000000000000", "x", "usrh-", "%25", "usrh-%25", "..%2fusrh-", "%2e%2e",
                String(file.key.prefix { $0 != "/" }).uppercased(),
            ]
            for owner in wrong {
                for _ in 0..<2 {
                    try await client.download("\(owner)/\(file.id)").expectRefusal(404, "file not found")
                }
            }
            for _ in 0..<3 { #expect(try await client.download(file.key).status == 303) }
        }
    }

    @Test func fileThatIsNotUploadedIs404() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let pending = try await client.begin(session)
            #expect(try await client.put([1], at: pending.target).status == 200)
            for _ in 0..<5 { try await client.download(pending.key).expectRefusal(404, "file not found") }
            let owner = pending.key.prefix { $0 != "/" }
            try await client.download("\(owner)/\(HashdropClient.unknownID)").expectRefusal(404, "file not found")
            #expect(try await client.complete(pending.id, session).status == 200)
            #expect(try await client.download(pending.key).status == 303)
        }
    }
}
