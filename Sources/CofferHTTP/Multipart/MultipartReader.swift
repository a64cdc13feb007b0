package import NIOCore

/// Reads a form part by part from a request body.
///
/// One task uses it, part after part: ``nextPart()``, then ``nextSlice()`` until nil or one of the collecting calls; what is left
/// of a part is skipped by the next ``nextPart()``. Besides its own ``MultipartError`` each call throws whatever the body throws.
///
/// Reading ends at the closing delimiter; ``drain(upTo:)`` reads what the client sends after it, or after a part that was refused.
package struct MultipartReader<Body: AsyncSequence> where Body.Element == ByteBuffer {
    private var iterator: Body.AsyncIterator
    private var parser: MultipartParser
    private var isInsidePart = false
    private var isAtEndOfBody = false
    /// How much of the body was read so far, delimiters and headers included.
    package private(set) var bytesRead = 0

    package init(
        _ body: Body,
        boundary: [UInt8],
        limits: MultipartLimits = MultipartLimits()
    ) throws(MultipartError) {
        parser = try MultipartParser(boundary: boundary, limits: limits)
        iterator = body.makeAsyncIterator()
    }

    /// Takes the boundary from a Content-Type value.
    ///
    /// Throws ``MultipartError/notFormData``, ``MultipartError/missingBoundary`` or ``MultipartError/invalidBoundary``.
    package init(
        _ body: Body,
        contentType: String?,
        limits: MultipartLimits = MultipartLimits()
    ) throws(MultipartError) {
        guard let mediaType = contentType.flatMap(MediaTypeHeader.init) else { throw .notFormData }
        try self.init(body, boundary: mediaType.formDataBoundary(), limits: limits)
    }

    /// The next part's head, or nil after the last part.
    package mutating func nextPart() async throws -> MultipartPartHead? {
        while true {
            switch try await nextEvent() {
            case .partBegin(let head):
                isInsidePart = true
                return head
            case .end:
                return nil
            case .partEnd, .bodySlice, .needMoreData:
                continue
            }
        }
    }

    /// The next bytes of the current part, or nil at its end and outside of any part.
    package mutating func nextSlice() async throws -> ByteBuffer? {
        guard isInsidePart, case .bodySlice(let slice) = try await nextEvent() else { return nil }
        return slice
    }

    /// Collects what is left of the current part.
    ///
    /// Throws ``MultipartError/fieldTooLarge(limit:)`` as soon as there are more than `maxBytes`; reading can go on with
    /// ``nextPart()`` then.
    package mutating func bytes(upTo maxBytes: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let slice = try await nextSlice() {
            guard slice.readableBytes <= maxBytes - bytes.count else {
                throw MultipartError.fieldTooLarge(limit: maxBytes)
            }
            bytes.append(contentsOf: slice.readableBytesView)
        }
        return bytes
    }

    /// Collects what is left of the current part as text: UTF-8, or Latin-1 when it is not UTF-8.
    ///
    /// Throws ``MultipartError/fieldTooLarge(limit:)`` like ``bytes(upTo:)``.
    package mutating func text(upTo maxBytes: Int) async throws -> String {
        String(utf8OrLatin1: try await bytes(upTo: maxBytes))
    }

    /// Reads and discards the rest of the body, so that a client which only listens when it has sent everything hears the answer.
    ///
    /// Nothing is parsed, so it also works after an error, and no part can be read afterwards. Returns whether the body ended;
    /// false means that it went on after `maxBytes` more, and the connection had better be closed.
    package mutating func drain(upTo maxBytes: Int) async throws -> Bool {
        isInsidePart = false
        parser.finish()
        var drainedBytes = 0
        while let piece = try await nextPiece() {
            drainedBytes += piece.readableBytes
            guard drainedBytes <= maxBytes else { return false }
        }
        return true
    }

    /// The parser's next event, never ``MultipartParser/Event/needMoreData``.
    private mutating func nextEvent() async throws -> MultipartParser.Event {
        while true {
            let event = try parser.next()
            guard case .needMoreData = event else {
                if case .partEnd = event { isInsidePart = false }
                return event
            }
            if let piece = try await nextPiece() {
                parser.feed(piece)
            } else {
                parser.finish()
            }
        }
    }

    private mutating func nextPiece() async throws -> ByteBuffer? {
        guard !isAtEndOfBody else { return nil }
        guard let piece = try await iterator.next() else {
            isAtEndOfBody = true
            return nil
        }
        bytesRead += piece.readableBytes
        return piece
    }
}
