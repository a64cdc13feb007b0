import Yjs

/// The name under which a client speaks of a document on one socket, exactly as it was sent.
///
/// Names are compared by their bytes. A session-aware provider appends a zero byte and its session; every reply carries
/// both, so a name with another session is another subscription.
///
/// Source: Heaper contract, section 5.4.
struct LiveName: Hashable, Sendable, CustomStringConvertible {
    /// A longer name makes a frame unreadable.
    static let maxBytes = 1024

    let bytes: [UInt8]

    /// - Throws: ``LiveFrameError/unreadable`` for a name that is too long or is not UTF-8.
    init(bytes: [UInt8]) throws(LiveFrameError) {
        guard bytes.count <= Self.maxBytes, String(validating: bytes, as: UTF8.self) != nil else {
            throw .unreadable
        }
        self.bytes = bytes
    }

    /// A name of our own making.
    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The name without its session.
    var document: String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }

    var description: String { document }
}
