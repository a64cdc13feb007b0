import CofferCore
import Logging
import Synchronization
import Yjs

/// The documents of this process, each open at most once.
///
/// A document is opened by its first use and stays while somebody listens to or uses it. After that it is kept for
/// ``idleTime``, or until all documents together take more memory than the settings allow.
final class DocumentHub: DocumentHosting {
    private struct Entry {
        let document: OpenDocument
        var uses = 0
        var listeners = 0
        var bytes = DocumentHub.emptyBytes
    }

    private struct State {
        var open: [BlockID: Entry] = [:]
        /// Those that nobody uses, and since when.
        var idle: [BlockID: Timestamp] = [:]
        var bytes = 0
        /// Those whose awareness holds states.
        var aware: Set<BlockID> = []
    }

    static let idleTime = Duration.seconds(60)
    private static let projectionsAtOnce = 16
    /// What a document counts besides its bytes.
    static let emptyBytes = 4096

    let around: OpenDocument.Surroundings
    let compactions = PendingBlocks()
    let projections = PendingBlocks()
    /// Those to try again after a while: it may have been the disk.
    let failedProjections = PendingBlocks()
    private let memoryBytes: Int
    private let state = Mutex(State())

    init(_ settings: DocumentSettings, _ around: OpenDocument.Surroundings) {
        memoryBytes = settings.memoryBytes
        self.around = around
    }

    /// How many documents are open, how many listen to them, and how many have states of awareness.
    var counts: (documents: Int, listeners: Int, aware: Int, bytes: Int) {
        state.withLock { state in
            let listeners = state.open.values.reduce(0) { $0 + $1.listeners }
            return (state.open.count, listeners, state.aware.count, state.bytes)
        }
    }

    // MARK: Opening and closing

    /// Lets `body` use a document, which stays open meanwhile.
    func using<Value>(_ block: BlockID, _ body: (OpenDocument) async throws -> Value) async rethrows -> Value {
        let document = enter(block)
        defer { leave(document) }
        return try await body(document)
    }

    private func enter(_ block: BlockID) -> OpenDocument {
        state.withLock { state in
            if let document = state.open[block]?.document {
                state.open[block]?.uses += 1
                state.idle[block] = nil
                return document
            }
            let document = OpenDocument(block, around)
            state.open[block] = Entry(document: document, uses: 1)
            state.bytes += Self.emptyBytes
            around.counters.documents.add()
            return document
        }
    }

    private func leave(_ document: OpenDocument) {
        let now = around.clock.now
        state.withLock { state in
            guard var entry = state.open[document.block], entry.document === document else { return }
            let bytes = Self.emptyBytes + document.footprint.load(ordering: .relaxed)
            state.bytes += bytes - entry.bytes
            entry.bytes = bytes
            entry.uses -= 1
            state.open[document.block] = entry
            if entry.uses == 0, entry.listeners == 0 { state.idle[document.block] = now }
            evict(&state)
        }
    }

    /// Closes the idle documents that were used least recently, somewhat more than must be.
    private func evict(_ state: inout State) {
        guard state.bytes > memoryBytes, !state.idle.isEmpty else { return }
        for (block, _) in state.idle.sorted(by: { $0.value < $1.value }) {
            remove(block, &state)
            if state.bytes <= memoryBytes / 8 * 7 { return }
        }
    }

    @discardableResult
    private func remove(_ block: BlockID, _ state: inout State) -> OpenDocument? {
        state.idle[block] = nil
        state.aware.remove(block)
        guard let entry = state.open.removeValue(forKey: block) else { return nil }
        state.bytes -= entry.bytes
        around.counters.documents.add(-1)
        return entry.document
    }

    /// Closes what nobody used for ``idleTime``.
    func closeIdle() {
        let limit = around.clock.now.advanced(by: .zero - Self.idleTime)
        state.withLock { state in
            for (block, since) in state.idle where since <= limit { remove(block, &state) }
        }
    }

    func close(_ blocks: [BlockID], reason: String) async {
        for block in blocks {
            await closeHere(block, reason)
            around.link.send(.documentClosed(block, reason: reason))
        }
    }

    private func closeHere(_ block: BlockID, _ reason: String) async {
        let document = state.withLock { remove(block, &$0) }
        await document?.close(reason: reason)
    }

    // MARK: Changing and reading

    func apply(
        _ updates: [[UInt8]],
        to target: DocumentTarget,
        by user: UserID
    ) async throws -> [UpdateOutcome] {
        guard !updates.isEmpty else { return [] }
        return try await using(target.block) { document in
            let outcomes = try await document.apply(updates, to: target, by: user)
            await plan(for: document)
            return outcomes
        }
    }

    func edit(
        _ target: DocumentTarget,
        by user: UserID,
        _ body: @escaping @Sendable (inout YEdit) throws -> Void
    ) async throws {
        try await using(target.block) { document in
            try await document.edit(target, by: user, body)
            await plan(for: document)
        }
    }

    func snapshot(of block: BlockID) async throws -> YDocument {
        try await using(block) { try await $0.snapshot() }
    }

    private func plan(for document: OpenDocument) async {
        let needs = await document.needs
        if needs.compaction { compactions.add(document.block) }
        if needs.projection { projections.add(document.block) }
        if needs.removal { forget(document) }
    }

    private func forget(_ document: OpenDocument) {
        state.withLock { state in
            guard state.open[document.block]?.document === document else { return }
            remove(document.block, &state)
        }
    }

    // MARK: Projections

    func settle(_ heap: HeapID) async throws {
        try await project(try await around.log.behind(in: heap), in: heap)
    }

    /// Brings the rows of these blocks up to date, several at a time.
    ///
    /// A document that cannot be read or shown stays behind, and keeps nobody from reading the others.
    func project(_ blocks: [BlockID], in heap: HeapID? = nil) async throws {
        var waiting = blocks[...]
        await withTaskGroup(of: Void.self) { group in
            for block in waiting.prefix(Self.projectionsAtOnce) {
                group.addTask { await self.project(block, in: heap) }
            }
            waiting = waiting.dropFirst(Self.projectionsAtOnce)
            while await group.next() != nil {
                guard let block = waiting.popFirst() else { continue }
                group.addTask { await self.project(block, in: heap) }
            }
        }
        try Task.checkCancellation()
    }

    private func project(_ block: BlockID, in heap: HeapID?) async {
        do {
            var place = heap
            if place == nil { place = try await around.log.heap(of: block) }
            guard let heap = place else { return }
            try await using(block) { document in
                try await document.project(in: heap)
                await plan(for: document)
            }
        } catch {
            guard !Task.isCancelled else { return }
            around.logger.error("projection failed", metadata: ["block": "\(block)", "error": "\(error)"])
            failedProjections.add(block)
        }
    }

    // MARK: Listening

    func attach(_ listener: any DocumentListener, to target: DocumentTarget) async throws -> AttachedDocument {
        while true {
            let attached = try await using(target.block) { document in
                let attached = try await document.attach(listener, in: target.heap.heap)
                if attached?.isNew == true { count(listeners: 1, of: document) }
                await plan(for: document)
                return attached?.0
            }
            if let attached { return attached }
        }
    }

    func detach(_ listener: any DocumentListener, from block: BlockID) async {
        guard state.withLock({ $0.open[block] != nil }) else { return }
        await using(block) { document in
            if await document.detach(listener) { count(listeners: -1, of: document) }
        }
    }

    private func count(listeners difference: Int, of document: OpenDocument) {
        state.withLock { state in
            guard state.open[document.block]?.document === document else { return }
            state.open[document.block]?.listeners += difference
        }
    }

    // MARK: Awareness

    func applyAwareness(
        _ message: [UInt8],
        from listener: any DocumentListener,
        to block: BlockID
    ) async throws {
        guard state.withLock({ $0.open[block] != nil }) else { return }
        try await using(block) { document in
            note(document, isAware: try await document.applyAwareness(message, from: listener))
        }
    }

    func awareness(of block: BlockID) async -> [UInt8]? {
        guard let document = state.withLock({ $0.open[block]?.document }) else { return nil }
        return await document.awareness.message
    }

    /// Removes the states that nobody renewed for 30 seconds.
    func expireAwareness() async {
        for block in state.withLock({ $0.aware }) {
            guard let document = state.withLock({ $0.open[block]?.document }) else { continue }
            note(document, isAware: await document.expireAwareness())
        }
    }

    private func note(_ document: OpenDocument, isAware: Bool) {
        state.withLock { state in
            guard state.open[document.block]?.document === document else { return }
            if isAware { state.aware.insert(document.block) } else { state.aware.remove(document.block) }
        }
    }

    // MARK: Other nodes

    /// Takes what another node sent about documents.
    func receive(_ message: NodeMessage) async throws {
        switch message {
        case .updatesAppended(let block):
            guard state.withLock({ $0.open[block] != nil }) else { return }
            try await using(block) { try await $0.catchUp() }
        case .awarenessChanged(let block, let message):
            guard state.withLock({ $0.open[block] != nil }) else { return }
            await using(block) { note($0, isAware: await $0.applyAwareness(remote: message)) }
        case .documentClosed(let block, let reason): await closeHere(block, reason)
        case .heapEvent, .heapClosed, .sessionsEnded: break
        }
    }
}
