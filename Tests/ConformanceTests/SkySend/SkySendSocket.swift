import CofferHTTP
import CofferTesting
import Testing

/// One upload over a WebSocket.
final class SkySendSocket: TestSocket {
    static let target = "/api/upload/ws"

    // MARK: Opening

    /// Upgrades, which must work, and runs the body.
    static func open<Value: Sendable>(
        _ client: SkySendClient,
        headers: Headers = [],
        _ body: (SkySendSocket) async throws -> Value
    ) async throws -> Value {
        try await upgrade(client.server, target, headers: headers) {
            try await body(SkySendSocket($0, handshake: $1))
        }
    }

    /// Asks for the upgrade, and hands out the status of the answer.
    static func status(_ client: SkySendClient, headers: SkySendClient.Headers = []) async throws -> Int {
        try await TestConnection.open(port: client.server.port) { connection in
            try await connection.write(client.server.head("GET", target, headers: upgradeHeaders() + headers))
            return try await connection.readHead().status
        }
    }

    /// Asks for the upgrade, which must be refused with a whole answer.
    static func refusal(
        _ client: SkySendClient,
        headers: SkySendClient.Headers = []
    ) async throws -> TestResponse {
        // What follows a 101 is no answer and would be waited for without end.
        try #require(try await status(client, headers: headers) != 101)
        return try await client.server.get(target, headers: upgradeHeaders() + headers)
    }

    // MARK: Messages

    /// The first message of an upload, some members replaced, those replaced by nil left out.
    static func initMessage(size: Int, _ changes: [String: JSONValue?] = [:]) -> String {
        var members: [String: JSONValue] = [
            "authToken": .string(SkySendClient.auth), "ownerToken": .string(SkySendClient.owner),
            "salt": .string(SkySendClient.salt), "maxDownloads": 5, "expireSec": 3600, "contentLength": .integer(size),
        ]
        for (name, value) in changes { members[name] = value }
        let headers = JSONValue.object(
            members.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) }
        )
        let message: JSONValue = ["type": "init", "headers": headers]
        return message.skySendEncoded
    }

    static let finalizeMessage = #"{"type":"finalize"}"#

    /// The members of the next message, which must be JSON text; keep-alives are skipped.
    func message() async throws -> [String: JSONValue] {
        while true {
            let event = try await next()
            guard case .text(let text) = event else { throw Failure.unexpected(event) }
            let members = try #require(JSONValue(skySend: text)?.skySendMembers, "\(text)")
            if members != ["type": "keepalive"] { return members }
        }
    }

    /// Reads the two messages that answer a valid init.
    ///
    /// - Returns: the upload's id.
    func ready(sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let ready = try await message()
        guard case .string(let id)? = ready["id"] else { throw SkySendUnexpectedAnswer(text: "\(ready)") }
        #expect(ready == ["type": "ready", "id": .string(id)], sourceLocation: sourceLocation)
        #expect(SkySendClient.isLowercaseUUID4(id), sourceLocation: sourceLocation)
        let storage = try await message()
        #expect(storage == ["type": "storage", "backend": "filesystem"], sourceLocation: sourceLocation)
        return id
    }

    /// Sends a valid init and reads what answers it.
    func begin(size: Int, _ changes: [String: JSONValue?] = [:]) async throws -> String {
        try await send(Self.initMessage(size: size, changes))
        return try await ready()
    }

    /// Finalizes, and expects success.
    func finish(_ id: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await send(Self.finalizeMessage)
        #expect(try await message() == ["type": "done", "id": .string(id)], sourceLocation: sourceLocation)
        #expect(try await next() == .close(code: 1000, reason: "done"), sourceLocation: sourceLocation)
    }

    /// Reads an error message and the close frame that repeats its sentence; nil leaves the sentence open.
    func expectFailure(
        _ code: Int,
        _ sentence: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let error = try await message()
        guard case .string(let text)? = error["message"] else { throw SkySendUnexpectedAnswer(text: "\(error)") }
        if let sentence { #expect(text == sentence, sourceLocation: sourceLocation) }
        #expect(error == ["type": "error", "message": .string(text)], sourceLocation: sourceLocation)
        let close = try await next()
        #expect(close == .close(code: code, reason: text), sourceLocation: sourceLocation)
        try? await send(close: code)
        #expect(try await next() == .end, sourceLocation: sourceLocation)
    }
}
