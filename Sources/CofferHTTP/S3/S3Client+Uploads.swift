import AsyncHTTPClient
import CofferCore
import NIOCore
import NIOHTTP1

/// Objects in parts: each but the last has at least 5 MiB, and the object appears with the completion.
extension S3Client {
    /// Parts that an upload may have.
    static let maxParts = 10_000

    /// A part that S3 has taken.
    struct Part {
        let number: Int
        let tag: String
    }

    /// Begins an upload.
    ///
    /// - Returns: its identifier.
    func createUpload(_ key: String) async throws -> String {
        let call = Call(
            action: "begin an upload",
            method: "POST",
            path: location.path(of: key),
            query: [("uploads", "")],
            headers: [("content-type", "application/octet-stream")]
        )
        return try await perform(call) { response in
            try await expect([200], response, of: call)
            let root = try await document("InitiateMultipartUploadResult", response, of: call)
            guard let id = root.text(of: "UploadId"), !id.isEmpty else { throw strange("no UploadId", in: call) }
            return id
        }
    }

    /// `number`: 1 and up.
    func putPart(_ key: String, upload: String, number: Int, _ body: S3Body) async throws -> Part {
        let call = Call(
            action: "store a part",
            method: "PUT",
            path: location.path(of: key),
            query: [("partNumber", String(number)), ("uploadId", upload)],
            body: body
        )
        return try await perform(call) { response in
            try await expect([200], response, of: call)
            guard let tag = response.headers.first(name: "etag"), !tag.isEmpty else {
                throw strange("no ETag", in: call)
            }
            _ = try await collect(response, of: call)
            return Part(number: number, tag: tag)
        }
    }

    /// Makes the object of its parts; it is there, whole and durable, when this returns.
    ///
    /// `size`: the bytes of all parts. After a lost answer the upload is unknown, so the object decides whether it worked.
    func completeUpload(_ key: String, upload: String, _ parts: [Part], size: Int64) async throws {
        let list = parts.map {
            "<Part><PartNumber>\($0.number)</PartNumber><ETag>\(Self.escaped($0.tag))</ETag></Part>"
        }
        let text = "<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>"
        let call = Call(
            action: "complete an upload",
            method: "POST",
            path: location.path(of: key),
            query: [("uploadId", upload)],
            headers: [("content-type", "application/xml")],
            body: .bytes(ByteBuffer(string: text))
        )
        try await perform(call) { response in
            if response.status == .notFound {
                let body = try await collect(response, of: call)
                if try await self.size(of: key) == size { return }
                throw S3Failure(response.status, body: body, doing: call.action, at: location.name)
            }
            try await expect([200], response, of: call)
            _ = try await document("CompleteMultipartUploadResult", response, of: call)
        }
    }

    /// Gives up an upload and its parts; one that is unknown counts as given up.
    func abortUpload(_ key: String, upload: String, isOneShot: Bool = false) async throws {
        let call = Call(
            action: "give up an upload",
            method: "DELETE",
            path: location.path(of: key),
            query: [("uploadId", upload)],
            isOneShot: isOneShot
        )
        try await perform(call) { response in
            try await expect([200, 204, 404], response, of: call)
            _ = try await collect(response, of: call)
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// Stores an object of any size whose bytes can be read at will, in parts when it is larger than one.
    func putLarge(
        _ key: String,
        size: Int64,
        partBytes: Int64,
        read: @escaping @Sendable (_ offset: Int64, _ count: Int) async throws -> ByteBuffer
    ) async throws {
        guard size > partBytes else { return try await put(key, .pieces(count: size, read: read)) }
        let part = max(partBytes, (size + Int64(Self.maxParts) - 1) / Int64(Self.maxParts))
        let upload = try await createUpload(key)
        do {
            var parts: [Part] = []
            for start in stride(from: 0, to: size, by: Int64.Stride(part)) {
                let body = S3Body.pieces(count: min(part, size - start)) { try await read(start + $0, $1) }
                parts.append(try await putPart(key, upload: upload, number: parts.count + 1, body))
            }
            try await completeUpload(key, upload: upload, parts, size: size)
        } catch {
            try? await abortUpload(key, upload: upload, isOneShot: true)
            throw error
        }
    }
}
