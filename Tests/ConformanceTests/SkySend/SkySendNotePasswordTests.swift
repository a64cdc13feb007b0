import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: POST /api/note/{id}/password", .serialized, .timeLimit(.minutes(20)))
struct SkySendNotePasswordTests {
    static let wrong = SkySendClient.token("wrong")
    static let locked = "Too many failed attempts. Try again later."

    @Test
    func rightTokenNeverCountsAView() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note(SkySendClient.protectedNote)
            for _ in 0..<5 { try await client.notePassword(id).expectJSON(200, #"{"ok":true}"#) }
            #expect(try await client.noteInfo(id).json?["viewCount"] == 0)
        }
    }

    @Test
    func firstFailureOfTheListIsTold() async throws {
        try await SkySendClient.run { client in
            let open = try await client.note()
            let closed = try await client.note(SkySendClient.protectedNote)
            for id in [open, closed, SkySendClient.unknownID] {
                let target = "/api/note/\(id)/password"
                try await client.post(target, "{").expectFailure(400, "Invalid JSON body")
                for body in ["{}", "{\"authToken\":\"\"}", "{\"authToken\":5}"] {
                    try await client.post(target, body).expectFailure(400, "Missing authToken in body")
                }
            }
            try await client.notePassword(SkySendClient.unknownID, auth: "!").expectFailure(404, "Note not found")
            try await client.notePassword(open, auth: "!").expectFailure(400, "Note is not password-protected")
            try await client.notePassword(closed, auth: "!").expectFailure(401, "Invalid auth token format")
            try await client.notePassword(closed, auth: Self.wrong).expectFailure(401, "Invalid password")
            try await client.notePassword(closed).expectJSON(200, #"{"ok":true}"#)
        }
    }

    // MARK: Lockout

    @Test
    func viewAndPasswordShareOneCounter() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note(SkySendClient.protectedNote)
            for _ in 0..<5 {
                try await client.notePassword(id, auth: Self.wrong).expectFailure(401, "Invalid password")
                try await client.view(id, auth: Self.wrong).expectFailure(401, "Invalid auth token")
            }
            for response in [try await client.view(id), try await client.notePassword(id)] {
                response.expectFailure(429, Self.locked)
                #expect(response.header("retry-after") == "900")
            }
            let headers = [("X-Auth-Token", SkySendClient.auth)]
            let byHeader = try await client.server.send("POST", "/api/note/\(id)/view", headers: headers)
            byHeader.expectFailure(429, Self.locked)
            client.clock.advance(by: .seconds(900))
            #expect(try await client.view(id).status == 200)
        }
    }

    @Test
    func noteWithoutAPasswordIsLockedToo() async throws {
        try await SkySendClient.run(["PASSWORD_MAX_ATTEMPTS": "3"]) { client in
            let id = try await client.note()
            for _ in 0..<3 { #expect(try await client.view(id, auth: Self.wrong).status == 401) }
            try await client.view(id).expectFailure(429, Self.locked)
            let elsewhere = try await client.view(id, headers: SkySendClient.from("203.0.113.9"))
            elsewhere.expectMembers(200, SkySendClient.content(views: 1))
        }
    }

    @Test
    func successForgetsFailures() async throws {
        try await SkySendClient.run(["PASSWORD_MAX_ATTEMPTS": "3"]) { client in
            let id = try await client.note(SkySendClient.protectedNote)
            for _ in 0..<2 {
                for _ in 0..<2 { #expect(try await client.view(id, auth: Self.wrong).status == 401) }
                #expect(try await client.notePassword(id).status == 200)
                for _ in 0..<2 { #expect(try await client.notePassword(id, auth: Self.wrong).status == 401) }
                #expect(try await client.view(id).status == 200)
            }
        }
    }

    @Test
    func parallelGuessesNeverPassTheLimit() async throws {
        try await SkySendClient.run { client in
            let id = try await client.note(SkySendClient.protectedNote)
            let statuses = try await client.parallel(30) { number in
                number % 2 == 0
                    ? try await client.view(id, auth: Self.wrong).status
                    : try await client.notePassword(id, auth: Self.wrong).status
            }
            #expect(statuses.filter { $0 == 401 }.count == 10)
            #expect(statuses.filter { $0 == 429 }.count == 20)
        }
    }
}
