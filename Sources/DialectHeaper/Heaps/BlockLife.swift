import CofferCore

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
        case .present: return id
        case .purged, .denied: throw HeaperError.idTaken
        case .absent: break
        }
        guard try await create(id, type: type, in: heap) else { throw HeaperError.idTaken }
        if !title.isEmpty {
            try await documents.edit(DocumentTarget(new: id, in: heap), by: user) {
                try BlockEdits.setTitle(title, &$0)
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
            for (key, value) in change.looks { try BlockEdits.set(key, value, &edit) }
        }
        try await documents.settle(place.heap.heap)
        guard !change.looks.isEmpty else { return }
        _ = try await blocks.database.write { session in
            for (key, value) in change.looks { try change.store(key, value, of: place.block, in: session) }
        }
    }

    /// Takes blocks to the trash; those that are in it stay.
    func trash(_ places: [BlockPlace], by user: UserID) async throws {
        let now = clock.now
        try await forEach(places.filter { $0.deletedAt == nil }) { place in
            try await documents.edit(DocumentTarget(place), by: user) { try BlockEdits.trash(at: now, &$0) }
        }
    }

    /// Takes blocks out of the trash.
    func restore(_ places: [BlockPlace], by user: UserID) async throws {
        try await forEach(places) { place in
            try await documents.edit(DocumentTarget(place), by: user) { try BlockEdits.restore(&$0) }
        }
    }

    /// Edits several documents at once, then brings their rows up to date; blocks that are gone meanwhile do not count.
    private func forEach(
        _ places: [BlockPlace],
        _ body: @escaping @Sendable (BlockPlace) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (offset, place) in places.enumerated() {
                if offset >= Self.width { try await group.next() }
                group.addTask {
                    do { try await body(place) } catch HeaperError.blockNotFound {}
                }
            }
            try await group.waitForAll()
        }
        for heap in Set(places.map(\.heap.heap)) { try await documents.settle(heap) }
    }
}

/// What `update_block` changes.
struct BlockChange: Sendable {
    var title: String?
    /// Members of `meta_v0` that have a column of the same name; nil clears one.
    var looks: [(key: String, value: String?)] = []

    func store(_ key: String, _ value: String?, of block: BlockID, in session: any SQLSession) throws {
        switch key {
        case "color": try session.execute("UPDATE heaper_blocks SET color = \(value) WHERE id = \(block)")
        case "icon": try session.execute("UPDATE heaper_blocks SET icon = \(value) WHERE id = \(block)")
        case "main_tag": try session.execute("UPDATE heaper_blocks SET main_tag = \(value) WHERE id = \(block)")
        default: break
        }
    }
}
