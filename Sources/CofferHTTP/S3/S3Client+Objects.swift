import AsyncHTTPClient
import CofferCore
package import NIOCore
import NIOHTTP1

/// Whole objects; keys stand without the location's prefix.
extension S3Client {
    /// Stores an object; it is there, whole and durable, when this returns, and it never is there in part.
    package func put(_ key: String, _ body: S3Body, isOneShot: Bool = false) async throws {
        let call = Call(
            action: "store an object",
            method: "PUT",
            path: location.path(of: key),
            headers: [("content-type", "application/octet-stream")],
            body: body.count == 0 ? .bytes(ByteBuffer()) : body,
            isOneShot: isOneShot
        )
        try await perform(call) { response in
            try await expect([200], response, of: call)
            // Every S3 tells the tag of what it stored; a web server that says 200 to anything does not.
            guard response.headers.contains(name: "etag") else { throw strange("no ETag", in: call) }
            _ = try await collect(response, of: call)
        }
    }

    /// Bytes of an object; nil when it is not there.
    package func size(of key: String) async throws -> Int64? {
        let call = Call(action: "look at an object", method: "HEAD", path: location.path(of: key))
        return try await perform(call) { response in
            if response.status == .notFound { return nil }
            try await expect([200], response, of: call)
            guard let size = response.headers.first(name: "content-length").flatMap(Int64.init), size >= 0,
                response.headers.contains(name: "etag")
            else { throw strange("no size", in: call) }
            return size
        }
    }

    /// Removes an object; one that is not there counts as removed.
    package func delete(_ key: String, isOneShot: Bool = false) async throws {
        let call = Call(
            action: "delete an object",
            method: "DELETE",
            path: location.path(of: key),
            isOneShot: isOneShot
        )
        try await perform(call) { response in
            if response.status == .notFound {
                let body = try await collect(response, of: call)
                guard XMLElement(parsing: body)?.text(of: "Code") != "NoSuchBucket" else {
                    throw S3Failure(response.status, body: body, doing: call.action, at: location.name)
                }
                return
            }
            try await expect([200, 204], response, of: call)
            // A page from somebody in between is no answer of S3: the object is still there.
            guard try await collect(response, of: call).readableBytes == 0 else { throw strange("a body", in: call) }
        }
    }

    /// A small object as a whole; nil when it is not there.
    package func small(_ key: String, maxBytes: Int = 64 * 1024) async throws -> ByteBuffer? {
        let call = Call(action: "read an object", path: location.path(of: key))
        return try await perform(call) { response in
            if response.status == .notFound { return try await absent(response, of: call) }
            try await expect([200], response, of: call)
            guard response.headers.contains(name: "etag") else { throw strange("no ETag", in: call) }
            do {
                return try await response.body.collect(upTo: maxBytes)
            } catch is NIOTooManyBytesError {
                throw strange("it is too long", in: call)
            }
        }
    }

    /// Opens an object for reading from an offset to its end, which must be behind the offset; nil when it is not there.
    func stream(_ key: String, from offset: Int64) async throws -> S3Stream? {
        let call = Call(
            action: "read an object",
            path: location.path(of: key),
            headers: [("range", "bytes=\(offset)-")]
        )
        return try await perform(call) { response in
            if response.status == .notFound { return try await absent(response, of: call) }
            try await expect([206], response, of: call)
            guard let range = response.headers.first(name: "content-range"),
                let size = Self.size(of: range, from: offset)
            else { throw strange("not the range that was asked for", in: call) }
            return S3Stream(response.body, from: offset, size: size)
        }
    }

    /// Does once what the server does with a bucket, and leaves nothing.
    ///
    /// - Throws: ``StorageError``, naming the first step that failed.
    package func tryOut(name: String) async throws {
        let key = "probe/\(name)"
        let bytes = ByteBuffer(string: "probe")
        try await put(key, .bytes(bytes))
        guard try await size(of: key) == 5, try await small(key) == bytes, try await stream(key, from: 1) != nil else {
            throw StorageError.unavailable("\(location.name) does not give back what was stored")
        }
        let listed = try await list("probe/").objects.contains { $0.key == key }
        guard listed else { throw StorageError.unavailable("\(location.name) does not list what was stored") }
        _ = try await listUploads("probe/")
        try await delete(key)
        guard try await size(of: key) == nil else {
            throw StorageError.unavailable("\(location.name) keeps what was deleted")
        }
    }

    /// - Throws: ``S3Failure`` when more than the object is missing.
    private func absent<Value>(_ response: HTTPClientResponse, of call: Call) async throws -> Value? {
        let body = try await collect(response, of: call)
        guard XMLElement(parsing: body)?.text(of: "Code") == "NoSuchKey" else {
            throw S3Failure(response.status, body: body, doing: call.action, at: location.name)
        }
        return nil
    }

    /// The whole size in `bytes 5-99/100`; nil unless the range begins at `offset` and goes to the end.
    static func size(of contentRange: String, from offset: Int64) -> Int64? {
        let start = "bytes \(offset)-"
        guard contentRange.hasPrefix(start) else { return nil }
        let numbers = contentRange.dropFirst(start.count).split(separator: "/").map { Int64($0) }
        guard numbers.count == 2, let last = numbers[0], let size = numbers[1], last == size - 1, last >= offset
        else { return nil }
        return size
    }
}
