import CofferCore
import CofferHTTP
import CofferServer
import CofferTesting
import Foundation
import NIOCore
import Testing

/// Speaks the Hushfile API to a test server, one connection per request.
struct HushfileClient: TestClient {
    /// What the initial POST hands out.
    struct Upload: Sendable {
        let id: String
        let password: String
    }

    /// The three requests that change an upload.
    enum Write: String, CaseIterable, Sendable { case chunk, metadata, finish }

    static let defaults: [String: String] = [:]
    static let settingsPrefix = "COFFER_HUSHFILE_"
    static let start = Timestamp(milliseconds: 1_700_000_000_000)

    let server: TestServer

    // MARK: Uploads

    func initiate(_ fields: JSONValue = [:], headers: [(String, String)] = []) async throws -> Upload {
        let response = try await post("/api/file", fields, headers: headers)
        try #require(response.status == 200, "\(response.text)")
        return try upload(from: response)
    }

    func upload(from response: TestResponse) throws -> Upload {
        guard case .string(let id)? = response.json?["id"],
            case .string(let password)? = response.json?["uploadpassword"]
        else { throw Failure.unexpectedAnswer(response.text) }
        return Upload(id: id, password: password)
    }

    enum Failure: Error { case unexpectedAnswer(String) }

    func post(_ target: String, _ body: JSONValue, headers: [(String, String)] = []) async throws -> TestResponse {
        let headers = [("Content-Type", "application/json")] + headers
        return try await server.send("POST", target, headers: headers, body: Array(body.encoded.readableBytesView))
    }

    func post(_ target: String, _ form: MultipartBody) async throws -> TestResponse {
        try await server.send("POST", target, headers: [("Content-Type", form.contentType)], body: form.bytes)
    }

    func put(
        chunk index: Int,
        _ bytes: [UInt8],
        of upload: Upload,
        headers: [(String, String)] = [("Content-Type", "application/octet-stream")]
    ) async throws -> TestResponse {
        try await server.send("PUT", chunkTarget(index, upload), headers: headers, body: bytes)
    }

    func put(
        metadata bytes: [UInt8],
        of upload: Upload,
        headers: [(String, String)] = []
    ) async throws -> TestResponse {
        try await server.send("PUT", metadataTarget(upload), headers: headers, body: bytes)
    }

    func chunkTarget(_ index: Int, _ upload: Upload) -> String {
        "/api/file/\(upload.id)/\(index)?uploadpassword=\(upload.password)"
    }

    func metadataTarget(_ upload: Upload) -> String {
        "/api/file/\(upload.id)/metadata?uploadpassword=\(upload.password)"
    }

    func finish(
        _ upload: Upload,
        chunks: [Int],
        headers: [(String, String)] = []
    ) async throws -> TestResponse {
        let body: JSONValue = [
            "uploadpassword": .string(upload.password),
            "chunks": .array(chunks.map { .integer($0) }),
        ]
        return try await post("/api/file/\(upload.id)/finishupload", body, headers: headers)
    }

    /// Sends a valid request but for its password, which goes into the query as it is.
    func send(_ write: Write, id: String, query: String) async throws -> TestResponse {
        switch write {
        case .chunk: try await server.send("PUT", "/api/file/\(id)/0\(query)", body: [1, 2, 3])
        case .metadata: try await server.send("PUT", "/api/file/\(id)/metadata\(query)", body: [1, 2, 3])
        case .finish: try await post("/api/file/\(id)/finishupload\(query)", ["chunks": [0]])
        }
    }

    /// Uploads and finishes a file whose chunks are numbered from 0.
    ///
    /// - Returns: its id.
    func file(
        _ chunks: [[UInt8]],
        metadata: [UInt8]? = nil,
        _ fields: JSONValue = [:]
    ) async throws -> String {
        let upload = try await initiate(fields)
        if let metadata {
            try #require(try await put(metadata: metadata, of: upload).status == 200)
        }
        for (index, chunk) in chunks.enumerated() {
            try #require(try await put(chunk: index, chunk, of: upload).status == 200)
        }
        try #require(try await finish(upload, chunks: Array(chunks.indices)).status == 200)
        return upload.id
    }

    // MARK: Reads

    func get(chunk index: Int, of id: String) async throws -> TestResponse {
        try await server.get("/api/file/\(id)/\(index)")
    }

    /// The members of an info answer, which must be 200.
    func info(_ id: String) async throws -> [String: JSONValue] {
        let response = try await server.get("/api/file/\(id)/info")
        try #require(response.status == 200, "\(response.text)")
        return try #require(response.hushfileMembers)
    }

    func delete(_ id: String, password: String) async throws -> TestResponse {
        try await server.send("DELETE", "/api/file/\(id)?deletepassword=\(Self.percentEncoded(password))")
    }

    static func percentEncoded(_ text: String) -> String {
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    // MARK: Checks of whole states

    /// Every read of the file answers as for an id that was never given out.
    func expectGone(_ id: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for path in ["exists", "metadata", "0"] {
            let response = try await server.get("/api/file/\(id)/\(path)")
            response.expect(404, HushfileBody.notFound(id), sourceLocation: sourceLocation)
        }
        let info = try await server.get("/api/file/\(id)/info")
        info.expect(404, HushfileBody.infoNotFound(id), sourceLocation: sourceLocation)
    }
}

/// The bodies that the contract spells out, by member.
enum HushfileBody {
    static func badRequest(_ fileid: String) -> [String: JSONValue] { plain(fileid, "bad request") }
    static func notInitiated(_ fileid: String) -> [String: JSONValue] { plain(fileid, "File has not been initiated.") }
    static func finished(_ fileid: String) -> [String: JSONValue] { plain(fileid, "Upload is finished.") }
    static func wrongPassword(_ fileid: String) -> [String: JSONValue] { plain(fileid, "Incorrect uploadpassword") }
    static func unfinished(_ fileid: String) -> [String: JSONValue] { plain(fileid, "Upload is unfinished.") }

    static func noChunk(_ index: Int, _ fileid: String) -> [String: JSONValue] {
        plain(fileid, "Chunk number \(index) does not exist")
    }

    static func notFound(_ fileid: String) -> [String: JSONValue] {
        ["fileid": .string(fileid), "exists": false, "status": "File not found."]
    }

    static func infoNotFound(_ fileid: String) -> [String: JSONValue] {
        notFound(fileid).merging(["chunks": [], "totalsize": 0, "finished": false]) { $1 }
    }

    static func notDeleted(_ fileid: String) -> [String: JSONValue] {
        ["fileid": .string(fileid), "deleted": false, "status": "Incorrect deletepassword"]
    }

    private static func plain(_ fileid: String, _ status: String) -> [String: JSONValue] {
        ["fileid": .string(fileid), "status": .string(status)]
    }
}

extension TestResponse {
    /// The members of a JSON object, whatever their order.
    var hushfileMembers: [String: JSONValue]? {
        guard case .object(let members)? = json else { return nil }
        return Dictionary(members.map { ($0.name, $0.value) }) { $1 }
    }

    /// Checks status, headers and every member of a JSON answer.
    func expect(_ status: Int, _ members: [String: JSONValue], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
        expectJSONHeaders(sourceLocation: sourceLocation)
        #expect(hushfileMembers == members, "\(text)", sourceLocation: sourceLocation)
    }

    /// Checks an error whose sentence the contract leaves open: `fileid` and a `status` with some text, nothing else.
    func expectError(_ status: Int, fileid: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
        expectJSONHeaders(sourceLocation: sourceLocation)
        let members = hushfileMembers ?? [:]
        #expect(Set(members.keys) == ["fileid", "status"], "\(text)", sourceLocation: sourceLocation)
        #expect(members["fileid"] == .string(fileid), "\(text)", sourceLocation: sourceLocation)
        guard case .string(let sentence)? = members["status"], !sentence.isEmpty else {
            Issue.record("no status text in \(text)", sourceLocation: sourceLocation)
            return
        }
    }

    /// Checks a 200 that carries stored bytes.
    func expectBytes(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(status == 200, sourceLocation: sourceLocation)
        #expect(header("content-type") == "application/octet-stream", sourceLocation: sourceLocation)
        #expect(header("content-length") == String(bytes.count), sourceLocation: sourceLocation)
        #expect(header("cache-control") == "no-store", sourceLocation: sourceLocation)
        #expect(header("x-content-type-options") == "nosniff", sourceLocation: sourceLocation)
        #expect(header("content-encoding") == nil, sourceLocation: sourceLocation)
        // The bytes themselves would fill the report.
        let isIntact = body == bytes
        #expect(isIntact, "\(body.count) bytes differ from the \(bytes.count) stored", sourceLocation: sourceLocation)
    }

    private func expectJSONHeaders(sourceLocation: SourceLocation) {
        #expect(header("content-type") == "application/json", sourceLocation: sourceLocation)
        #expect(header("cache-control") == "no-store", sourceLocation: sourceLocation)
    }
}
