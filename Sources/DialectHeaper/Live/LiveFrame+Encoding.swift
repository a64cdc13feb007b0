import NIOCore
import Yjs

extension LiveFrame {
    /// The bytes of the frame.
    var encoded: ByteBuffer {
        switch self {
        case .ping: ByteBuffer(bytes: [9])
        case .pong: ByteBuffer(bytes: [10])
        case .message(let name, let message): Self.encode(name, message)
        }
    }

    private static func encode(_ name: LiveName, _ message: LiveMessage) -> ByteBuffer {
        var encoder = Lib0Encoder()
        encoder.writeBuffer(name.bytes)
        encoder.writeVarUint(message.type)
        switch message {
        case .sync(let sync, _):
            // The large ones are copied once only.
            encoder.writeVarUint(sync.kind)
            encoder.writeVarUint(UInt64(sync.payload.count))
            var bytes = ByteBuffer()
            bytes.reserveCapacity(encoder.bytes.count + sync.payload.count)
            bytes.writeBytes(encoder.bytes)
            bytes.writeBytes(sync.payload)
            return bytes
        case .awareness(let states): encoder.writeBuffer(states)
        case .auth(let auth): auth.write(to: &encoder)
        case .stateless(let text), .close(let text): encoder.writeString(text)
        case .syncStatus(let isApplied): encoder.writeVarUint(isApplied ? 1 : 0)
        case .queryAwareness, .broadcastStateless, .unknown: break
        }
        return ByteBuffer(bytes: encoder.bytes)
    }
}

extension LiveMessage {
    /// The number that follows the name.
    var type: UInt64 {
        switch self {
        case .sync(_, let isReply): isReply ? 4 : 0
        case .awareness: 1
        case .auth: 2
        case .queryAwareness: 3
        case .stateless: 5
        case .broadcastStateless: 6
        case .close: 7
        case .syncStatus: 8
        case .unknown(let type): type
        }
    }
}

extension LiveAuth {
    fileprivate func write(to encoder: inout Lib0Encoder) {
        switch self {
        case .token(let token, let version):
            encoder.writeVarUint(0)
            encoder.writeString(token)
            if let version { encoder.writeString(version) }
        case .tokenWanted: encoder.writeVarUint(0)
        case .denied(let reason):
            encoder.writeVarUint(1)
            encoder.writeString(reason)
        case .authenticated(let isReadOnly):
            encoder.writeVarUint(2)
            encoder.writeString(isReadOnly ? "readonly" : "read-write")
        }
    }
}

extension SyncMessage {
    fileprivate var kind: UInt64 {
        switch self {
        case .step1: 0
        case .step2: 1
        case .update: 2
        }
    }

    fileprivate var payload: [UInt8] {
        switch self {
        case .step1(let bytes), .step2(let bytes), .update(let bytes): bytes
        }
    }
}
