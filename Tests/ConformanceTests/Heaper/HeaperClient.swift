import CofferCore
import CofferHTTP
import CofferTesting
import Crypto
import NIOCore
import Testing

/// Speaks the Heaper API to a test server, one connection per request.
struct HeaperClient: TestClient {
    /// 2023-11-14, 22:13:20 UTC.
    static let start = Timestamp(milliseconds: 1_700_000_000_000)
    /// No limit gets in the way, and new keys are let in; tests of the limits name their own.
    static let defaults = [
        "COFFER_DIALECTS": "heaper",
        "COFFER_TRUSTED_PROXIES": "loopback",
        "COFFER_HEAPER_RATE_LIMITS": "off",
        "COFFER_HEAPER_REGISTRATION": "open",
        // Tools stand back behind everything else, and the machine may be busy.
        "COFFER_HEAPER_THUMBNAIL_SECONDS": "600",
    ]
    static let settingsPrefix = "COFFER_HEAPER_"

    let server: TestServer

    // MARK: Login

    /// The key pair of somebody.
    struct Key: Sendable {
        let pair = Curve25519.Signing.PrivateKey()

        var publicKey: String { Base58.encode(Array(pair.publicKey.rawRepresentation)) }

        func signature(of text: String) throws -> [UInt8] {
            Array(try pair.signature(for: Array(text.utf8)))
        }
    }

    /// Somebody who is logged in.
    struct Session: Sendable {
        let key: Key
        let user: String
        let accessToken: String
        let refreshToken: String

        var bearer: Headers { [("Authorization", "Bearer \(accessToken)")] }
    }

    /// A challenge for a key, which must be given.
    func challenge(_ key: Key) async throws -> String {
        let answer = try await post("/api/auth/create_session", ["public_key": .string(key.publicKey)])
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.heaperText("challenge")
    }

    /// Signs a challenge and sends it to `verify_session`.
    ///
    /// `more`: further members of the request.
    func verify(_ key: Key, more: [JSONValue.Member] = []) async throws -> TestResponse {
        let challenge = try await challenge(key)
        let signature = Base64.encode(try key.signature(of: challenge))
        let members: [JSONValue.Member] = [
            .init("public_key", .string(key.publicKey)), .init("message", .string(challenge)),
            .init("signature", .string(signature)),
        ]
        return try await post("/api/auth/verify_session", .object(members + more))
    }

    /// Logs somebody in, which must work; the first one to come is the administrator.
    func login(_ key: Key = Key()) async throws -> Session {
        let answer = try await verify(key)
        try #require(answer.status == 200, "\(answer.text)")
        guard case .string(let user)? = answer.json?["user"]?["id"] else {
            throw HeaperUnexpectedAnswer(text: answer.text)
        }
        return Session(
            key: key,
            user: user,
            accessToken: try answer.heaperText("accessToken"),
            refreshToken: try answer.heaperText("refreshToken")
        )
    }

    // MARK: Requests

    /// Posts JSON; nil sends no body.
    func post(
        _ target: String,
        _ body: JSONValue? = nil,
        as session: Session? = nil,
        headers: Headers = []
    ) async throws -> TestResponse {
        try await send("POST", target, body, as: session, headers: headers)
    }

    func get(_ target: String, as session: Session? = nil, headers: Headers = []) async throws -> TestResponse {
        try await send("GET", target, as: session, headers: headers)
    }

    func send(
        _ method: String,
        _ target: String,
        _ body: JSONValue? = nil,
        as session: Session? = nil,
        headers: Headers = []
    ) async throws -> TestResponse {
        let type: Headers = body == nil ? [] : [("Content-Type", "application/json")]
        let bytes = body.map { Array($0.encoded.readableBytesView) } ?? (method == "GET" ? nil : [])
        return try await server.send(method, target, headers: type + (session?.bearer ?? []) + headers, body: bytes)
    }
}

struct HeaperUnexpectedAnswer: Error {
    let text: String
}

extension TestResponse {
    /// A member that must be a string.
    func heaperText(_ name: String) throws -> String {
        guard case .string(let text)? = json?[name] else { throw HeaperUnexpectedAnswer(text: self.text) }
        return text
    }

    /// A member that must be a whole number.
    func heaperInteger(_ name: String) throws -> Int64 {
        guard case .integer(let number)? = json?[name] else { throw HeaperUnexpectedAnswer(text: text) }
        return number
    }

    /// The code of a failure; nil when this is none of this dialect's.
    var heaperCode: String? {
        guard json?["success"] == false, case .string(let code)? = json?["code"] else { return nil }
        return code
    }
}
