import Glibc
package import NIOCore

/// Cuts a multipart/form-data body into parts, without any I/O.
///
/// Bytes go in through ``feed(_:)`` in pieces of any size, events come out of ``next()`` until it asks for more. Body slices
/// share the storage of what was fed; only a possible delimiter's head is kept back, and joined to the next piece. Preamble and
/// epilogue are dropped. Header lines end in CRLF; a bare LF is an error.
///
/// Body sizes are the caller's to limit. Time is linear in the input whatever it holds, memory is the piece last fed plus one
/// part's header lines.
///
/// - Source: RFC 7578; RFC 2046, section 5.1.
package struct MultipartParser: Sendable {
    package enum Event: Sendable, Equatable {
        /// Everything fed is used up, apart from what may be the head of a delimiter.
        case needMoreData
        case partBegin(MultipartPartHead)
        /// The next bytes of the part's body, never empty.
        case bodySlice(ByteBuffer)
        case partEnd
        /// The closing delimiter was read; whatever else is fed is ignored.
        case end
    }

    private enum State {
        case preamble(atLineStart: Bool)
        case head
        case body(atLineStart: Bool)
        case ended
        case failed(MultipartError)
    }

    private let delimiter: MultipartDelimiter
    private let limits: MultipartLimits
    private var state = State.preamble(atLineStart: true)
    private var input = ByteBuffer()
    private var isFinished = false
    private var hasInput = false
    private var partCount = 0
    private var fields: [MultipartPartHead.Field] = []
    private var headerBytes = 0
    /// How many bytes at the front of `input` hold no line end.
    private var bytesWithoutLineEnd = 0

    /// Throws ``MultipartError/invalidBoundary`` unless the boundary is 1 to 70 bytes that RFC 2046 allows.
    package init(boundary: [UInt8], limits: MultipartLimits = MultipartLimits()) throws(MultipartError) {
        delimiter = try MultipartDelimiter(boundary: boundary)
        self.limits = limits
    }

    package init(boundary: String, limits: MultipartLimits = MultipartLimits()) throws(MultipartError) {
        try self.init(boundary: Array(boundary.utf8), limits: limits)
    }

    /// Takes the next piece of the input; cheapest when ``next()`` has asked for it.
    package mutating func feed(_ piece: ByteBuffer) {
        guard piece.readableBytes > 0 else { return }
        hasInput = true
        if case .ended = state { return }
        if input.readableBytes == 0 {
            input = piece
        } else if input.readerIndex == 0 {
            input.writeImmutableBuffer(piece)
        } else {
            // Slices given out share this storage: appending to it would copy all of it.
            var joined = ByteBuffer()
            joined.reserveCapacity(input.readableBytes + piece.readableBytes)
            joined.writeImmutableBuffer(input)
            joined.writeImmutableBuffer(piece)
            input = joined
        }
    }

    /// Says that nothing more will be fed.
    package mutating func finish() {
        isFinished = true
    }

    /// Returns what comes next in the input.
    ///
    /// Once the input is finished it never asks for more, but throws ``MultipartError/truncated`` or
    /// ``MultipartError/emptyBody``. Any error repeats on every later call.
    package mutating func next() throws(MultipartError) -> Event {
        do {
            return try advance()
        } catch {
            state = .failed(error)
            input = ByteBuffer()
            throw error
        }
    }

    private mutating func advance() throws(MultipartError) -> Event {
        while true {
            switch state {
            case .preamble(let atLineStart):
                if try skipPreamble(atLineStart: atLineStart) { continue }
                return try askForMore()
            case .head:
                guard let line = try nextHeaderLine() else { return try askForMore() }
                guard line.isEmpty else {
                    try addHeader(line)
                    continue
                }
                let head = try MultipartPartHead(fields: fields)
                fields = []
                state = .body(atLineStart: true)
                return .partBegin(head)
            case .body(let atLineStart):
                if let event = try nextOfBody(atLineStart: atLineStart) { return event }
                return try askForMore()
            case .ended:
                return .end
            case .failed(let error):
                throw error
            }
        }
    }

    private mutating func askForMore() throws(MultipartError) -> Event {
        guard isFinished else {
            if input.readableBytes == 0 { input = ByteBuffer() }
            return .needMoreData
        }
        throw hasInput ? .truncated : .emptyBody
    }
}

// Preamble and bodies.
extension MultipartParser {
    /// Drops bytes up to the first delimiter; false when it is not there yet.
    private mutating func skipPreamble(atLineStart: Bool) throws(MultipartError) -> Bool {
        switch search(atLineStart: atLineStart) {
        case .content(let bytes):
            input.moveReaderIndex(forwardBy: bytes)
            if bytes > 0 { state = .preamble(atLineStart: false) }
            return false
        case .delimiter(_, let end, let isLast):
            try pass(delimiterEnd: end, isLast: isLast)
            return true
        }
    }

    /// Nil when the input must grow first.
    private mutating func nextOfBody(atLineStart: Bool) throws(MultipartError) -> Event? {
        let bytes: Int
        switch search(atLineStart: atLineStart) {
        case .content(let count):
            bytes = count
        case .delimiter(0, let end, let isLast):
            try pass(delimiterEnd: end, isLast: isLast)
            return .partEnd
        case .delimiter(let start, _, _):
            bytes = start
        }
        guard bytes > 0, let slice = input.readSlice(length: bytes) else { return nil }
        state = .body(atLineStart: false)
        return .bodySlice(slice)
    }

    private func search(atLineStart: Bool) -> MultipartDelimiter.Finding {
        input.withUnsafeReadableBytes { delimiter.search($0, atLineStart: atLineStart) }
    }

    private mutating func pass(delimiterEnd: Int, isLast: Bool) throws(MultipartError) {
        input.moveReaderIndex(forwardBy: delimiterEnd)
        guard !isLast else {
            state = .ended
            input = ByteBuffer()
            return
        }
        guard partCount < limits.parts else { throw .tooManyParts(limit: limits.parts) }
        partCount += 1
        headerBytes = 0
        bytesWithoutLineEnd = 0
        state = .head
    }
}

// Header lines.
extension MultipartParser {
    /// The next whole line without its CRLF, nil when its end is not there yet.
    private mutating func nextHeaderLine() throws(MultipartError) -> ArraySlice<UInt8>? {
        let lineEnd = input.withUnsafeReadableBytes { [bytesWithoutLineEnd] bytes -> Int? in
            guard let base = bytes.baseAddress, bytes.count > bytesWithoutLineEnd else { return nil }
            let unread = base + bytesWithoutLineEnd
            return memchr(unread, 0x0A, bytes.count - bytesWithoutLineEnd).map { UnsafeRawPointer($0) - base }
        }
        let lineBytes = lineEnd.map { $0 + 1 } ?? input.readableBytes
        guard headerBytes + lineBytes <= limits.headerBytesPerPart else {
            throw .headersTooLarge(limit: limits.headerBytesPerPart)
        }
        guard lineEnd != nil, let line = input.readBytes(length: lineBytes) else {
            bytesWithoutLineEnd = input.readableBytes
            return nil
        }
        headerBytes += lineBytes
        bytesWithoutLineEnd = 0
        guard line.suffix(2).first == UInt8(ascii: "\r") else { throw .malformedHeader }
        return line.dropLast(2)
    }

    private mutating func addHeader(_ line: ArraySlice<UInt8>) throws(MultipartError) {
        if line.first?.isBlank == true {
            guard !fields.isEmpty else { throw .malformedHeader }
            try fields[fields.count - 1].append(foldedLine: line)
            return
        }
        guard fields.count < limits.headersPerPart else { throw .tooManyHeaders(limit: limits.headersPerPart) }
        fields.append(try MultipartPartHead.Field(line: line))
    }
}
