import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: note info, view and delete", .serialized, .timeLimit(.minutes(20)))
struct SkySendNoteReadTests {
    static let wrong = SkySendClient.token("wrong")
    static let missing = "Missing authToken in body"

    // MARK: GET /api/note/{id}

    @Test
    func infoTellsEverythingButTheContent() async throws {
        try await SkySendClient.run { client in
            client.clock.advance(by: .seconds(10))
            let id = try await client.note(["contentType": "code"])
            var members: [String: JSONValue] = [
                "id": .string(id), "contentType": "code", "hasPassword": false, "salt": .string(SkySendClient.salt),
                "maxViews": 3, "viewCount": 0, "expiresAt": .string(SkySendClient.time(after: 3610)),
                "createdAt": .string(SkySendClient.time(after: 10)),
            ]
            for _ in 0..<5 { try await client.noteInfo(id).expectMembers(200, members) }
            #expect(try await client.view(id).status == 200)
            members["viewCount"] = 1
            try await client.noteInfo(id).expectMembers(200, members)
        }
    }

    @Test
    func infoOfAProtectedNoteTellsItsSalt() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note(SkySendClient.protectedNote)
            let members = try #require(try await client.noteInfo(id).skySendMembers)
            #expect(members["hasPassword"] == true)
            #expect(members["passwordAlgo"] == "argon2id-v2")
            #expect(members["passwordSalt"] == .string(SkySendClient.passwordSalt))
            #expect(members.count == 10)
        }
    }

    @Test(arguments: SkySendClient.strangeIDs)
    func unknownNoteIs404(_ id: String) async throws {
        try await SkySendClient.run { client in
            try await client.noteInfo(id).expectFailure(404, "Note not found")
            try await client.view(id).expectFailure(404, "Note not found")
            try await client.view(id, auth: "!").expectFailure(404, "Note not found")
            try await client.notePassword(id).expectFailure(404, "Note not found")
            try await client.deleteNote(id, owner: nil).expectFailure(401, "Missing X-Owner-Token header")
            try await client.deleteNote(id).expectFailure(404, "Note not found")
        }
    }

    @Test
    func notesAndUploadsHaveIdsOfTheirOwn() async throws {
        try await SkySendClient.run { client in
            let (note, file) = (try await client.note(), try await client.file())
            try await client.info(note).expectFailure(404, "Upload not found")
            try await client.download(note).expectFailure(404, "Upload not found")
            try await client.delete(note).expectFailure(404, "Upload not found")
            try await client.noteInfo(file).expectFailure(404, "Note not found")
            try await client.view(file).expectFailure(404, "Note not found")
            try await client.deleteNote(file).expectFailure(404, "Note not found")
        }
    }

    // MARK: POST /api/note/{id}/view

    @Test
    func viewsCountUpToTheLimit() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note()
            for number in 1...3 {
                try await client.view(id).expectMembers(200, SkySendClient.content(views: number))
            }
            try await client.view(id).expectFailure(410, "View limit reached")
            try await client.noteInfo(id).expectFailure(410, "View limit reached")
        }
    }

    @Test
    func unlimitedNoteCountsOn() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note(["maxViews": 0])
            for number in 1...110 {
                let response = try await client.view(id)
                #expect(response.json?["viewCount"] == .integer(number))
            }
            try await client.view(id).expectMembers(200, SkySendClient.content(views: 111, of: 0))
            #expect(try await client.noteInfo(id).json?["viewCount"] == 111)
        }
    }

    @Test(arguments: [1, 3])
    func parallelViewsNeverPassTheLimit(_ limit: Int) async throws {
        try await SkySendClient.run { client in
            for _ in 0..<5 {
                let id = try await client.note(["maxViews": .integer(limit)])
                let answers = try await client.parallel(20) { _ in try await client.view(id) }
                let contents = answers.filter { $0.status == 200 }
                #expect(contents.count == limit)
                let counts = contents.compactMap { $0.json?["viewCount"] }
                for number in 1...limit { #expect(counts.contains(.integer(number))) }
                for content in contents {
                    #expect(content.json?["encryptedContent"] == .string(SkySendClient.base64(SkySendClient.noteBytes)))
                }
                for answer in answers where answer.status != 200 {
                    answer.expectFailure(410, "View limit reached")
                }
            }
        }
    }

    @Test
    func parallelViewsOfAnUnlimitedNoteAllCount() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note(["maxViews": 0])
            let answers = try await client.parallel(20) { _ in try await client.view(id) }
            #expect(answers.allSatisfy { $0.status == 200 })
            for number in 1...20 { #expect(answers.contains { $0.json?["viewCount"] == .integer(number) }) }
        }
    }

    @Test
    func lastViewDestroysTheContent() async throws {
        try await SkySendClient.run { client in
            let content = SkySendClient.bytes(200_000, seed: 5)
            let id = try await client.note([
                "encryptedContent": .string(SkySendClient.base64(content)), "maxViews": 1,
            ])
            try await client.view(id).expectMembers(200, SkySendClient.content(views: 1, of: 1, content))
            try await client.view(id).expectFailure(410, "View limit reached")
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func tokenMayComeInTheHeader() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note()
            let target = "/api/note/\(id)/view"
            let auth = [("X-Auth-Token", SkySendClient.auth)]
            let bare = try await client.server.send("POST", target, headers: auth)
            bare.expectMembers(200, SkySendClient.content(views: 1))
            let empty = try await client.server.send("POST", target, headers: auth, body: [])
            empty.expectMembers(200, SkySendClient.content(views: 2))
            let wrong = try await client.server.send("POST", target, headers: [("X-Auth-Token", Self.wrong)])
            wrong.expectFailure(401, "Invalid auth token")
            let malformed = try await client.server.send("POST", target, headers: [("X-Auth-Token", "a+b")])
            malformed.expectFailure(401, "Invalid auth token format")
        }
    }

    @Test
    func missingTokenIsRefusedFirst() async throws {
        try await SkySendClient.run { client in
            for id in [try await client.note(), SkySendClient.unknownID] {
                let target = "/api/note/\(id)/view"
                for body in ["{", "x"] { try await client.post(target, body).expectFailure(400, "Invalid JSON body") }
                for body in ["{}", "{\"authToken\":\"\"}", "{\"authToken\":null}", "{\"authToken\":7}"] {
                    try await client.post(target, body).expectFailure(400, Self.missing)
                }
                for body in ["null", "7", "[]"] {
                    try await client.post(target, body)
                        .expectFailure(oneOf: [(400, "Invalid JSON body"), (400, Self.missing)])
                }
                try await client.post(target, "")
                    .expectFailure(oneOf: [(400, "Invalid JSON body"), (400, Self.missing)])
            }
        }
    }

    @Test
    func largeBodyIsRefused() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note()
            let body = #"{"authToken":"\#(SkySendClient.auth)"}"#
            let fitting = body + String(repeating: " ", count: 16_384 - body.utf8.count)
            for path in ["view", "password"] {
                try await client.post("/api/note/\(id)/\(path)", fitting + " ")
                    .expectFailure(413, "Request body too large")
            }
            #expect(try await client.post("/api/note/\(id)/view", fitting).status == 200)
        }
    }

    static let tokens: [(String, String)] = [
        ("a+b", "Invalid auth token format"), ("!", "Invalid auth token format"), (wrong, "Invalid auth token"),
        ("abcd", "Invalid auth token"), (SkySendClient.owner, "Invalid auth token"),
    ]

    @Test(arguments: tokens)
    func wrongTokenNeverCounts(_ token: String, _ error: String) async throws {
        try await SkySendClient.run { client in
            let id = try await client.note(["maxViews": 1])
            try await client.view(id, auth: token).expectFailure(401, error)
            try await client.view(id, auth: SkySendClient.auth + "=")
                .expectMembers(200, SkySendClient.content(views: 1, of: 1))
        }
    }

    // MARK: Expiry and exhaustion

    @Test
    func expiredNoteIsGoneAfterTheCleanup() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note(
                ["expireSec": 300, "hasPassword": true].merging(SkySendClient.protectedNote) { $1 }
            )
            client.clock.advance(by: .milliseconds(299_999))
            #expect(try await client.view(id).status == 200)
            client.clock.advance(by: .milliseconds(1))
            try await client.noteInfo(id).expectFailure(410, "Note has expired")
            try await client.view(id, auth: "!").expectFailure(410, "Note has expired")
            try await client.notePassword(id, auth: Self.wrong).expectFailure(410, "Note has expired")
            client.clock.advance(by: .seconds(60))
            #expect(try await client.eventually { try await client.noteInfo(id).status == 404 })
            try await client.view(id).expectFailure(404, "Note not found")
            try await client.deleteNote(id).expectFailure(404, "Note not found")
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func exhaustedNoteIsGoneAfterTheCleanup() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note(["maxViews": 1].merging(SkySendClient.protectedNote) { $1 })
            #expect(try await client.view(id).status == 200)
            try await client.noteInfo(id).expectFailure(410, "View limit reached")
            try await client.view(id, auth: Self.wrong).expectFailure(410, "View limit reached")
            try await client.notePassword(id, auth: Self.wrong).expectFailure(410, "View limit reached")
            client.clock.advance(by: .seconds(60))
            #expect(try await client.eventually { try await client.noteInfo(id).status == 404 })
        }
    }

    @Test
    func expiryIsToldBeforeExhaustion() async throws {
        try await SkySendClient.run(["CLEANUP_INTERVAL": "1000"]) { client in
            let id = try await client.note(["maxViews": 1, "expireSec": 300])
            #expect(try await client.view(id).status == 200)
            client.clock.advance(by: .seconds(300))
            try await client.noteInfo(id).expectFailure(410, "Note has expired")
            try await client.view(id).expectFailure(410, "Note has expired")
        }
    }

    @Test
    func noteSurvivesARestart() async throws {
        try await SkySendClient.restart(away: .seconds(3599)) { client in
            let id = try await client.note()
            #expect(try await client.view(id).status == 200)
            let spent = try await client.note(["maxViews": 1])
            #expect(try await client.view(spent).status == 200)
            return [id, spent]
        } after: { client, ids in
            try await client.view(ids[0]).expectMembers(200, SkySendClient.content(views: 2))
            #expect([404, 410].contains(try await client.view(ids[1]).status))
        }
    }

    // MARK: DELETE /api/note/{id}

    @Test
    func deleteIsForTheOwner() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note()
            try await client.deleteNote(id, owner: nil).expectFailure(401, "Missing X-Owner-Token header")
            try await client.deleteNote(id, owner: "a+b").expectFailure(401, "Invalid owner token format")
            for owner in [Self.wrong, SkySendClient.auth, "abcd"] {
                try await client.deleteNote(id, owner: owner).expectFailure(401, "Invalid owner token")
            }
            #expect(try await client.noteInfo(id).status == 200)
            try await client.deleteNote(id, owner: SkySendClient.owner + "=").expectJSON(200, #"{"ok":true}"#)
            try await client.deleteNote(id).expectFailure(404, "Note not found")
            try await client.view(id).expectFailure(404, "Note not found")
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func deleteWorksOnSpentNotes() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note(["maxViews": 1])
            #expect(try await client.view(id).status == 200)
            try await client.deleteNote(id).expectJSON(200, #"{"ok":true}"#)
            try await client.noteInfo(id).expectFailure(404, "Note not found")
        }
    }
}
