import CofferCore
import Yjs

/// Makes blocks, changes what routes may change of them, and takes them to the trash and back.
///
/// All of it is an edit of the block's document, so that clients hear of it and nothing contradicts it.
struct BlockLife: Sendable {
    /// Documents that are edited at the same time; their commits join.
    static let width = 64

    let blocks: BlockStore
    let places: any PlaceFinding
    let documents: any DocumentHosting
    let events: any HeapEventPassing
    let contents: ContentStore
    let clock: any WallClock
    let random: any RandomSource

    /// Makes a block, or finds the one that an earlier request made.
    ///
    /// - Throws: ``HeaperError/idTaken`` for a block of another heap and one that is gone for good.
    func insert(
        _ id: BlockID?,
        type: String,
        title: String,
        in heap: HeapPlace,
        by user: UserID
    ) async throws -> BlockID {
        let id = id ?? BlockID(unchecked: ULID.make(at: clock.now, random))
        switch try await places.standing(of: id, in: heap.heap.text, for: user) {
        case .present: break
        case .purged, .denied: throw HeaperError.idTaken
        case .absent: guard try await create(id, type: type, in: heap) else { throw HeaperError.idTaken }
        }
        // A request that was cut off before may have left none.
        if !title.isEmpty, try await documents.snapshot(of: id).stateVector.clocks.isEmpty {
            try await documents.edit(DocumentTarget(new: id, in: heap), by: user) { edit in
                if edit.count(of: BlockEdits.title) == 0 { try BlockEdits.setTitle(title, &edit) }
            }
        }
        try await documents.settle(heap.heap)
        return id
    }

    /// Makes the row of a block without a document.
    ///
    /// - Returns: whether it is in this heap now, by whomever it was made.
    func create(_ id: BlockID, type: String, version: Int64 = 1, in heap: HeapPlace) async throws -> Bool {
        let stamps = blocks.stamps
        let isOurs = try await blocks.database.write { session in
            if let head = try BlockRows.head(of: id, in: session) { return head.heap == heap.heap && !head.isGone }
            let isOpen = try session.first(
                "SELECT 1 FROM heaper_heaps WHERE id = \(heap.heap) AND deleted_at IS NULL"
            ) { _ in true }
            guard isOpen != nil else { return false }
            let stamp = try stamps.next(in: session)
            try BlockRows.create(
                id,
                in: heap.heap,
                owner: heap.owner,
                type: type,
                version: version,
                stamp: stamp,
                session
            )
            return true
        }
        if isOurs { events.publish(HeapEvent(kind: .blockChanged, heap: heap.heap, block: id, version: version)) }
        return isOurs
    }

    /// Changes title and looks of a block.
    func update(_ place: BlockPlace, _ change: BlockChange, by user: UserID) async throws {
        try await documents.edit(DocumentTarget(place), by: user) { edit in
            if let title = change.title { try BlockEdits.setTitle(title, &edit) }
            for (column, value) in change.looks { try BlockEdits.set(column, value, &edit) }
        }
        try await documents.settle(place.heap.heap)
    }

    /// Takes blocks to the trash; those that are in it stay.
    ///
    /// - Returns: the blocks that are in it now.
    func trash(_ places: [BlockPlace], by user: UserID) async throws -> [BlockID] {
        let now = clock.now
        return try await forEach(places) { place in
            guard place.deletedAt == nil else { return }
            try await documents.edit(DocumentTarget(place), by: user) { try BlockEdits.trash(at: now, &$0) }
        }
    }

    /// Takes blocks out of the trash.
    ///
    /// - Returns: the blocks that are live now.
    func restore(_ places: [BlockPlace], by user: UserID) async throws -> [BlockID] {
        try await forEach(places) { place in
            guard place.deletedAt != nil else { return }
            try await documents.edit(DocumentTarget(place), by: user) { try BlockEdits.restore(&$0) }
        }
    }

    /// Edits several documents at once, then brings their rows up to date.
    ///
    /// - Returns: the blocks in their order, without those that somebody purged meanwhile.
    private func forEach(
        _ places: [BlockPlace],
        _ body: @escaping @Sendable (BlockPlace) async throws -> Void
    ) async throws -> [BlockID] {
        let gone = try await withThrowingTaskGroup(of: BlockID?.self) { group in
            var gone: Set<BlockID> = []
            for (offset, place) in places.enumerated() {
                if offset >= Self.width, case .some(.some(let block)) = try await group.next() { gone.insert(block) }
                group.addTask {
                    do { try await body(place) } catch HeaperError.blockNotFound { return place.block }
                    return nil
                }
            }
            for try await case .some(let block) in group { gone.insert(block) }
            return gone
        }
        for heap in Set(places.map(\.heap.heap)) { try await documents.settle(heap) }
        // In the empty document of a purged block there was nothing to change, which is no failure.
        let purged = try await purged(places.map(\.block))
        return places.map(\.block).filter { !gone.contains($0) && !purged.contains($0) }
    }

    private func purged(_ all: [BlockID]) async throws -> Set<BlockID> {
        try await blocks.database.snapshot { session in
            let purged = try all.filter { block in
                let isPurged: SQL = "SELECT 1 FROM heaper_blocks WHERE id = \(block) AND purged_at IS NOT NULL"
                return try session.first(isPurged) { _ in true } != nil
            }
            return Set(purged)
        }
    }
}

/// What `update_block` changes.
struct BlockChange: Sendable {
    var title: String?
    /// Nil clears one.
    var looks: [(column: BlockColumn, value: String?)] = []
}
