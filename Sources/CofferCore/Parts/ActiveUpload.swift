import Synchronization

/// What the requests of one open upload share while any of them runs: its layout and its file.
// Sendable although `users` is mutable: only PartedUploads touches it, inside its lock.
final class ActiveUpload: @unchecked Sendable {
    enum Beginning {
        /// A part of this number was accepted before.
        case known
        /// The part may write at most `room` bytes from `position` on.
        case arriving(sender: Int, position: Int64, room: Int64)
    }

    private struct State {
        var layout: PartLayout
        var isLoaded = false
        /// Nobody may write any more: the parts are being brought into order, or the upload is finished.
        var isSealed = false
        var isFinished = false
        /// Those who wait until a sealing has come to its end.
        var whenUnsealed: [CheckedContinuation<Void, Never>] = []
        /// Writes that are under way at this moment.
        var writes = 0
        var whenStill: [CheckedContinuation<Void, Never>] = []
        /// Those who wait until another sender's part of their number counts, or does not.
        var whenSettled: [CheckedContinuation<Void, Never>] = []

        /// Takes those out who have to look again, as an arrival has ended.
        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { whenSettled = [] }
            return whenSettled
        }
    }

    var users = 0
    /// Bytes of each part but the last, where that is agreed on.
    let partBytes: Int64?
    private let state: Mutex<State>
    private let file = Mutex<(any PartFile)?>(nil)

    init(size: Int64, partBytes: Int64?) {
        self.partBytes = partBytes
        state = Mutex(State(layout: PartLayout(size: size, partBytes: partBytes)))
    }

    deinit {
        file.withLock { $0?.close() }
    }

    /// Reads what was accepted before, once; of several callers at the same time, the first to finish wins.
    ///
    /// Nobody changes rows before a layout is there, so it cannot be older than the rows.
    func load(_ rows: () async throws -> PartLayout) async throws {
        guard state.withLock({ !$0.isLoaded }) else { return }
        let layout = try await rows()
        state.withLock { state in
            guard !state.isLoaded else { return }
            state.layout = layout
            state.isLoaded = true
        }
    }

    /// The upload's file, opened by whoever needs it first.
    func file(_ open: () async throws -> any PartFile) async throws -> any PartFile {
        if let file = file.withLock({ $0 }) { return file }
        let opened = try await open()
        return file.withLock { file in
            if let file {
                opened.close()
                return file
            }
            file = opened
            return opened
        }
    }

    // MARK: Arrival

    /// - Throws: ``PartError``.
    func begin(_ index: Int64, declared: Int64?, limits: PartedUploads.Limits) throws -> Beginning {
        try state.withLock { state in
            if state.layout.partBytes == nil, state.layout.isAccepted(index) { return .known }
            guard !state.isSealed else { throw PartError.gone }
            if state.layout.partBytes != nil {
                guard let home = state.layout.home(of: index) else { throw PartError.noSuchPart }
                let place = state.layout.place(index, length: home.length, largest: home.length)
                return .arriving(sender: place.sender, position: place.position, room: home.length)
            }
            guard declared.map({ $0 <= state.layout.room }) ?? true else { throw PartError.exceedsUpload }
            let waiting = state.layout.parkedCount + state.layout.arrivingAhead
            guard index == state.layout.contiguousCount || waiting < limits.maxParked else {
                throw PartError.tooManyParked
            }
            let place = state.layout.place(index, length: declared, largest: limits.maxPartBytes)
            return .arriving(sender: place.sender, position: place.position, room: state.layout.room)
        }
    }

    /// Runs one write of an arriving part; none is under way any more once the upload is sealed.
    ///
    /// `sender`: who must still have its place; a sealing takes it away, also when it came to nothing.
    ///
    /// - Throws: ``PartError/gone`` when the upload is sealed or the place lost.
    func writing(_ sender: Int? = nil, _ write: () async throws -> Void) async throws {
        try state.withLock { state in
            guard !state.isSealed, sender.map({ state.layout.holdsPlace($0) }) ?? true else { throw PartError.gone }
            state.writes += 1
        }
        defer {
            let waiting = state.withLock { state in
                state.writes -= 1
                guard state.writes == 0 else { return [CheckedContinuation<Void, Never>]() }
                defer { state.whenStill = [] }
                return state.whenStill
            }
            for continuation in waiting { continuation.resume() }
        }
        try await write()
    }

    /// Whether a sender may not write any more, and need not: a part of its number is there, and stays.
    func isNeedless(_ sender: Int, _ index: Int64) -> Bool {
        state.withLock { state in
            guard state.layout.partBytes == nil, state.layout.isAccepted(index) else { return false }
            return state.isSealed || !state.layout.holdsPlace(sender)
        }
    }

    private enum Claim {
        case ordered(count: Int64, bytes: Int64)
        case known
        case taken
    }

    /// Sets a part's bytes apart before its row is written, so that parallel parts cannot exceed the upload together.
    ///
    /// Of several parts of one number one at a time is recorded: the layout must take them in the order of their rows.
    ///
    /// - Returns: how far the ordered beginning reaches with it; nil when another part of this number was first, and stays.
    func claim(
        _ sender: Int,
        _ index: Int64,
        _ extent: PartLayout.Extent
    ) async throws -> (count: Int64, bytes: Int64)? {
        while true {
            let claim: Claim = try state.withLock { state in
                if state.layout.isClaimed(index) { return .taken }
                if partBytes == nil, state.layout.isAccepted(index) { return .known }
                guard state.layout.claim(sender, length: extent.length) else { throw PartError.exceedsUpload }
                let (count, bytes) = state.layout.ordered(with: index, extent)
                return .ordered(count: count, bytes: bytes)
            }
            switch claim {
            case .ordered(let count, let bytes): return (count, bytes)
            case .known: return nil
            case .taken: await waitForOther(index)
            }
        }
    }

    /// Waits while another sender's part of this number is being recorded.
    private func waitForOther(_ index: Int64) async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                let mustWait = state.layout.isClaimed(index)
                if mustWait { state.whenSettled.append(continuation) }
                return mustWait
            }
            if !mustWait { continuation.resume() }
        }
    }

    /// - Returns: where bytes lie that nobody needs any more; the sender is to be abandoned when their room is given back.
    func accept(_ sender: Int, length: Int64) -> PartLayout.Extent? {
        let (needless, waiting) = state.withLock { state in
            let waiting = state.takeWaiters()
            guard partBytes == nil else { return (state.layout.replace(sender, length: length), waiting) }
            state.layout.accept(sender, length: length)
            return (nil, waiting)
        }
        for continuation in waiting { continuation.resume() }
        return needless
    }

    func abandon(_ sender: Int) {
        let waiting = state.withLock { state in
            state.layout.abandon(sender)
            return state.takeWaiters()
        }
        for continuation in waiting { continuation.resume() }
    }

    var settledBytes: Int64 { state.withLock { $0.layout.settledBytes } }
    var contiguousBytes: Int64 { state.withLock { $0.layout.contiguousBytes } }
    var receivedRanges: [ClosedRange<Int64>] { state.withLock { $0.layout.receivedRanges } }

    // MARK: The end

    private enum Sealing {
        case sealed
        case finished
        case wait
    }

    /// Stops all writing and waits for what is under way; while somebody else has sealed it, for how that ends.
    ///
    /// - Throws: ``PartError/incomplete``; ``PartError/gone`` when it is finished.
    func seal() async throws {
        while true {
            let sealing: Sealing = try state.withLock { state in
                if state.isFinished { return .finished }
                if state.isSealed { return .wait }
                guard state.layout.isComplete else { throw PartError.incomplete }
                state.isSealed = true
                return .sealed
            }
            switch sealing {
            case .sealed: return await settle()
            case .finished: throw PartError.gone
            case .wait: await waitForSealing()
            }
        }
    }

    private func settle() async {
        await withCheckedContinuation { continuation in
            let isStill = state.withLock { state in
                if state.writes > 0 { state.whenStill.append(continuation) }
                return state.writes == 0
            }
            if isStill { continuation.resume() }
        }
        // Whatever is brought into order may come to lie where somebody has begun to write.
        state.withLock { $0.layout.abandonAll() }
    }

    private func waitForSealing() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                let mustWait = state.isSealed && !state.isFinished
                if mustWait { state.whenUnsealed.append(continuation) }
                return mustWait
            }
            if !mustWait { continuation.resume() }
        }
    }

    /// Lets writing go on, after an end that did not come about.
    func unseal() { endSealing(isFinished: false) }

    /// Nobody writes any more.
    func finish() { endSealing(isFinished: true) }

    private func endSealing(isFinished: Bool) {
        let waiting = state.withLock { state in
            (state.isSealed, state.isFinished) = (isFinished, isFinished)
            defer { state.whenUnsealed = [] }
            return state.whenUnsealed
        }
        for continuation in waiting { continuation.resume() }
    }

    func arrangement() -> [[PartLayout.Move]] { state.withLock { $0.layout.arrangement() } }

    func apply(_ moves: [PartLayout.Move]) { state.withLock { $0.layout.apply(moves) } }
}
