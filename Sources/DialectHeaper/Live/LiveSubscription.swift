import CofferCore
import NIOCore
import Yjs

/// What a socket knows of one name.
struct LiveSubscription: Sendable {
    enum Phase: Equatable, Sendable {
        /// Frames came, but no login.
        case waiting
        /// The login is being checked.
        case checking
        case open(LiveOpening)
        /// It is over; what comes now is for the next one of this name.
        case closing
    }

    /// What waits for the document, in the order in which it came.
    enum Task: Equatable, Sendable {
        case update([UInt8])
        /// Step 2 from a client that may only read.
        case compare([UInt8])
        case answer(stateVector: [UInt8], isReply: Bool)
        /// An update from a client that may only read.
        case refuse
        case close

        var bytes: Int {
            switch self {
            case .update(let bytes), .compare(let bytes), .answer(let bytes, _): bytes.count
            case .refuse, .close: 0
            }
        }

        /// Whether the client waits for a `SyncStatus`.
        var isAcknowledged: Bool {
            switch self {
            case .update, .compare, .refuse: true
            case .answer, .close: false
            }
        }
    }

    /// `takeStates`, or nil to read them.
    typealias StateTask = [UInt8]?

    let name: LiveName
    var phase = Phase.waiting
    /// Frames that came before the login was done, and their bytes.
    var queue: [LiveMessage] = []
    var queuedBytes = 0
    /// What documents told before the login was done.
    var held: [LiveMessage] = []
    var tasks = CircularBuffer<Task>()
    /// The tasks that are being done.
    var running: [Task] = []
    var stateTasks = CircularBuffer<StateTask>()
    var isStateTaskRunning = false
    var isVerifying = false
    /// A newer token that came while one is checked.
    var nextToken: String?
    var expiresAt: Timestamp?
    var isTokenWanted = false
    /// The client has closed it; what comes after that is for the next one of this name.
    var isLeaving = false
    var isDetaching = false

    init(_ name: LiveName) {
        self.name = name
    }

    var opening: LiveOpening? {
        guard case .open(let opening) = phase else { return nil }
        return opening
    }

    /// Whether a job still works for it.
    var isBusy: Bool { !running.isEmpty || isStateTaskRunning || isVerifying || isDetaching }
}
