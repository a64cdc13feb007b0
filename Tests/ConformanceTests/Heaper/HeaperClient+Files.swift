import CofferCore
import CofferHTTP
import CofferTesting
import Crypto
import Foundation
import NIOCore
import Testing
import Yjs

/// Uploads, and what becomes of them.
extension HeaperClient {
    /// A block of somebody's heap, into which files go.
    struct FilePlace: Sendable {
        let session: Session
        let heap: String
        let block: String

        func at(_ block: String) -> FilePlace { FilePlace(session: session, heap: heap, block: block) }
    }

    /// Names a file in the document of a block, as clients do that upload its bytes then.
    func announce(_ bytes: [UInt8], name: String, type: String, at place: FilePlace) async throws {
        var document = YDocument()
        let update = try document.edit(as: 5) { edit in
            let entry = YValue.object([YEntry("name", .string(name)), YEntry("mime_type", .string(type))])
            try edit.set(entry, forKey: "\(Self.hash(bytes)):\(bytes.count)", in: .root("files_v0"))
        }.update
        let answer = try await push(heaperEntry(place.block, update, in: place.heap), as: place.session)
        try #require(answer.first?["error"] == nil, "\(answer)")
    }

    static let smallChunk = 65_536

    static func hash(_ bytes: [UInt8]) -> String { Hex.encode(Array(SHA256.hash(data: bytes))) }

    /// Bytes without a pattern that repeats.
    static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }

    /// A heap of somebody new, or of this session.
    func makeFilePlace(_ session: Session? = nil, block: String = "file-block") async throws -> FilePlace {
        let owner: Session
        if let session { owner = session } else { owner = try await login() }
        let answer = try await post("/api/heap/add", ["name": "Files"], as: owner)
        try #require(answer.status == 200, "\(answer.text)")
        return FilePlace(session: owner, heap: try answer.heaperText("id"), block: block)
    }

    // MARK: Whole

    func uploadFile(
        _ bytes: [UInt8],
        to place: FilePlace,
        hash: String? = nil,
        name: String = "file.bin",
        type: String = "application/octet-stream",
        hashFirst: Bool = false
    ) async throws -> TestResponse {
        let hash = hash ?? Self.hash(bytes)
        let form =
            hashFirst
            ? MultipartBody().field("hash", hash).file("file", filename: name, type: type, bytes)
            : MultipartBody().file("file", filename: name, type: type, bytes).field("hash", hash)
        return try await postForm(form, to: place)
    }

    func postForm(_ form: MultipartBody, to place: FilePlace) async throws -> TestResponse {
        try await server.send(
            "POST",
            "/api/upload/file/\(place.heap)/\(place.block)",
            headers: place.session.bearer + [("Content-Type", form.contentType)],
            body: form.bytes
        )
    }

    /// The head of ``postForm(_:to:)``, for bodies that come in pieces.
    func formHead(_ form: MultipartBody, to place: FilePlace) -> String {
        server.head(
            "POST",
            "/api/upload/file/\(place.heap)/\(place.block)",
            headers: place.session.bearer + [("Content-Type", form.contentType)],
            body: form.bytes
        )
    }

    // MARK: In chunks

    func initUpload(
        _ bytes: [UInt8],
        to place: FilePlace,
        chunk: Int = smallChunk,
        more: [JSONValue.Member] = []
    ) async throws -> TestResponse {
        let members: [JSONValue.Member] = [
            .init("hash", .string(Self.hash(bytes))), .init("file_size", .integer(bytes.count)),
            .init("chunk_size", .integer(chunk)),
        ]
        let path = "/api/upload/init/\(place.heap)/\(place.block)"
        return try await post(path, .object(members + more), as: place.session)
    }

    func putChunk(
        _ index: Int,
        _ body: [UInt8],
        of hash: String,
        to place: FilePlace,
        headers: Headers = []
    ) async throws -> TestResponse {
        try await server.send(
            "PUT",
            "/api/upload/chunk/\(place.heap)/\(place.block)/\(hash)/\(index)",
            headers: place.session.bearer + headers,
            body: body
        )
    }

    /// Sends the chunks of these numbers, which must be taken.
    func putChunks(
        _ indices: some Sequence<Int>,
        of bytes: [UInt8],
        to place: FilePlace,
        chunk: Int = smallChunk
    ) async throws {
        for index in indices {
            let part = Array(bytes[(index * chunk)..<min((index + 1) * chunk, bytes.count)])
            let answer = try await putChunk(index, part, of: Self.hash(bytes), to: place)
            try #require(answer.status == 200, "\(answer.text)")
        }
    }

    func completeUpload(_ hash: String, to place: FilePlace, _ body: JSONValue? = nil) async throws -> TestResponse {
        try await post("/api/upload/complete/\(place.heap)/\(place.block)/\(hash)", body, as: place.session)
    }

    func uploadStatus(_ hash: String, of place: FilePlace) async throws -> TestResponse {
        try await get("/api/upload/status/\(place.heap)/\(place.block)/\(hash)", as: place.session)
    }

    func fileStatus(_ hash: String, of place: FilePlace) async throws -> TestResponse {
        try await get("/api/status/file/\(place.heap)/\(place.block)/\(hash)", as: place.session)
    }

    /// Uploads in chunks, which must work.
    @discardableResult
    func upload(
        _ bytes: [UInt8],
        to place: FilePlace,
        name: String = "file.bin",
        type: String = "application/x-test"
    ) async throws -> TestResponse {
        let begun = try await initUpload(
            bytes,
            to: place,
            more: [.init("name", .string(name)), .init("mime_type", .string(type))]
        )
        try #require(begun.status == 200, "\(begun.text)")
        if try begun.heaperText("status") == "exists" { return begun }
        let count = (bytes.count + Self.smallChunk - 1) / Self.smallChunk
        try await putChunks(0..<count, of: bytes, to: place)
        let done = try await completeUpload(Self.hash(bytes), to: place)
        try #require(done.status == 200, "\(done.text)")
        return done
    }

    func raw(_ key: String, as session: Session, query: String = "", headers: Headers = []) async throws -> TestResponse
    {
        try await get("/api/file/\(key)/raw/x\(query)", as: session, headers: headers)
    }

    // MARK: On disk

    /// The names of the files of the blob store; where blobs lie in S3, of those that have rows.
    func storedBlobs() async throws -> [String] {
        guard S3Peer.current != nil else { return storedFiles }
        let database = try SQLiteDatabase(path: "\(server.dataPath)/coffer.sqlite")
        let keys = try await database.read { session in
            try session.query("SELECT key FROM blobs WHERE place = 'stored'") { $0.text(0) }
        }
        try await database.close()
        return keys
    }

    /// The bytes of all files of the blob store, holes included.
    func storedBytes() throws -> Int {
        try storedPaths.reduce(0) { sum, path in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(objectsPath)/\(path)")
            return sum + (attributes[.size] as? Int ?? 0)
        }
    }
}

extension TestResponse {
    /// A member that must be a list of whole numbers.
    func heaperIntegers(_ name: String) throws -> [Int64] {
        guard case .array(let values)? = json?[name] else { throw HeaperUnexpectedAnswer(text: text) }
        return values.compactMap { if case .integer(let number) = $0 { number } else { nil } }
    }
}
