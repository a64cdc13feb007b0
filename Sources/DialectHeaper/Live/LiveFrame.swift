import NIOCore
import Yjs

/// One binary WebSocket message: a name, a type and a payload, or a single byte without a name.
///
/// Source: Heaper contract, section 5.
enum LiveFrame: Equatable, Sendable {
    case message(LiveName, LiveMessage)
    /// 9: asks for a sign of life.
    case ping
    /// 10: answers it.
    case pong
}

/// The part of a frame that follows the name.
enum LiveMessage: Equatable, Sendable {
    /// 0, and 4 as a reply, in which a step 1 asks for no further step 1.
    case sync(SyncMessage, isReply: Bool)
    /// 1: states, encoded as y-protocols has them.
    case awareness([UInt8])
    /// 2
    case auth(LiveAuth)
    /// 3
    case queryAwareness
    /// 5
    case stateless(String)
    /// 6: between servers only.
    case broadcastStateless
    /// 7
    case close(reason: String)
    /// 8: whether an update was taken.
    case syncStatus(isApplied: Bool)
    /// Of a later protocol.
    case unknown(UInt64)
}

/// The payload of type 2.
enum LiveAuth: Equatable, Sendable {
    /// 0, from the client; providers since 3.x say their version.
    case token(String, providerVersion: String?)
    /// 0 and nothing more, from the server: send a token, please.
    case tokenWanted
    /// 1
    case denied(reason: String)
    /// 2
    case authenticated(isReadOnly: Bool)
}

/// Why a frame cannot be understood, by what follows from it.
///
/// Source: Heaper contract, section 5.3.
enum LiveFrameError: Error, Equatable {
    /// No name or no type: the socket ends with 4401.
    case unreadable
    /// A login that is none: the socket ends with 4205.
    case brokenAuth
    /// The rest is malformed: this name is closed, the socket stays.
    case malformed(LiveName)
}
