package import Hummingbird
package import NIOCore

/// A body is larger than the handler takes.
package struct BodyTooLarge: Error, Equatable {
    package let limit: Int
}

extension Request {
    /// The size that the client declares; nil for a chunked body and for none.
    package var declaredLength: Int64? {
        headers[.contentLength].flatMap(Int64.init)
    }

    /// The whole body, for the small ones that control something.
    ///
    /// - Throws: ``BodyTooLarge``, before reading when the size is declared, while reading otherwise; ``BodyBroken``.
    package func collected(upTo limit: Int) async throws -> ByteBuffer {
        if let length = declaredLength, length > Int64(limit) { throw BodyTooLarge(limit: limit) }
        var collected = ByteBuffer()
        for try await part in incoming {
            guard collected.readableBytes + part.readableBytes <= limit else { throw BodyTooLarge(limit: limit) }
            collected.writeImmutableBuffer(part)
        }
        return collected
    }
}
