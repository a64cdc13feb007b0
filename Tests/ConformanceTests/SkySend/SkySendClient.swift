import CofferCore
import CofferHTTP
import CofferServer
import CofferTesting
import Crypto
import Foundation
import NIOCore
import Testing

/// Speaks the SkySend API to a test server, one connection per request.
struct SkySendClient: TestClient {
    /// 1 700 000 000 seconds: a whole number, and in the past.
    static let start = Timestamp(milliseconds: 1_700_000_000_000)
    static let startSeconds = 1_700_000_000
    static let baseURL = "https://send.example.org"
    /// No limit gets in the way; tests of the limits name their own.
    static let defaults = [
        "COFFER_DIALECTS": "skysend",
        "COFFER_BASE_URL": baseURL,
        "COFFER_TRUSTED_PROXIES": "loopback",
        "COFFER_SKYSEND_RATE_LIMIT_MAX": "100000",
        "COFFER_INLINE_BYTES": "0",
    ]
    static let settingsPrefix = "COFFER_SKYSEND_"

    static let auth = token("auth")
    static let owner = token("owner")
    static let salt = token("salt")
    static let passwordSalt = base64url(bytes(16, seed: 16))
    /// What makes an upload a protected one.
    static let protected: [String: String?] = [
        "X-Has-Password": "true", "X-Password-Salt": passwordSalt, "X-Password-Algo": "argon2id-v2",
    ]
    static let unknownID = "0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b"
    /// Ids that were never given out, most of them in no legal form.
    static let strangeIDs = [
        unknownID, unknownID.uppercased(), "x", "0", "0b9f8a3e5c1d4e2f8a7b6c5d4e3f2a1b", "..%2F..%2Fetc", "%00",
        "%F0%9F%98%80", "0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b%20", String(repeating: "a", count: 500),
    ]

    let server: TestServer

    // MARK: Uploads

    /// The parameters of a valid upload, some replaced, those replaced by nil left out.
    static func parameters(size: Int? = nil, _ changes: [String: String?] = [:]) -> Headers {
        var all: Headers = [
            ("X-Auth-Token", auth), ("X-Owner-Token", owner), ("X-Salt", salt), ("X-Max-Downloads", "5"),
            ("X-Expire-Sec", "3600"),
        ]
        if let size { all.append(("X-Content-Length", String(size))) }
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
            all.removeAll { $0.0 == name }
            if let value { all.append((name, value)) }
        }
        return all
    }

    func upload(
        _ bytes: [UInt8],
        _ changes: [String: String?] = [:],
        headers: Headers = []
    ) async throws -> TestResponse {
        try await server.send("POST", "/api/upload", headers: Self.parameters(changes) + headers, body: bytes)
    }

    /// Uploads by one request, which must work, and hands out the id.
    func file(
        _ bytes: [UInt8] = bytes(1000),
        _ changes: [String: String?] = [:],
        headers: Headers = []
    ) async throws -> String {
        let response = try await upload(bytes, changes, headers: headers)
        try #require(response.status == 201, "\(response.text)")
        return try response.skySendText("id")
    }

    func initiate(
        size: Int,
        _ changes: [String: String?] = [:],
        headers: Headers = []
    ) async throws -> TestResponse {
        let headers = Self.parameters(size: size, changes) + headers
        return try await server.send("POST", "/api/upload/init", headers: headers, body: [])
    }

    /// Opens a session of chunks, which must work, and hands out its id.
    func session(size: Int, _ changes: [String: String?] = [:], headers: Headers = []) async throws -> String {
        let response = try await initiate(size: size, changes, headers: headers)
        try #require(response.status == 201, "\(response.text)")
        return try response.skySendText("id")
    }

    func chunk(_ index: Int, _ bytes: [UInt8], of id: String, headers: Headers = []) async throws -> TestResponse {
        let headers = [("Content-Type", "application/octet-stream")] + headers
        return try await server.send("POST", "/api/upload/\(id)/chunk?index=\(index)", headers: headers, body: bytes)
    }

    func finalize(_ id: String, owner: String? = owner) async throws -> TestResponse {
        try await server.send("POST", "/api/upload/\(id)/finalize", headers: Self.ownerHeader(owner), body: [])
    }

    func status(_ id: String, owner: String? = owner) async throws -> TestResponse {
        try await server.get("/api/upload/\(id)/status", headers: Self.ownerHeader(owner))
    }

    // MARK: Files

    func meta(_ id: String, _ body: String, owner: String? = owner) async throws -> TestResponse {
        try await server.send(
            "POST",
            "/api/meta/\(id)",
            headers: Self.ownerHeader(owner) + [("Content-Type", "application/json")],
            body: Array(body.utf8)
        )
    }

    func info(_ id: String) async throws -> TestResponse { try await server.get("/api/info/\(id)") }
    func exists(_ id: String) async throws -> TestResponse { try await server.get("/api/exists/\(id)") }

    /// The members of an info answer, which must be 200.
    func details(_ id: String) async throws -> [String: JSONValue] {
        let response = try await info(id)
        try #require(response.status == 200, "\(response.text)")
        return try #require(response.skySendMembers)
    }

    func download(_ id: String, auth: String? = auth, headers: Headers = []) async throws -> TestResponse {
        try await server.get("/api/download/\(id)", headers: (auth.map { [("X-Auth-Token", $0)] } ?? []) + headers)
    }

    func delete(_ id: String, owner: String? = owner) async throws -> TestResponse {
        try await server.send("DELETE", "/api/upload/\(id)", headers: Self.ownerHeader(owner))
    }

    /// `POST` with a JSON text.
    func post(_ target: String, _ text: String, headers: Headers = []) async throws -> TestResponse {
        let headers = [("Content-Type", "application/json")] + headers
        return try await server.send("POST", target, headers: headers, body: Array(text.utf8))
    }

    func password(_ id: String, auth: String = auth, headers: Headers = []) async throws -> TestResponse {
        try await post("/api/password/\(id)", #"{"authToken":"\#(auth)"}"#, headers: headers)
    }

    static func ownerHeader(_ owner: String?) -> Headers { owner.map { [("X-Owner-Token", $0)] } ?? [] }

    // MARK: States

    /// Removes the bytes of all uploads behind the server's back.
    func loseStoredFiles() throws {
        for path in storedPaths { try FileManager.default.removeItem(atPath: "\(objectsPath)/\(path)") }
    }

    /// Whether some file of the data directory holds these bytes.
    func disk(holds text: String) throws -> Bool {
        let needle = Data(text.utf8)
        let root = URL(fileURLWithPath: server.dataPath)
        for path in try FileManager.default.subpathsOfDirectory(atPath: server.dataPath) {
            guard let data = try? Data(contentsOf: root.appendingPathComponent(path)) else { continue }
            if data.range(of: needle) != nil { return true }
        }
        return false
    }

    /// Waits until the server has noticed that a download broke off, and offers to continue it.
    func awaitInterruption() async throws {
        try #require(try await eventually { server.application.interruptedDownloads == 1 })
    }

    /// Lets the server come to rest where nothing can be seen from outside.
    func settle() async throws { try await Task.sleep(for: .milliseconds(400)) }
}

// MARK: - Values

extension SkySendClient {
    /// A token of 32 bytes, another one for every name.
    static func token(_ name: String) -> String { base64url(Array(SHA256.hash(data: Array(name.utf8)))) }

    static func base64(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }

    /// Without padding.
    static func base64url(_ bytes: some Sequence<UInt8>) -> String {
        base64(bytes).replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// ISO 8601 in UTC with milliseconds, so many seconds after ``start``.
    static func time(after seconds: Int) -> String {
        let time = CalendarTime(start.advanced(by: .seconds(seconds)))
        return time.internetDateTime.replacingOccurrences(of: "Z", with: ".000Z")
    }

    /// Bytes cut into pieces of this size, the last one as long as what is left.
    static func pieces(_ bytes: [UInt8], of size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }

    /// The bytes of one transfer in chunks (RFC 9112, section 7.1), its end included.
    static func chunkCoded(_ bytes: [UInt8]) -> [UInt8] {
        pieces(bytes, of: 1000).reduce(into: []) { coded, piece in
            coded += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
        } + Array("0\r\n\r\n".utf8)
    }

    static func isLowercaseUUID4(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil
    }
}
