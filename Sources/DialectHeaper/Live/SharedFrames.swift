import NIOCore
import Synchronization
import Yjs

/// Frames of the newest update, so that those who read a document under one name share the bytes.
final class SharedFrames: Sendable {
    private struct Newest {
        let update: [UInt8]
        var frames: [LiveName: ByteBuffer] = [:]
        var bytes = 0
    }

    private static let maxFrames = 64
    /// What is kept until the next update comes.
    private static let maxBytes = 32 << 20

    private let newest = Mutex<Newest?>(nil)

    /// The frame of an update that every listener of a document is told, one after the other.
    func frame(of update: [UInt8], under name: LiveName) -> ByteBuffer {
        newest.withLock { newest in
            if newest?.update.isSame(as: update) != true { newest = Newest(update: update) }
            if let known = newest?.frames[name] { return known }
            let frame = LiveFrame.message(name, .sync(.update(update), isReply: false)).encoded
            let (count, bytes) = (newest?.frames.count ?? 0, (newest?.bytes ?? 0) + frame.readableBytes)
            if count < Self.maxFrames, bytes <= Self.maxBytes {
                newest?.frames[name] = frame
                newest?.bytes = bytes
            }
            return frame
        }
    }

    /// Nobody reads any more: the memory of the newest one is given back.
    func forget() {
        newest.withLock { $0 = nil }
    }
}

extension [UInt8] {
    /// Whether both are one piece of memory; while one of them is kept, no other array can be there.
    fileprivate func isSame(as other: [UInt8]) -> Bool {
        withUnsafeBufferPointer { own in
            other.withUnsafeBufferPointer { own.baseAddress == $0.baseAddress && own.count == $0.count }
        }
    }
}
