import CofferCore

/// Heaps and who may use them.
struct HeapStore: Sendable {
    let database: any Database
    let stamps: StampSource
    let clock: any WallClock
    let random: any RandomSource

    /// What somebody wants a new heap to be.
    struct Draft: Sendable {
        var id: HeapID?
        var indexBlock: BlockID?
        var name: String
        var isEncrypted = false
    }

    /// The heaps of which the user is a member, the oldest first.
    func heaps(of user: UserID) async throws -> [HeapRecord] {
        try await database.snapshot { session in
            try session.query(
                """
                SELECT \(part: Self.columns) FROM heaper_members m
                JOIN heaper_heaps h ON h.id = m.heap_id AND h.deleted_at IS NULL
                LEFT JOIN heaper_blocks i ON i.id = h.index_block_id
                WHERE m.user_id = \(user) ORDER BY h.created_at, h.id
                """,
                Self.record
            )
        }
    }

    /// - Returns: nil when it is unknown, deleted, or the user is no member of it.
    func heap(_ id: HeapID, of user: UserID) async throws -> HeapRecord? {
        try await database.snapshot { session in try Self.heap(id, of: user, in: session) }
    }

    private static func heap(_ id: HeapID, of user: UserID, in session: some SQLSession) throws -> HeapRecord? {
        try session.first(
            """
            SELECT \(part: columns) FROM heaper_heaps h
            JOIN heaper_members m ON m.heap_id = h.id AND m.user_id = \(user)
            LEFT JOIN heaper_blocks i ON i.id = h.index_block_id
            WHERE h.id = \(id) AND h.deleted_at IS NULL
            """,
            record
        )
    }

    private static let columns: SQL = """
        h.id, h.index_block_id, h.owner_id, h.encrypted, m.role, h.name, i.title, h.sidebar_order, h.created_at, \
        h.updated_at, i.updated_at, h.live_count
        """

    private static func record(_ row: any SQLRow) -> HeapRecord {
        HeapRecord(
            place: HeapPlace(
                heap: HeapID(unchecked: row.text(0)),
                indexBlock: BlockID(unchecked: row.text(1)),
                owner: UserID(unchecked: row.text(2)),
                role: Role(rawValue: row.text(4)) ?? .viewer,
                isEncrypted: row.bool(3)
            ),
            name: row.text(5),
            title: row.text(6),
            sidebarOrder: row.text(7),
            blockCount: Int(row.integer(11)),
            createdAt: row.time(8),
            updatedAt: max(row.time(9), row.time(10))
        )
    }
}
