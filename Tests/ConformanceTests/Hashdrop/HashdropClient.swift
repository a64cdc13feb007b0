import CofferCore
import CofferHTTP
import CofferServer
import CofferTesting
import Foundation
import NIOCore
import Testing

/// Speaks the Hashdrop API to a test server, one connection per request.
struct HashdropClient: TestClient {
    /// 2023-11-14, 22:13:20 UTC.
    static let start = Timestamp(milliseconds: 1_700_000_000_000)
    static let password = "correct horse battery"
    /// No limit gets in the way; tests of the limits name their own.
    static let defaults = [
        "COFFER_DIALECTS": "hashdrop",
        "COFFER_TRUSTED_PROXIES": "loopback",
        "COFFER_HASHDROP_RATE_LIMITS": "off",
        "COFFER_INLINE_BYTES": "0",
    ]
    static let settingsPrefix = "COFFER_HASHDROP_"
    static let unknownID = "0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b"

    let server: TestServer

    // MARK: Accounts

    /// An account that is verified and logged in.
    struct Session: Sendable {
        let id: String
        let email: String
        let accessToken: String
        let refreshToken: String

        var bearer: Headers { [("Authorization", "Bearer \(accessToken)")] }
    }

    func register(_ email: String, _ password: String = password) async throws -> TestResponse {
        try await json("POST", "/api/user/register", ["email": .string(email), "password": .string(password)])
    }

    func verify(_ email: String, _ otp: String) async throws -> TestResponse {
        try await json("PATCH", "/api/user/verify", ["email": .string(email), "otp": .string(otp)])
    }

    func login(_ email: String, _ password: String = password) async throws -> TestResponse {
        try await json("POST", "/api/user/login", ["email": .string(email), "password": .string(password)])
    }

    /// The code in the newest mail to an address.
    func otp(of email: String) throws -> String {
        let outbox = "\(server.dataPath)/outbox"
        let names = try FileManager.default.contentsOfDirectory(atPath: outbox).filter { $0.hasSuffix(".eml") }
        let mails = try names.sorted().map { try String(contentsOfFile: "\(outbox)/\($0)", encoding: .utf8) }
        let mail = try #require(mails.last { $0.contains(email) })
        return String(try #require(mail.firstMatch(of: /\n([0-9]{6})\n/)).output.1)
    }

    /// Registers an account, verifies it with the code of its mail, and logs in.
    func account(_ email: String = "ada@example.org") async throws -> Session {
        let registered = try await register(email)
        try #require(registered.status == 201, "\(registered.text)")
        let verified = try await verify(email, try otp(of: email))
        try #require(verified.status == 204, "\(verified.text)")
        let login = try await login(email)
        try #require(login.status == 200, "\(login.text)")
        return Session(
            id: try registered.hashdropText("id"),
            email: email,
            accessToken: try login.hashdropText("access_token"),
            refreshToken: try login.hashdropText("refresh_token")
        )
    }

    /// The same session with a new access token, for tests that move time on.
    func refreshed(_ session: Session) async throws -> Session {
        let answer = try await json("POST", "/api/token/refresh", ["refresh_token": .string(session.refreshToken)])
        return Session(
            id: session.id,
            email: session.email,
            accessToken: try answer.hashdropText("access_token"),
            refreshToken: session.refreshToken
        )
    }

    // MARK: Uploads

    /// An upload that was begun.
    struct Upload: Sendable {
        let id: String
        /// Path and query of the URL where the bytes go.
        let target: String

        var path: String { String(target.prefix { $0 != "?" }) }
        /// `usrh-…/…`.
        var key: String { String(path.dropFirst("/hashdrop-files/".count)) }
    }

    func presign(_ session: Session, name: String = "a.bin", type: String = "text/plain") async throws -> TestResponse {
        let body: JSONValue = ["file_name": .string(name), "mime_type": .string(type)]
        return try await json("POST", "/api/files/presign", body, headers: session.bearer)
    }

    /// Begins an upload, which must work.
    func begin(_ session: Session, name: String = "a.bin") async throws -> Upload {
        let response = try await presign(session, name: name)
        try #require(response.status == 200, "\(response.text)")
        return try upload(response)
    }

    func upload(_ response: TestResponse) throws -> Upload {
        guard case .string(let url)? = response.json?["upload_resource"]?["url"] else {
            throw HashdropUnexpectedAnswer(text: response.text)
        }
        return Upload(id: try response.hashdropText("file_id"), target: target(of: url))
    }

    /// Path and query of a URL of this server.
    func target(of url: String) -> String {
        let base = "http://127.0.0.1:\(server.port)"
        #expect(url.hasPrefix("\(base)/"))
        return String(url.dropFirst(base.count))
    }

    /// Puts bytes as the released command-line client does.
    func put(_ bytes: [UInt8], at target: String, headers: Headers = []) async throws -> TestResponse {
        let own = [("Content-Type", "application/octet-stream"), ("Accept-Encoding", "gzip")]
        return try await server.send("PUT", target, headers: own + headers, body: bytes)
    }

    func complete(
        _ id: String,
        _ session: Session,
        salt: String? = nil,
        hash: String = "abc",
        size: Int = 10
    ) async throws -> TestResponse {
        var members: [JSONValue.Member] = [
            .init("file_id", .string(id)),
            .init("plaintext_hash", .string(hash)),
            .init("plaintext_size_bytes", .integer(size)),
        ]
        if let salt { members.append(.init("passphrase_salt", .string(salt))) }
        return try await json("POST", "/api/files/complete", .object(members), headers: session.bearer)
    }

    /// Uploads a file, which must work.
    func file(
        _ session: Session,
        _ bytes: [UInt8] = bytes(1000),
        name: String = "a.bin",
        salt: String? = nil
    ) async throws -> Upload {
        let upload = try await begin(session, name: name)
        let put = try await put(bytes, at: upload.target)
        try #require(put.status == 200, "\(put.text)")
        let done = try await complete(upload.id, session, salt: salt)
        try #require(done.status == 200, "\(done.text)")
        return upload
    }

    // MARK: Files

    func all(_ session: Session) async throws -> TestResponse { try await get("/api/files/all", session) }

    func get(_ target: String, _ session: Session) async throws -> TestResponse {
        try await server.get(target, headers: session.bearer)
    }

    func delete(_ prefix: String, _ session: Session) async throws -> TestResponse {
        try await server.send("DELETE", "/api/files?id=\(prefix)", headers: session.bearer)
    }

    /// Follows a link to the redirect it answers with.
    func download(_ key: String, headers: Headers = []) async throws -> TestResponse {
        try await server.get("/files/download/\(key)", headers: headers)
    }

    /// Path and query where a link sends its reader, which must work.
    func link(_ key: String) async throws -> String {
        let response = try await download(key)
        try #require(response.status == 303, "\(response.text)")
        return target(of: try #require(response.header("location")))
    }

    func json(
        _ method: String,
        _ target: String,
        _ body: JSONValue,
        headers: Headers = []
    ) async throws -> TestResponse {
        try await text(method, target, String(buffer: body.encoded), headers: headers)
    }

    func text(
        _ method: String,
        _ target: String,
        _ body: String,
        headers: Headers = []
    ) async throws -> TestResponse {
        let headers = [("Content-Type", "application/json")] + headers
        return try await server.send(method, target, headers: headers, body: Array(body.utf8))
    }
}
