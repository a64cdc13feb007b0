import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: info, exists and delete", .serialized, .timeLimit(.minutes(20)))
struct SkySendInfoTests {
    static let other = SkySendClient.token("another owner")

    // MARK: GET /api/info/{id}

    @Test
    func infoTellsAllMembers() async throws {
        try await SkySendClient.run { client in
            client.clock.advance(by: .seconds(100))
            let id = try await client.file(SkySendClient.bytes(1234), ["X-File-Count": "4"])
            var members: [String: JSONValue] = [
                "id": .string(id), "size": 1234, "fileCount": 4, "hasPassword": false,
                "salt": .string(SkySendClient.salt), "encryptedMeta": nil, "nonce": nil, "downloadCount": 0,
                "maxDownloads": 5, "expiresAt": .string(SkySendClient.time(after: 3700)),
                "createdAt": .string(SkySendClient.time(after: 100)),
            ]
            try await client.info(id).expectMembers(200, members)
            #expect(try await client.meta(id, #"{"encryptedMeta":"YWI","nonce":"YWJj"}"#).status == 200)
            #expect(try await client.download(id).status == 200)
            client.clock.advance(by: .seconds(50))
            members["encryptedMeta"] = "YWI="
            members["nonce"] = "YWJj"
            members["downloadCount"] = 1
            try await client.info(id).expectMembers(200, members)
        }
    }

    @Test
    func infoOfAProtectedUploadTellsItsSalt() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], SkySendClient.protected)
            #expect(try await client.meta(id, #"{"encryptedMeta":"YWI=","nonce":"YWJj"}"#).status == 200)
            let details = try await client.details(id)
            #expect(details["hasPassword"] == true)
            #expect(details["passwordAlgo"] == "argon2id-v2")
            #expect(details["passwordSalt"] == .string(SkySendClient.passwordSalt))
            #expect(details["encryptedMeta"] == "YWI=")
            #expect(details.count == 13)
        }
    }

    @Test
    func metadataOfProtectedUploadsMayBeHidden() async throws {
        try await SkySendClient.run(["HIDE_PROTECTED_META": "true"]) { client in
            let meta = #"{"encryptedMeta":"YWI=","nonce":"YWJj"}"#
            let hidden = try await client.file([1], SkySendClient.protected)
            #expect(try await client.meta(hidden, meta).status == 200)
            #expect(try await client.details(hidden)["encryptedMeta"] == .some(.null))
            #expect(try await client.details(hidden)["nonce"] == .some(.null))
            try await client.password(hidden)
                .expectMembers(200, ["ok": true, "encryptedMeta": "YWI=", "nonce": "YWJj"])
            let open = try await client.file([1])
            #expect(try await client.meta(open, meta).status == 200)
            #expect(try await client.details(open)["encryptedMeta"] == "YWI=")
        }
    }

    @Test
    func noAnswerShowsATokenOrAnAddress() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file(headers: SkySendClient.from("203.0.113.77"))
            let texts = [try await client.info(id).text, try await client.exists(id).text]
            for secret in [SkySendClient.auth, SkySendClient.owner, "203.0.113.77", client.server.dataPath] {
                #expect(!texts.contains { $0.contains(secret) })
            }
        }
    }

    @Test(arguments: SkySendClient.strangeIDs)
    func unknownUploadIs404(_ id: String) async throws {
        try await SkySendClient.run { client in
            try await client.info(id).expectFailure(404, "Upload not found")
            try await client.exists(id).expectJSON(404, #"{"exists":false}"#)
            try await client.delete(id).expectFailure(404, "Upload not found")
        }
    }

    @Test
    func idMatchesInItsOwnCaseOnly() async throws {
        try await SkySendClient.run { client in
            var id = try await client.file()
            while id == id.uppercased() { id = try await client.file() }
            try await client.info(id.uppercased()).expectFailure(404, "Upload not found")
            try await client.download(id.uppercased()).expectFailure(404, "Upload not found")
            try await client.delete(id.uppercased()).expectFailure(404, "Upload not found")
            #expect(try await client.info(id).status == 200)
        }
    }

    // MARK: Expiry and exhaustion

    @Test
    func expiredUploadIsGoneAfterTheCleanup() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], ["X-Expire-Sec": "300"])
            client.clock.advance(by: .milliseconds(299_999))
            #expect(try await client.info(id).status == 200)
            try await client.exists(id).expectJSON(200, #"{"exists":true}"#)
            client.clock.advance(by: .milliseconds(1))
            try await client.info(id).expectFailure(410, "Upload has expired")
            try await client.exists(id).expectJSON(410, #"{"exists":false,"reason":"expired"}"#)
            try await client.download(id).expectFailure(410, "Upload has expired")
            client.clock.advance(by: .seconds(60))
            #expect(try await client.eventually { try await client.info(id).status == 404 })
            try await client.info(id).expectFailure(404, "Upload not found")
            try await client.exists(id).expectJSON(404, #"{"exists":false}"#)
            try await client.download(id).expectFailure(404, "Upload not found")
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func exhaustedUploadIsGoneAfterTheCleanup() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file([1], ["X-Max-Downloads": "1"])
            try await client.download(id).expectFile([1])
            try await client.info(id).expectFailure(410, "Download limit reached")
            try await client.exists(id).expectJSON(410, #"{"exists":false,"reason":"limit_reached"}"#)
            try await client.download(id).expectFailure(410, "Download limit reached")
            // The bytes go when the download is over, and the row a minute later.
            #expect(try await client.hasNothingStored())
            client.clock.advance(by: .seconds(60))
            #expect(try await client.eventually { try await client.info(id).status == 404 })
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func expiryIsToldBeforeExhaustion() async throws {
        try await SkySendClient.run(["CLEANUP_INTERVAL": "1000"]) { client in
            let id = try await client.file([1], ["X-Max-Downloads": "1", "X-Expire-Sec": "300"])
            try await client.download(id).expectFile([1])
            client.clock.advance(by: .seconds(300))
            try await client.info(id).expectFailure(410, "Upload has expired")
            try await client.exists(id).expectJSON(410, #"{"exists":false,"reason":"expired"}"#)
            try await client.download(id).expectFailure(410, "Upload has expired")
        }
    }

    @Test
    func intervalOfTheCleanupIsASetting() async throws {
        try await SkySendClient.run(["CLEANUP_INTERVAL": "600"]) { client in
            let id = try await client.file([1], ["X-Expire-Sec": "300"])
            client.clock.advance(by: .seconds(300))
            try await client.info(id).expectFailure(410, "Upload has expired")
            client.clock.advance(by: .seconds(600))
            #expect(try await client.eventually { try await client.info(id).status == 404 })
        }
    }

    @Test
    func whatExpiredWhileTheServerWasAwayIsErased() async throws {
        try await SkySendClient.restart(away: .seconds(7200)) { client in
            try await client.file(SkySendClient.bytes(100_000))
        } after: { client, id async throws in
            #expect([404, 410].contains(try await client.info(id).status))
            client.clock.advance(by: .seconds(60))
            #expect(try await client.eventually { try await client.info(id).status == 404 })
            #expect(try await client.hasNothingStored())
        }
    }

    // MARK: DELETE /api/upload/{id}

    @Test
    func deleteRemovesTheUpload() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file(SkySendClient.bytes(100_000))
            try await client.delete(id).expectJSON(200, #"{"ok":true}"#)
            try await client.delete(id).expectFailure(404, "Upload not found")
            try await client.info(id).expectFailure(404, "Upload not found")
            try await client.download(id).expectFailure(404, "Upload not found")
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func deleteIsForTheOwner() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            try await client.delete(id, owner: nil).expectFailure(401, "Missing X-Owner-Token header")
            try await client.delete(SkySendClient.unknownID, owner: nil)
                .expectFailure(401, "Missing X-Owner-Token header")
            try await client.delete(id, owner: "a+b").expectFailure(401, "Invalid owner token format")
            for owner in [Self.other, SkySendClient.auth, "abcd"] {
                try await client.delete(id, owner: owner).expectFailure(401, "Invalid owner token")
            }
            #expect(try await client.info(id).status == 200)
            try await client.delete(id, owner: SkySendClient.owner + "=").expectJSON(200, #"{"ok":true}"#)
        }
    }

    @Test
    func deleteWorksOnExpiredAndExhaustedUploads() async throws {
        try await SkySendClient.run { client in
            let exhausted = try await client.file([1], ["X-Max-Downloads": "1"])
            try await client.download(exhausted).expectFile([1])
            try await client.delete(exhausted).expectJSON(200, #"{"ok":true}"#)
            let expired = try await client.file([1], ["X-Expire-Sec": "300"])
            client.clock.advance(by: .seconds(301))
            try await client.delete(expired).expectJSON(200, #"{"ok":true}"#)
            try await client.info(expired).expectFailure(404, "Upload not found")
        }
    }

    @Test
    func oneOfManyParallelDeletesSucceeds() async throws {
        try await SkySendClient.run { client in
            let id = try await client.file()
            let statuses = try await client.parallel(10) { _ in try await client.delete(id).status }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 404 }.count == 9)
        }
    }

    @Test
    func deletedStaysDeletedAfterARestart() async throws {
        try await SkySendClient.restart { client in
            let id = try await client.file()
            #expect(try await client.delete(id).status == 200)
            return id
        } after: { client, id in
            try await client.info(id).expectFailure(404, "Upload not found")
            #expect(try await client.hasNothingStored())
        }
    }
}
