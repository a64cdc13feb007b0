import CofferCore
import Logging
import Synchronization
import Yjs

/// A document in memory: one at a time changes, stores and tells.
///
/// What changes the document or reads it takes its turn. A turn applies all updates that wait, stores them in one
/// transaction, and only then tells listeners and senders; so memory is never read while it is ahead of the database.
/// When storing fails, what is in memory is dropped and read anew at the next turn.
actor OpenDocument {
    /// What a document needs of its surroundings.
    struct Surroundings: Sendable {
        let log: DocumentLog
        let events: any HeapEventPassing
        let link: any NodeLink
        let clock: any WallClock
        let random: any RandomSource
        let counters: RealtimeCounters
        let logger: Logger
    }

    /// What one turn takes at most, beyond the first job.
    private static let maxTurnBytes = 16 << 20
    private static let attempts = 4
    /// What listeners hear when a block is purged.
    static let purgedReason = "deleted"
    /// What they hear when the block turns out to be somebody else's.
    static let foreignReason = "permission-denied"

    nonisolated let block: BlockID
    /// About the encoded bytes, for whoever bounds memory.
    nonisolated let footprint = Atomic<Int>(0)
    private let around: Surroundings

    private var turns = TurnQueue()
    /// Nil until it is loaded, and when it may be ahead of the database.
    private var content: DocumentContent?
    /// The sequence up to which listeners were told.
    private var toldSequence: Int64?
    private var jobs: [UpdateJob] = []
    /// Whether it was closed for good; a new one must be opened for whoever comes then.
    private var isClosed = false
    /// Whether rows wait for being brought up to date.
    private var isBehind = false
    var listeners: [ObjectIdentifier: any DocumentListener] = [:]
    /// Those who came before there was anything to hear, by the heap in which they would make the block.
    private var early: [ObjectIdentifier: HeapID] = [:]
    /// Listeners that were told that this is not theirs, and have not gone yet.
    private var dismissed: Set<ObjectIdentifier> = []
    var awareness = AwarenessTable()

    init(_ block: BlockID, _ around: Surroundings) {
        self.block = block
        self.around = around
    }

    /// What has to be done about it now.
    var needs: (compaction: Bool, projection: Bool, removal: Bool) {
        (content?.isWorthCompacting ?? false, isBehind, isClosed)
    }

    var clock: any WallClock { around.clock }
    var link: any NodeLink { around.link }

    // MARK: Turns

    private func takeTurn() async {
        guard !turns.take() else { return }
        await withCheckedContinuation { turns.wait($0) }
    }

    /// The document as the database has it; the caller must have the turn.
    private func loaded() async throws -> DocumentContent {
        if let content { return content }
        let fresh = try await around.log.load(block, client: UInt64(around.random.number(below: 1 << 32)))
        try await dismissStrangers(when: fresh)
        content = fresh
        noteSize()
        // Another node wrote, or a commit that seemed to fail did not: what is known already does no harm.
        if let told = toldSequence, told != fresh.sequence { tell(fresh.document.encodeState()) }
        toldSequence = fresh.sequence
        return fresh
    }

    private func noteSize() {
        footprint.store(content?.bytes ?? 0, ordering: .relaxed)
    }

    private func tell(_ update: [UInt8]) {
        for listener in listeners.values { listener.document(block, didApply: update) }
    }

    // MARK: Reading

    func snapshot() async throws -> YDocument {
        await takeTurn()
        defer { turns.pass() }
        return try await loaded().document
    }

    /// `heap`: the one in which the listener may read the block, or make it.
    ///
    /// - Returns: nil when the document was closed meanwhile.
    /// - Throws: ``HeaperError/blockNotFound`` when somebody else has made the block in another heap.
    func attach(
        _ listener: any DocumentListener,
        in heap: HeapID
    ) async throws -> (AttachedDocument, isNew: Bool)? {
        await takeTurn()
        defer { turns.pass() }
        let content = try await loaded()
        if content.sequence > 0, try await around.log.heap(of: block) != heap { throw HeaperError.blockNotFound }
        guard !isClosed else { return nil }
        let isNew = listeners.updateValue(listener, forKey: ObjectIdentifier(listener)) == nil
        if content.sequence == 0 { early[ObjectIdentifier(listener)] = heap }
        return (AttachedDocument(document: content.document, awareness: awareness.message), isNew)
    }

    /// - Returns: whether it was attached.
    func detach(_ listener: any DocumentListener) -> Bool {
        early[ObjectIdentifier(listener)] = nil
        if dismissed.remove(ObjectIdentifier(listener)) != nil { return true }
        guard listeners.removeValue(forKey: ObjectIdentifier(listener)) != nil else { return false }
        if let message = awareness.remove(ObjectIdentifier(listener)) { tellAwareness(message) }
        return true
    }

    /// Lets those go who waited for a block of this name in another heap than the one it was made in.
    private func dismissStrangers(to heap: HeapID) {
        for (id, other) in early where other != heap {
            guard let listener = listeners.removeValue(forKey: id) else { continue }
            dismissed.insert(id)
            listener.document(block, didCloseFor: Self.foreignReason)
        }
        early = [:]
        for message in dismissed.compactMap({ awareness.remove($0) }) { tellAwareness(message) }
    }

    /// The same when another node may have made the block.
    private func dismissStrangers(when fresh: DocumentContent) async throws {
        guard !early.isEmpty, fresh.sequence > 0, let heap = try await around.log.heap(of: block) else { return }
        dismissStrangers(to: heap)
    }

    func close(reason: String) {
        isClosed = true
        let hearing = listeners.values
        listeners = [:]
        early = [:]
        awareness = AwarenessTable()
        for listener in hearing { listener.document(block, didCloseFor: reason) }
    }

    // MARK: Changing

    func apply(_ updates: [[UInt8]], to target: DocumentTarget, by user: UserID) async throws -> [UpdateOutcome] {
        let job = UpdateJob(updates, target, user)
        jobs.append(job)
        around.counters.pendingStores.add(updates.count)
        defer { around.counters.pendingStores.add(-updates.count) }
        await takeTurn()
        defer { turns.pass() }
        if case .waiting = job.result { await store(takeJobs()) }
        switch job.result {
        case .done(let outcomes): return outcomes
        case .failed(let error): throw error
        case .waiting: throw StorageError.unavailable("an update was not looked at")
        }
    }

    /// As many of the first jobs as fit into one turn; at least one, which is that of whoever has the turn.
    ///
    /// All are of one heap: two may want to make the same block, each in a heap of theirs, and only the first does.
    private func takeJobs() -> [UpdateJob] {
        var bytes = 0
        let heap = jobs.first?.target.heap.heap
        let count = jobs.prefix { job in
            bytes += job.bytes
            return bytes <= Self.maxTurnBytes && job.target.heap.heap == heap
        }.count
        let taken = Array(jobs.prefix(max(count, 1)))
        jobs.removeFirst(taken.count)
        return taken
    }

    private func store(_ jobs: [UpdateJob]) async {
        do {
            let target = jobs[0].target
            let outcomes = try await change(target) { document, draft in
                jobs.map { job in job.updates.map { draft.apply($0, by: job.user, to: &document) } }
            }
            for (offset, job) in jobs.enumerated() {
                let ended = outcomes?[offset] ?? job.updates.map { _ in .deleted }
                count(ended)
                job.result = .done(ended)
            }
        } catch {
            for job in jobs { job.result = .failed(error) }
        }
    }

    private func count(_ outcomes: [UpdateOutcome]) {
        let applied = outcomes.count { $0 == .applied }
        around.counters.updatesApplied.add(applied)
        around.counters.updatesRejected.add(outcomes.count { $0 != .applied && $0 != .unchanged })
    }

    /// - Throws: ``HeaperError/blockNotFound`` when the block is gone.
    func edit(
        _ target: DocumentTarget,
        by user: UserID,
        _ body: @escaping @Sendable (inout YEdit) throws -> Void
    ) async throws {
        await takeTurn()
        defer { turns.pass() }
        let client = try await loaded().client
        let done: Void? = try await change(target) { document, draft in
            let commit = try document.edit(as: client, body)
            if !commit.change.isEmpty { draft.note(commit, storing: commit.update, by: user) }
        }
        guard done != nil else { throw HeaperError.blockNotFound }
    }

    /// Changes the document, stores the change and tells it; the caller must have the turn.
    ///
    /// - Returns: what `body` returned; nil when the block is gone.
    private func change<Value>(
        _ target: DocumentTarget,
        _ body: (inout YDocument, inout DocumentDraft) throws -> Value
    ) async throws -> Value? {
        for _ in 0..<Self.attempts {
            var changed = try await loaded()
            var draft = DocumentDraft()
            // The only reference: otherwise each first change would copy the document.
            content = nil
            let value: Value
            do {
                value = try body(&changed.document, &draft)
            } catch {
                content = changed
                throw error
            }
            guard !draft.isEmpty else {
                content = changed
                return value
            }
            let (rows, news) = (try draft.rows(), try draft.news())
            changed.logRows += rows.count
            changed.logBytes += rows.reduce(0) { $0 + $1.bytes.count }
            let showing = changed.showing(draft.roots)
            switch try await around.log.append(rows, to: target, after: changed.sequence, showing) {
            case .appended(let version, let event):
                changed.sequence += Int64(rows.count)
                if case .all = showing {} else { isBehind = true }
                dismissStrangers(to: target.heap.heap)
                takeOver(changed, news)
                tell(event, in: target.heap.heap, version: version)
                return value
            case .gone:
                noteSize()
                return nil
            case .outdated: continue
            }
        }
        throw StorageError.unavailable("the document of block \(block) changes too fast elsewhere")
    }

    /// Takes over what was stored, and tells it.
    private func takeOver(_ changed: DocumentContent, _ news: [UInt8]?) {
        content = changed
        toldSequence = changed.sequence
        noteSize()
        if let news { tell(news) }
        link.send(.updatesAppended(block))
    }

    /// Tells the heap what happened; a block that was purged is over.
    private func tell(_ event: HeapEvent.Kind?, in heap: HeapID, version: Int64?) {
        around.events.publish(HeapEvent(kind: event ?? .blockChanged, heap: heap, block: block, version: version))
        guard event == .blockPurged else { return }
        content = nil
        noteSize()
        close(reason: Self.purgedReason)
        link.send(.documentClosed(block, reason: Self.purgedReason))
    }

    /// Reads what another node wrote, and tells it.
    func catchUp() async throws {
        await takeTurn()
        defer { turns.pass() }
        guard content != nil || !listeners.isEmpty else { return }
        let known = content?.document.stateVector ?? StateVector()
        let fresh = try await around.log.load(
            block,
            client: content?.client ?? UInt64(around.random.number(below: 1 << 32))
        )
        guard fresh.sequence != content?.sequence else { return }
        try await dismissStrangers(when: fresh)
        content = fresh
        toldSequence = fresh.sequence
        noteSize()
        tell(fresh.document.encodeState(from: known))
    }

    // MARK: Projection

    /// Brings the rows of the block up to what the document says.
    func project(in heap: HeapID) async throws {
        let content = try await contentNow()
        isBehind = false
        let projection = await Self.projection(of: content.document, block)
        guard let event = try await around.log.project(projection, of: block, upTo: content.sequence) else { return }
        tell(event, in: heap, version: nil)
    }

    private func contentNow() async throws -> DocumentContent {
        await takeTurn()
        defer { turns.pass() }
        return try await loaded()
    }

    /// Off the actor, which goes on meanwhile.
    @concurrent
    private nonisolated static func projection(of document: YDocument, _ block: BlockID) async -> Projection {
        Projection(of: document, block: block)
    }

    // MARK: Compaction

    /// Writes the state in place of the log; only taking the snapshot and noting the end need a turn.
    func compact() async throws {
        guard let before = try await compactable() else { return }
        let state = await Self.encoded(before.document)
        try await around.log.replace(block, upTo: before.sequence, by: state)
        await takeTurn()
        defer { turns.pass() }
        // What was read anew meanwhile may know it already.
        guard content?.stateSequence == before.stateSequence else { return }
        content?.stateSequence = before.sequence
        content?.stateBytes = state.count
        content?.logRows -= before.logRows
        content?.logBytes -= before.logBytes
        noteSize()
    }

    private func compactable() async throws -> DocumentContent? {
        await takeTurn()
        defer { turns.pass() }
        let content = try await loaded()
        return content.isWorthCompacting ? content : nil
    }

    /// Off the actor, which goes on meanwhile.
    @concurrent
    private nonisolated static func encoded(_ document: YDocument) async -> [UInt8] {
        document.encodeState()
    }
}
