import CofferCore

/// ``PlaceFinding`` by the tables of heaps, members and blocks.
///
/// Blocks of a deleted heap stand as purged to its members: their clients let go of them as of any other block.
struct PlaceStore: PlaceFinding {
    let database: any Database

    func heap(_ id: String, for user: UserID) async throws -> HeapPlace? {
        try await database.read { session in
            guard case .open(let place) = try Self.heap(id, for: user, in: session) else { return nil }
            return place
        }
    }

    func standing(of block: BlockID, in heap: String?, for user: UserID) async throws -> BlockStanding {
        try await database.snapshot { session in
            try Self.standing(of: block, in: heap, for: user, in: session)
        }
    }

    func standings(of blocks: [(block: BlockID, heap: String?)], for user: UserID) async throws -> [BlockStanding] {
        try await database.snapshot { session in
            try blocks.map { try Self.standing(of: $0.block, in: $0.heap, for: user, in: session) }
        }
    }
}

extension PlaceStore {
    /// A heap as one of its members sees it.
    enum FoundHeap {
        case open(HeapPlace)
        case deleted(HeapPlace, at: Timestamp)

        var place: HeapPlace {
            switch self {
            case .open(let place), .deleted(let place, _): place
            }
        }
    }

    private static let heapColumns: SQL = "h.id, h.index_block_id, h.owner_id, h.encrypted, h.deleted_at, m.role"

    /// The heap with this workspace id, or else with this index block; nil when the user is no member of it.
    static func heap(_ id: String, for user: UserID, in session: some SQLSession) throws -> FoundHeap? {
        try session.first(
            """
            SELECT \(part: heapColumns) FROM heaper_heaps h
            JOIN heaper_members m ON m.heap_id = h.id AND m.user_id = \(user) WHERE h.id = \(id)
            """,
            { foundHeap($0) }
        )
            ?? session.first(
                """
                SELECT \(part: heapColumns) FROM heaper_heaps h
                JOIN heaper_members m ON m.heap_id = h.id AND m.user_id = \(user) WHERE h.index_block_id = \(id)
                """,
                { foundHeap($0) }
            )
    }

    /// What a block is to a user; see ``PlaceFinding/standing(of:in:for:)``.
    static func standing(
        of block: BlockID,
        in name: String?,
        for user: UserID,
        in session: some SQLSession
    ) throws -> BlockStanding {
        guard let known = try session.first("SELECT heap_id FROM heaper_blocks WHERE id = \(block)", { $0.text(0) })
        else {
            guard let name, let found = try heap(name, for: user, in: session) else { return .denied }
            switch found {
            case .open(let place): return .absent(place)
            case .deleted(let place, let time): return .purged(place, at: time)
            }
        }
        return try member(block, of: HeapID(unchecked: known), in: name, for: user, in: session)
    }

    private static func member(
        _ block: BlockID,
        of heap: HeapID,
        in name: String?,
        for user: UserID,
        in session: some SQLSession
    ) throws -> BlockStanding {
        let row: (heap: FoundHeap, block: BlockRowPlace)? = try session.first(
            """
            SELECT \(part: heapColumns), b.sync_version, b.floor_version, b.deleted_at, b.purged_at
            FROM heaper_heaps h
            JOIN heaper_members m ON m.heap_id = h.id AND m.user_id = \(user)
            JOIN heaper_blocks b ON b.id = \(block)
            WHERE h.id = \(heap)
            """
        ) { row in (foundHeap(row), BlockRowPlace(row, at: 6)) }
        guard let row else { return .denied }
        let place = row.heap.place
        if let name, !place.isNamed(name) { return .denied }
        if case .deleted(_, let time) = row.heap { return .purged(place, at: time) }
        if let time = row.block.purgedAt { return .purged(place, at: time) }
        return .present(
            BlockPlace(
                block: block,
                heap: place,
                version: row.block.version,
                floor: row.block.floor,
                deletedAt: row.block.deletedAt
            )
        )
    }

    private struct BlockRowPlace {
        let version: Int64
        let floor: Int64
        let deletedAt: Timestamp?
        let purgedAt: Timestamp?

        init(_ row: any SQLRow, at first: Int) {
            version = row.integer(first)
            floor = row.integer(first + 1)
            deletedAt = row.optionalTime(first + 2)
            purgedAt = row.optionalTime(first + 3)
        }
    }

    private static func foundHeap(_ row: any SQLRow) -> FoundHeap {
        let place = HeapPlace(
            heap: HeapID(unchecked: row.text(0)),
            indexBlock: BlockID(unchecked: row.text(1)),
            owner: UserID(unchecked: row.text(2)),
            // An unknown role may do the least.
            role: Role(rawValue: row.text(5)) ?? .viewer,
            isEncrypted: row.bool(3)
        )
        guard let time = row.optionalTime(4) else { return .open(place) }
        return .deleted(place, at: time)
    }
}
