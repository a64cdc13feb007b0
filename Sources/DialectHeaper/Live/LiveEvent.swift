import CofferCore
import CofferHTTP
import Yjs

/// A subscription of one socket; never used twice, so what comes late can be told.
struct SubscriptionID: Hashable, Comparable, Sendable {
    let number: Int

    static func < (left: SubscriptionID, right: SubscriptionID) -> Bool { left.number < right.number }
}

/// What a subscription is of, and what its client may do.
struct LiveOpening: Equatable, Sendable {
    enum Subject: Equatable, Sendable {
        case document(DocumentTarget)
        case heap(HeapID)
    }

    let subject: Subject
    let user: UserID
    let isReadOnly: Bool
    /// When the token is over.
    let expiresAt: Timestamp
    /// The states that others have shown, encoded; nil when there are none.
    var awareness: [UInt8]?
}

/// Something that happened to a socket.
enum LiveEvent: Equatable, Sendable {
    // From the client.
    case received([UInt8])
    case receivedText
    /// The client is gone; what it sent is still dealt with.
    case ended
    /// It does not read what we send.
    case fellBehind
    /// All logins of the socket have ended.
    case loggedOut
    // What jobs led to.
    case opened(SubscriptionID, LiveOpening)
    case refused(SubscriptionID, reason: String)
    /// nil for a token that does not count.
    case verified(SubscriptionID, expiresAt: Timestamp?)
    case applied(SubscriptionID, [UpdateOutcome])
    case compared(SubscriptionID, isCovered: Bool)
    /// nil for a malformed state vector.
    case answered(SubscriptionID, LiveAnswer?)
    case tookStates(SubscriptionID, isWellFormed: Bool)
    case readStates(SubscriptionID, [UInt8]?)
    case detached(SubscriptionID)
    /// The job could not be done.
    case failed(SubscriptionID, LiveJob.Lane)
    // From documents and heaps.
    case changed(SubscriptionID, update: [UInt8])
    case awarenessChanged(SubscriptionID, [UInt8])
    case gone(SubscriptionID, reason: String)
    case told(SubscriptionID, String)
    // From the clock.
    case tick
}

/// What answers a step 1.
struct LiveAnswer: Equatable, Sendable {
    let stateVector: [UInt8]
    let update: [UInt8]
}

/// What is to be done.
enum LiveAction: Equatable, Sendable {
    case send(LiveFrame)
    case run(LiveJob)
    /// Ends the socket; `dropping` forgets what was not sent yet.
    case close(LiveClose, dropping: Bool)
}

/// Why a socket ends (contract, section 5.3).
enum LiveClose: Equatable, Sendable {
    case unauthorized
    case resetConnection
    case connectionTimeout

    var wire: (code: WebSocketCloseCode, reason: String) {
        switch self {
        case .unauthorized: (WebSocketCloseCode(4401), "Unauthorized")
        case .resetConnection: (WebSocketCloseCode(4205), "Reset Connection")
        case .connectionTimeout: (WebSocketCloseCode(4408), "Connection Timeout")
        }
    }
}

/// Work that takes time; what comes of it is told by an event of the same subscription.
struct LiveJob: Equatable, Sendable {
    /// Jobs of one lane run one after the other.
    enum Lane: Equatable, Sendable { case login, sync, awareness, end }

    enum Work: Equatable, Sendable {
        /// Checks a token and a name, and subscribes.
        case open(LiveName, token: String)
        /// Checks a newer token of the same user.
        case verify(token: String, UserID)
        case apply([[UInt8]], DocumentTarget, UserID)
        /// Whether an update brings nothing new.
        case compare([UInt8], BlockID)
        case answer(stateVector: [UInt8], BlockID)
        case takeStates([UInt8], BlockID)
        case readStates(BlockID)
        case detach
    }

    let subscription: SubscriptionID
    let work: Work

    var lane: Lane {
        switch work {
        case .open, .verify: .login
        case .apply, .compare, .answer: .sync
        case .takeStates, .readStates: .awareness
        case .detach: .end
        }
    }
}
