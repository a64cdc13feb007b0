import NIOCore
import Yjs

extension LiveFrame {
    /// Reads a frame that a client sent; bytes after the payload are ignored, as providers do.
    ///
    /// - Throws: ``LiveFrameError``.
    init(decoding bytes: [UInt8]) throws(LiveFrameError) {
        if bytes.count == 1, let lone = Self(loneByte: bytes[0]) {
            self = lone
            return
        }
        var decoder = Lib0Decoder(bytes)
        let name: LiveName
        let type: UInt64
        do {
            name = try LiveName(bytes: try decoder.readBuffer())
            type = try decoder.readVarUint()
        } catch {
            throw .unreadable
        }
        do {
            self = .message(name, try LiveMessage(type, from: &decoder))
        } catch {
            throw type == 2 ? .brokenAuth : .malformed(name)
        }
    }

    private init?(loneByte byte: UInt8) {
        switch byte {
        case 9: self = .ping
        case 10: self = .pong
        default: return nil
        }
    }
}

extension LiveMessage {
    fileprivate init(_ type: UInt64, from decoder: inout Lib0Decoder) throws(YjsError) {
        switch type {
        case 0, 4: self = .sync(try SyncMessage(from: &decoder), isReply: type == 4)
        case 1: self = .awareness(try decoder.readBuffer())
        case 2: self = .auth(try LiveAuth(from: &decoder))
        case 3: self = .queryAwareness
        case 5: self = .stateless(try decoder.readString())
        case 6: self = .broadcastStateless
        // Some providers give no reason.
        case 7: self = .close(reason: decoder.isAtEnd ? "" : try decoder.readString())
        case 8: self = .syncStatus(isApplied: try decoder.readVarUint() == 1)
        default: self = .unknown(type)
        }
    }
}

extension LiveAuth {
    fileprivate init(from decoder: inout Lib0Decoder) throws(YjsError) {
        let start = decoder.position
        switch try decoder.readVarUint() {
        case 0:
            guard !decoder.isAtEnd else {
                self = .tokenWanted
                return
            }
            let token = try decoder.readString()
            self = .token(token, providerVersion: decoder.isAtEnd ? nil : try decoder.readString())
        case 1: self = .denied(reason: try decoder.readString())
        case 2: self = .authenticated(isReadOnly: try decoder.readString() == "readonly")
        case let other: throw .invalidTag(UInt8(truncatingIfNeeded: other), offset: start)
        }
    }
}
