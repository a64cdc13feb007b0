package import CofferCore
package import Hummingbird
package import NIOCore

/// Sends the bytes of a blob as a response body.
///
/// Bytes that lie in a file as they are go out by `sendfile`; all others in pieces of 256 KiB, the next one read when the
/// socket has taken the last. Whatever happens, the reader is closed at the end.
package struct BlobBody: Sendable {
    private static let pieceBytes: Int64 = 256 * 1024

    private let reader: any BlobReader
    private let range: Range<Int64>
    private let channel: any Channel

    package init(_ reader: any BlobReader, range: Range<Int64>? = nil, channel: any Channel) {
        self.reader = reader
        self.range = range ?? 0..<reader.size
        self.channel = channel
    }

    /// The response body.
    ///
    /// `checkpoint`: so many bytes go out on their own first, so that a transfer that breaks off tells whether it came
    /// that far. `beforeLastPiece` runs before the final bytes are handed to the socket; when it throws, they are not sent.
    /// `atEnd` runs once, when all was sent (nil) or with the error that ended the transfer, and with the number of
    /// bytes that the socket had taken.
    package func responseBody(
        checkpoint: Int64 = 0,
        beforeLastPiece: @escaping @Sendable () async throws -> Void = {},
        atEnd: @escaping @Sendable (_ sentBytes: Int64, _ failure: (any Error)?) async -> Void = { _, _ in }
    ) -> ResponseBody {
        ResponseBody(contentLength: range.count) { writer in
            var sent: Int64 = 0
            do {
                try await send(&sent, checkpoint: checkpoint, beforeLastPiece: beforeLastPiece)
            } catch {
                reader.close()
                await atEnd(sent, error)
                throw error
            }
            reader.close()
            await atEnd(sent, nil)
            try await writer.finish(nil)
        }
    }

    private func send(
        _ sent: inout Int64,
        checkpoint: Int64,
        beforeLastPiece: @Sendable () async throws -> Void
    ) async throws {
        let lastStart = max(range.lowerBound, range.upperBound - Self.pieceBytes)
        if let file = reader.plainFile {
            let middle = min(range.lowerBound + checkpoint, lastStart)
            if range.lowerBound < middle { try await sendFile(file, range.lowerBound..<middle) }
            sent = middle - range.lowerBound
            if middle < lastStart { try await sendFile(file, middle..<lastStart) }
            sent = lastStart - range.lowerBound
            try await beforeLastPiece()
            if !range.isEmpty { try await sendFile(file, lastStart..<range.upperBound) }
        } else {
            try await sendPieces(upTo: lastStart, checkpoint: checkpoint, sent: &sent)
            let last = try await pieces(from: lastStart)
            try await beforeLastPiece()
            for piece in last { try await deliver(SendBytes(piece)) }
        }
        sent = Int64(range.count)
    }

    /// What is left from `offset` on, at most one piece long; a reader may hand it over in parts.
    private func pieces(from offset: Int64) async throws -> [ByteBuffer] {
        var offset = offset
        var parts: [ByteBuffer] = []
        while offset < range.upperBound {
            let part = try await reader.read(from: offset, count: Int(range.upperBound - offset))
            guard part.readableBytes > 0 else { throw BlobError.corrupt }
            parts.append(part)
            offset += Int64(part.readableBytes)
        }
        return parts
    }

    /// Sends everything in front of `end`; the next piece is read while the socket takes the last.
    private func sendPieces(upTo end: Int64, checkpoint: Int64, sent: inout Int64) async throws {
        var offset = range.lowerBound
        var underWay: (bytes: Int64, done: EventLoopFuture<Void>)?
        while offset < end {
            var piece = try await reader.read(from: offset, count: Int(min(Self.pieceBytes, end - offset)))
            guard piece.readableBytes > 0 else { throw BlobError.corrupt }
            offset += Int64(piece.readableBytes)
            let upToCheckpoint = Int(clamping: checkpoint - sent)
            if upToCheckpoint > 0, let first = piece.readSlice(length: min(upToCheckpoint, piece.readableBytes)) {
                try await deliver(SendBytes(first))
                sent += Int64(first.readableBytes)
                guard piece.readableBytes > 0 else { continue }
            }
            if let underWay {
                try await wait(for: underWay.done)
                sent += underWay.bytes
            }
            underWay = (Int64(piece.readableBytes), channel.triggerUserOutboundEvent(SendBytes(piece)))
        }
        if let underWay {
            try await wait(for: underWay.done)
            sent += underWay.bytes
        }
    }

    private func sendFile(_ file: PlainFile, _ part: Range<Int64>) async throws {
        try await deliver(SendFile(file, part))
    }

    private func deliver(_ event: some Sendable) async throws {
        try await wait(for: channel.triggerUserOutboundEvent(event))
    }

    private func wait(for done: EventLoopFuture<Void>) async throws {
        try await withTaskCancellationHandler {
            try await done.get()
        } onCancel: {
            // The server stops, and the reader may never take another byte.
            channel.close(promise: nil)
        }
    }
}
