import CofferCore

/// What one socket may ask of the server.
///
/// Source: Heaper contract, section 5.3; what it leaves open is ours.
struct LiveLimits: Sendable {
    /// A larger frame ends the socket with 1009.
    var maxFrameBytes = 16 << 20
    /// Of frames that wait for a login; more of any of the three ends the socket.
    var maxQueuedBytes = 5 << 20
    var maxQueuedFrames = 1000
    var maxWaitingNames = 100
    /// Names that are open at a time; a further one is denied.
    var maxNames = 2000
    /// No frame is read while this many logins are checked.
    var maxChecks = 32
    /// No frame is read while updates of this size wait to be stored.
    var maxPendingBytes = 4 << 20
    var maxPendingUpdates = 8192
    /// Of one submission to the document.
    var maxBatchBytes = 4 << 20
    var maxBatchUpdates = 2048
    var maxAwarenessBytes = 256 << 10
    /// Awareness messages of one name that wait; the oldest ones are dropped.
    var maxPendingStates = 64
    /// What a client does not read; with more, the socket ends and it starts again (contract, section 5.3).
    var maxUnsentBytes = 8 << 20
    /// How long a socket may stand without any login.
    var loginTimeout: Duration = .seconds(60)
    /// How long the server may be silent before it says something.
    var maxSilence: Duration = .seconds(20)
    /// How exactly the other times are kept.
    var tickInterval: Duration = .seconds(5)
    /// How long a subscription outlives its token.
    var tokenGrace: Duration = .seconds(60)
}
