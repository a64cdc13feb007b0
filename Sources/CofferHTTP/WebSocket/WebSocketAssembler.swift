import NIOCore
import NIOWebSocket

/// Makes messages of a client's frames, and judges them (RFC 6455, sections 5 and 7); no input or output happens here.
struct WebSocketAssembler {
    enum Event: Equatable {
        case nothing
        case message(WebSocketMessage)
        case ping(ByteBuffer)
        case close(WebSocketCloseCode?)
        /// The connection must end with this code.
        case violation(WebSocketCloseCode, String)
    }

    private struct Partial {
        let isText: Bool
        var bytes: ByteBuffer
    }

    private let maxMessageBytes: Int
    private var partial: Partial?

    init(maxMessageBytes: Int) {
        self.maxMessageBytes = maxMessageBytes
    }

    mutating func take(_ frame: WebSocketFrame) -> Event {
        guard let key = frame.maskKey else { return .violation(.protocolError, "Frames of clients must be masked") }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return .violation(.protocolError, "No extension was negotiated")
        }
        let bytes = frame.data.unmasked(with: key)
        switch frame.opcode {
        case .ping: return .ping(bytes)
        case .pong: return .nothing
        case .connectionClose: return close(bytes)
        case .text: return begin(Partial(isText: true, bytes: bytes), isWhole: frame.fin)
        case .binary: return begin(Partial(isText: false, bytes: bytes), isWhole: frame.fin)
        case .continuation: return goOn(bytes, isLast: frame.fin)
        default: return .violation(.protocolError, "Unknown opcode")
        }
    }

    private mutating func begin(_ message: Partial, isWhole: Bool) -> Event {
        guard partial == nil else { return .violation(.protocolError, "A fragmented message was not finished") }
        guard !isWhole else { return finished(message) }
        partial = message
        return .nothing
    }

    private mutating func goOn(_ bytes: ByteBuffer, isLast: Bool) -> Event {
        guard var message = partial else { return .violation(.protocolError, "Nothing to continue") }
        guard message.bytes.readableBytes + bytes.readableBytes <= maxMessageBytes else {
            partial = nil
            return .violation(.messageTooLarge, "Message too large")
        }
        partial = nil
        message.bytes.writeImmutableBuffer(bytes)
        guard !isLast else { return finished(message) }
        partial = message
        return .nothing
    }

    private func finished(_ message: Partial) -> Event {
        guard message.bytes.readableBytes <= maxMessageBytes else {
            return .violation(.messageTooLarge, "Message too large")
        }
        guard message.isText else { return .message(.binary(message.bytes)) }
        guard let text = String(validating: message.bytes.readableBytesView, as: UTF8.self) else {
            return .violation(.invalidText, "Text is not UTF-8")
        }
        return .message(.text(text))
    }

    private func close(_ bytes: ByteBuffer) -> Event {
        var bytes = bytes
        guard bytes.readableBytes > 0 else { return .close(nil) }
        guard let number = bytes.readInteger(as: UInt16.self) else {
            return .violation(.protocolError, "Malformed close frame")
        }
        let code = WebSocketCloseCode(number)
        guard code.mayBeReceived else { return .violation(.protocolError, "Invalid close code") }
        guard String(validating: bytes.readableBytesView, as: UTF8.self) != nil else {
            return .violation(.invalidText, "Close reason is not UTF-8")
        }
        return .close(code)
    }
}

extension ByteBuffer {
    /// A copy of the readable bytes with a client's mask taken off, eight bytes at a time (RFC 6455, section 5.3).
    fileprivate func unmasked(with key: WebSocketMaskingKey) -> ByteBuffer {
        let count = readableBytes
        let word = key.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32(8 * $1.offset) }
        let mask = (UInt64(word) << 32 | UInt64(word)).littleEndian
        var result = ByteBufferAllocator().buffer(capacity: count)
        withUnsafeReadableBytes { source in
            _ = result.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
                let whole = count / 8 * 8
                for offset in stride(from: 0, to: whole, by: 8) {
                    let value = source.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ mask
                    target.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
                }
                for offset in whole..<count { target[offset] = source[offset] ^ key[offset % 4] }
                return count
            }
        }
        return result
    }
}
