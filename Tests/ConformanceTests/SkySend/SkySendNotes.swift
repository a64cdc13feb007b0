import CofferHTTP
import CofferTesting
import Testing

/// The notes' half of the API.
extension SkySendClient {
    static let noteBytes = bytes(300, seed: 77)
    static let noteNonce = bytes(12, seed: 78)
    /// What makes a note a protected one.
    static let protectedNote: [String: JSONValue?] = [
        "hasPassword": true, "passwordSalt": .string(passwordSalt), "passwordAlgo": "argon2id-v2",
    ]

    /// The JSON text of a valid note, some members replaced, those replaced by nil left out.
    static func noteBody(_ changes: [String: JSONValue?] = [:]) -> String {
        var members: [String: JSONValue] = [
            "encryptedContent": .string(base64(noteBytes)), "nonce": .string(base64(noteNonce)),
            "salt": .string(salt), "ownerToken": .string(owner), "authToken": .string(auth), "contentType": "text",
            "maxViews": 3, "expireSec": 3600, "hasPassword": false,
        ]
        for (name, value) in changes { members[name] = value }
        let sorted = members.sorted { $0.key < $1.key }
        return JSONValue.object(sorted.map { JSONValue.Member($0.key, $0.value) }).skySendEncoded
    }

    func createNote(_ changes: [String: JSONValue?] = [:], headers: Headers = []) async throws -> TestResponse {
        try await post("/api/note", Self.noteBody(changes), headers: headers)
    }

    /// Creates a note, which must work, and hands out its id.
    func note(_ changes: [String: JSONValue?] = [:]) async throws -> String {
        let response = try await createNote(changes)
        try #require(response.status == 201, "\(response.text)")
        return try response.skySendText("id")
    }

    func noteInfo(_ id: String) async throws -> TestResponse { try await server.get("/api/note/\(id)") }

    func view(_ id: String, auth: String = auth, headers: Headers = []) async throws -> TestResponse {
        try await post("/api/note/\(id)/view", #"{"authToken":"\#(auth)"}"#, headers: headers)
    }

    func notePassword(_ id: String, auth: String = auth, headers: Headers = []) async throws -> TestResponse {
        try await post("/api/note/\(id)/password", #"{"authToken":"\#(auth)"}"#, headers: headers)
    }

    func deleteNote(_ id: String, owner: String? = owner) async throws -> TestResponse {
        try await server.send("DELETE", "/api/note/\(id)", headers: Self.ownerHeader(owner))
    }

    /// What a view of the note answers.
    static func content(
        views: Int,
        of most: Int = 3,
        _ bytes: [UInt8] = noteBytes
    ) -> [String: JSONValue] {
        [
            "encryptedContent": .string(base64(bytes)), "nonce": .string(base64(noteNonce)),
            "viewCount": .integer(views), "maxViews": .integer(most),
        ]
    }
}
