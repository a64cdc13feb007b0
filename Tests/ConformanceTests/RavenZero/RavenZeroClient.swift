import CofferCore
import CofferHTTP
import CofferTesting
import Crypto
import Foundation
import Testing

/// Speaks the Raven Zero API to a test server, one connection per request.
struct RavenZeroClient: TestClient {
    /// No limit gets in the way; tests of the limits name their own.
    static let defaults = [
        "COFFER_RAVENZERO_UPLOAD_RATE_LIMIT": "off",
        "COFFER_RAVENZERO_HEALTH_RATE_LIMIT": "off",
        "COFFER_RAVENZERO_DOWNLOAD_FAIL_LIMIT": "100000",
    ]
    static let settingsPrefix = "COFFER_RAVENZERO_"

    /// 2024-12-10T15:50:00Z, the moment of the reference's examples.
    static let start = Timestamp(milliseconds: 1_733_845_800_000)

    /// Sent with every answer of this dialect.
    static let securityHeaders = [
        ("Cache-Control", "no-store, no-cache, must-revalidate, max-age=0"),
        ("Pragma", "no-cache"),
        ("Expires", "0"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("X-XSS-Protection", "1; mode=block"),
        ("Referrer-Policy", "no-referrer"),
    ]

    let server: TestServer

    var baseURL: String { "http://127.0.0.1:\(server.port)" }

    // MARK: Requests

    func get(_ target: String, headers: [(String, String)] = []) async throws -> TestResponse {
        try await server.get(target, headers: headers)
    }

    func post(_ form: MultipartBody, headers: [(String, String)] = []) async throws -> TestResponse {
        let headers = [("Content-Type", form.contentType)] + headers
        return try await server.send("POST", "/upload/", headers: headers, body: form.bytes)
    }

    /// Posts a body of the test's own making under the boundary of ``MultipartBody``.
    func post(raw body: [UInt8]) async throws -> TestResponse {
        let headers = [("Content-Type", MultipartBody().contentType)]
        return try await server.send("POST", "/upload/", headers: headers, body: body)
    }

    func upload(
        _ bytes: [UInt8],
        filename: String = "note.txt",
        expiry: String? = nil,
        uses: String? = nil,
        headers: [(String, String)] = []
    ) async throws -> TestResponse {
        var form = MultipartBody().file("file", filename: filename, bytes)
        if let expiry { form = form.field("expiry", expiry) }
        if let uses { form = form.field("uses", uses) }
        return try await post(form, headers: headers)
    }

    /// Uploads a file and hands out its key.
    func drop(
        _ bytes: [UInt8] = Array("hello\n".utf8),
        filename: String = "note.txt",
        expiry: Int = 10,
        uses: Int = 1
    ) async throws -> String {
        let response = try await upload(bytes, filename: filename, expiry: String(expiry), uses: String(uses))
        try #require(response.status == 201, "\(response.text)")
        return try Self.text("key", of: response)
    }

    func status(_ key: String) async throws -> TestResponse { try await get("/status/\(key)") }
    func preview(_ key: String) async throws -> TestResponse { try await get("/preview/\(key)") }
    func download(_ key: String) async throws -> TestResponse { try await get("/download/\(key)") }

    // MARK: What the server should say

    static func text(_ member: String, of response: TestResponse) throws -> String {
        guard case .string(let text)? = response.json?[member] else {
            throw UnexpectedAnswer(text: response.text)
        }
        return text
    }

    struct UnexpectedAnswer: Error { let text: String }

    static func sha256(_ bytes: [UInt8]) -> String { hex(SHA256.hash(data: bytes)) }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static func detail(_ text: String) -> String { #"{"detail":"\#(text)"}"# }

    /// The status answer of a key that has no record.
    static func goneStatus(_ key: String) -> String {
        #"{"key":"\#(key)","status":"expired_or_burned","remaining_uses":0,"expires_at":null,"is_accessible":false}"#
    }

    static func status(_ key: String, _ state: String, uses: Int, expires: String) -> String {
        """
        {"key":"\(key)","status":"\(state)","remaining_uses":\(uses),"expires_at":"\(expires)",\
        "is_accessible":\(state == "active")}
        """
    }

    static let notFound = detail("File not found")
    static let previewUnknown = detail("Upload not found or link expired")
    static let previewSpent = detail(
        "This file preview has already been accessed and is no longer available for security reasons."
    )
    static let usedUp = detail("Download limit has been reached")
    static let rateLimited = detail("Rate limit exceeded")
    static let parseError = detail("There was an error parsing the body")

    /// Compares status and body to the byte, and checks the headers that every JSON answer has.
    static func expect(
        _ response: TestResponse,
        _ status: Int,
        _ json: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(response.status == status, "\(response.text)", sourceLocation: sourceLocation)
        #expect(response.text == json, sourceLocation: sourceLocation)
        #expect(response.header("content-type") == "application/json", sourceLocation: sourceLocation)
        #expect(response.header("content-length") == String(json.utf8.count), sourceLocation: sourceLocation)
        expectSecurityHeaders(response, sourceLocation: sourceLocation)
    }

    /// An intact download.
    static func expect(
        _ response: TestResponse,
        bytes: [UInt8],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(response.status == 200, sourceLocation: sourceLocation)
        #expect(response.body.count == bytes.count, sourceLocation: sourceLocation)
        // Compared apart from the macro: it would print megabytes.
        let isIntact = areSame(response.body, bytes)
        #expect(isIntact, sourceLocation: sourceLocation)
        #expect(response.header("x-sha256") == sha256(bytes), sourceLocation: sourceLocation)
        expectSecurityHeaders(response, sourceLocation: sourceLocation)
    }

    static func expectSecurityHeaders(_ response: TestResponse, sourceLocation: SourceLocation = #_sourceLocation) {
        for (name, value) in securityHeaders {
            #expect(response.header(name) == value, "\(name)", sourceLocation: sourceLocation)
        }
        let id = response.header("x-request-id") ?? "none"
        #expect(isLowerCaseUUIDv4(id), "X-Request-ID: \(id)", sourceLocation: sourceLocation)
    }

    static func isLowerCaseUUIDv4(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil
    }

    /// Asks again and again, for at most a minute, until the condition holds.
    static func eventually(
        _ comment: Comment,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now.advanced(by: .seconds(60))
        while ContinuousClock.now < end {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record(comment, sourceLocation: sourceLocation)
    }

    /// Waits until the key has no record left.
    func expectGone(_ key: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await Self.eventually("\(key) is still there", sourceLocation: sourceLocation) {
            try await status(key).text == Self.goneStatus(key)
        }
    }

    // MARK: The data directory

    /// Paths of the files that hold sealed bytes.
    func objects() throws -> [String] { try files(in: "objects") }

    /// Paths of the files that are still being written.
    func incoming() throws -> [String] { try files(in: "incoming") }

    private func files(in folder: String) throws -> [String] {
        let root = "\(server.dataPath)/blobs/\(folder)"
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { path in
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isDirectory)
            let name = path.split(separator: "/").last ?? ""
            return exists && !isDirectory.boolValue && !name.hasPrefix(".")
        }.map { "\(root)/\($0)" }
    }

    func expectNoFiles(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await Self.eventually("files are left", sourceLocation: sourceLocation) {
            try incoming().isEmpty && objects().isEmpty
        }
    }

    // MARK: Slow readers

    /// More than the kernel holds between a server and a client that does not read, also on hosts with large buffers.
    static let slowFileBytes = 24 * 1024 * 1024
    static let slowFileSettings = ["COFFER_RAVENZERO_MAX_FILE_SIZE": "25165824"]

    /// Downloads a file but reads only the head of the answer, then runs `body`, then reads the rest.
    ///
    /// - Returns: the rest.
    func downloadSlowly(_ key: String, while body: () async throws -> Void) async throws -> [UInt8] {
        try await TestConnection.open(port: server.port) { connection in
            try await connection.write(server.head("GET", "/download/\(key)"))
            let head = try await connection.readHead()
            try #require(head.status == 200)
            let size = try #require(head.header("content-length").flatMap(Int.init))
            try await body()
            return try await connection.read(size)
        }
    }

    // MARK: Bytes

    /// Bytes of which no two stretches of a few kilobytes are the same.
    static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        let block = (0..<4093).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + block.count + 8)
        var number: UInt64 = 0
        while bytes.count < count {
            bytes += block
            withUnsafeBytes(of: number.bigEndian) { bytes += Array($0) }
            number += 1
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Compares without the cost of an unoptimized loop.
    static func areSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        Data(left) == Data(right)
    }
}
