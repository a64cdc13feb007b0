import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: POST /api/meta/{id}", .serialized, .timeLimit(.minutes(20)))
struct SkySendMetaTests {
    static let other = SkySendClient.token("another owner")
    static let valid = #"{"encryptedMeta":"AAEC/f7/","nonce":"AAECAwQFBgcICQoL"}"#

    @Test
    func metaIsSetOnce() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            #expect(try await client.details(id)["encryptedMeta"] == .some(.null))
            #expect(try await client.details(id)["nonce"] == .some(.null))
            try await client.meta(id, Self.valid).expectJSON(200, #"{"ok":true}"#)
            try await client.meta(id, Self.valid).expectFailure(409, "Metadata already set")
            try await client.meta(id, #"{"encryptedMeta":"YWI=","nonce":"YWI="}"#)
                .expectFailure(409, "Metadata already set")
            #expect(try await client.details(id)["encryptedMeta"] == "AAEC/f7/")
            #expect(try await client.details(id)["nonce"] == "AAECAwQFBgcICQoL")
        }
    }

    @Test
    func oneOfManyParallelPostsWins() async throws {
        try await SkySendClient.run { client in
            for _ in 0..<5 {
                let id = try await client.file()
                let answers = try await client.parallel(20) { number in
                    let meta = SkySendClient.base64([UInt8(number), 7, 7])
                    return try await client.meta(id, #"{"encryptedMeta":"\#(meta)","nonce":"\#(meta)"}"#)
                }
                let winners = answers.indices.filter { answers[$0].status == 200 }
                #expect(winners.count == 1)
                for answer in answers where answer.status != 200 {
                    answer.expectFailure(409, "Metadata already set")
                }
                let winner = SkySendClient.base64([UInt8(try #require(winners.first)), 7, 7])
                #expect(try await client.details(id)["encryptedMeta"] == .string(winner))
                #expect(try await client.details(id)["nonce"] == .string(winner))
            }
        }
    }

    // MARK: Order of checks

    @Test(arguments: SkySendClient.strangeIDs)
    func unknownUploadIs404(_ id: String) async throws {
        try await SkySendClient.run { client in
            try await client.meta(id, Self.valid, owner: nil).expectFailure(401, "Missing X-Owner-Token header")
            try await client.meta(id, Self.valid).expectFailure(404, "Upload not found")
            try await client.meta(id, Self.valid, owner: "!").expectFailure(404, "Upload not found")
        }
    }

    @Test
    func firstFailureOfTheListIsTold() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            let large = String(repeating: " ", count: 262_145)
            try await client.meta(id, large, owner: nil).expectFailure(401, "Missing X-Owner-Token header")
            try await client.meta(id, large, owner: "a b!").expectFailure(401, "Invalid owner token format")
            for owner in [Self.other, SkySendClient.auth, "abcd", String(SkySendClient.owner.dropLast(2))] {
                try await client.meta(id, large, owner: owner).expectFailure(401, "Invalid owner token")
            }
            try await client.meta(id, large).expectFailure(413, "Request body too large")
            try await client.meta(id, "{").expectFailure(400, "Invalid JSON body")
            try await client.meta(id, "{}")
                .expectInvalid("Invalid request body", fields: ["encryptedMeta", "nonce"])
            #expect(try await client.meta(id, Self.valid, owner: SkySendClient.owner + "=").status == 200)
            // Once set, that is told before anything about the body, but after its size.
            try await client.meta(id, "{").expectFailure(409, "Metadata already set")
            try await client.meta(id, large).expectFailure(413, "Request body too large")
        }
    }

    @Test
    func streamedBodyOverTheLimitIsRefused() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            try await TestConnection.open(port: client.server.port) { connection in
                let headers = SkySendClient.ownerHeader(SkySendClient.owner) + [("Transfer-Encoding", "chunked")]
                try await connection.write(client.server.head("POST", "/api/meta/\(id)", headers: headers))
                try await connection.write("61a80\r\n")
                try await connection.write([UInt8](repeating: 0x20, count: 400_000) + Array("\r\n".utf8))
                try await connection.readResponse().expectFailure(413, "Request body too large")
            }
            #expect(try await client.meta(id, Self.valid).status == 200)
        }
    }

    @Test
    func bodyOfExactlyTheLimitIsRead() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            let padding = String(repeating: " ", count: 262_144 - Self.valid.utf8.count)
            #expect(try await client.meta(id, Self.valid + padding).status == 200)
        }
    }

    // MARK: Bodies

    @Test(arguments: ["", "{", "x", "{\"encryptedMeta\":}", "{\"encryptedMeta\":\"YWI=\",\"nonce\":\"YWI=\"} x"])
    func bodyThatIsNoJSON(_ body: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            try await client.meta(id, body).expectFailure(400, "Invalid JSON body")
            #expect(try await client.meta(id, Self.valid).status == 200)
        }
    }

    @Test(arguments: ["null", "5", "[]", "\"x\"", "true"])
    func bodyThatIsNoObject(_ body: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            let response = try await client.meta(id, body)
            #expect(response.status == 400, "\(response.text)")
            #expect(["Invalid JSON body", "Invalid request body"].contains(response.skySendError), "\(response.text)")
        }
    }

    static let invalid: [(String, Set<String>)] = [
        (#"{"nonce":"YWI="}"#, ["encryptedMeta"]),
        (#"{"encryptedMeta":"YWI="}"#, ["nonce"]),
        (#"{"encryptedMeta":"","nonce":"YWI="}"#, ["encryptedMeta"]),
        (#"{"encryptedMeta":"YWI=","nonce":""}"#, ["nonce"]),
        (#"{"encryptedMeta":null,"nonce":"YWI="}"#, ["encryptedMeta"]),
        (#"{"encryptedMeta":["YWI="],"nonce":7}"#, ["encryptedMeta", "nonce"]),
        (#"{"encryptedMeta":"\#(String(repeating: "a", count: 100_001))","nonce":"YWI="}"#, ["encryptedMeta"]),
        (#"{"encryptedMeta":"YWI=","nonce":"\#(String(repeating: "a", count: 101))"}"#, ["nonce"]),
    ]

    @Test(arguments: invalid)
    func membersOutsideTheRulesAreNamed(_ body: String, _ fields: Set<String>) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            try await client.meta(id, body).expectInvalid("Invalid request body", fields: fields)
            #expect(try await client.details(id)["encryptedMeta"] == .some(.null))
        }
    }

    @Test
    func textsOfTheGreatestLengthWork() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            let (meta, nonce) = (String(repeating: "Q", count: 100_000), String(repeating: "Q", count: 100))
            #expect(try await client.meta(id, #"{"encryptedMeta":"\#(meta)","nonce":"\#(nonce)"}"#).status == 200)
            #expect(try await client.details(id)["encryptedMeta"] == .string(meta))
            #expect(try await client.details(id)["nonce"] == .string(nonce))
        }
    }

    static let undecodable: [(String, String, String)] = [
        ("!!!!", "YWI=", "Invalid encryptedMeta encoding"), ("====", "YWI=", "Invalid encryptedMeta encoding"),
        ("YWI=", "    ", "Invalid nonce encoding"), ("YWI=", "*", "Invalid nonce encoding"),
    ]

    @Test(arguments: undecodable)
    func textThatDecodesToNothing(_ meta: String, _ nonce: String, _ error: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            try await client.meta(id, #"{"encryptedMeta":"\#(meta)","nonce":"\#(nonce)"}"#).expectFailure(400, error)
        }
    }

    /// One value in both alphabets, with and without padding, and in a mixture.
    static let spellings = ["+/+/+w==", "-_-_-w", "+/+/+w", "-_-_-w==", "+/-_+w=="]

    @Test(arguments: spellings)
    func bothAlphabetsAreReadAndTheStandardOneIsWritten(_ text: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            try await client.meta(id, #"{"encryptedMeta":"\#(text)","nonce":"\#(text)"}"#)
                .expectJSON(200, #"{"ok":true}"#)
            #expect(try await client.details(id)["encryptedMeta"] == "+/+/+w==")
            #expect(try await client.details(id)["nonce"] == "+/+/+w==")
        }
    }

    @Test
    func unknownMembersAndMediaTypesAreIgnored() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            let body = #"{"x":{"y":[null]},"nonce":"YWI=","encryptedMeta":"YWJj"}"#
            let headers = SkySendClient.ownerHeader(SkySendClient.owner) + [("Content-Type", "text/plain")]
            let response = try await client.server.send(
                "POST",
                "/api/meta/\(id)",
                headers: headers,
                body: Array(body.utf8)
            )
            response.expectJSON(200, #"{"ok":true}"#)
        }
    }

    @Test
    func metaOfAnExpiredUploadStillWorks() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], ["X-Expire-Sec": "300"])
            client.clock.advance(by: .seconds(301))
            try await client.meta(id, Self.valid).expectJSON(200, #"{"ok":true}"#)
        }
    }
}
