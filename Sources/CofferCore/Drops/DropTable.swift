/// The rows of drops and their slots: plain reading and writing, no rules.
///
/// A dialect keeps its own facts in a table whose key references `drops (id) ON DELETE CASCADE`, so they go with the drop.
package struct DropTable: Sendable {
    package init() {}

    package static let migrations = [
        Migration(
            module: "drops",
            name: "001-create",
            statements: [
                """
                CREATE TABLE drops (
                    id TEXT PRIMARY KEY NOT NULL,
                    space TEXT NOT NULL,
                    name TEXT NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('pending', 'ready', 'burned')),
                    counting TEXT NOT NULL CHECK (counting IN ('start', 'end')),
                    created_at BIGINT NOT NULL,
                    expires_at BIGINT,
                    due_at BIGINT,
                    max_downloads BIGINT CHECK (max_downloads > 0),
                    drain_ms BIGINT
                )
                """,
                "CREATE UNIQUE INDEX drops_by_name ON drops (space, name)",
                "CREATE INDEX drops_by_due ON drops (due_at) WHERE due_at IS NOT NULL",
                "CREATE INDEX drops_burned ON drops (id) WHERE state = 'burned'",
                """
                CREATE TABLE drop_slots (
                    drop_id TEXT NOT NULL REFERENCES drops (id) ON DELETE CASCADE,
                    slot BIGINT NOT NULL,
                    size BIGINT NOT NULL,
                    served BIGINT NOT NULL DEFAULT 0 CHECK (served >= 0),
                    holds BIGINT NOT NULL DEFAULT 0 CHECK (holds >= 0),
                    blob_key TEXT UNIQUE REFERENCES blobs (key) ON DELETE SET NULL,
                    PRIMARY KEY (drop_id, slot)
                )
                """,
                "CREATE INDEX drop_slots_held ON drop_slots (drop_id) WHERE holds > 0",
            ]
        ),
        Migration(
            module: "drops",
            name: "002-linger",
            statements: ["ALTER TABLE drops ADD COLUMN linger_ms BIGINT NOT NULL DEFAULT 0"]
        ),
    ]

    /// - Returns: false when the name is taken.
    package func insert(_ drop: NewDrop, in session: any SQLSession) throws -> Bool {
        try session.execute(
            """
            INSERT INTO drops (
                id, space, name, state, counting, created_at, expires_at, due_at, max_downloads, drain_ms,
                linger_ms
            ) VALUES (
                \(drop.id), \(drop.name.space), \(drop.name.text), \(drop.state.rawValue), \(drop.counting.rawValue),
                \(drop.createdAt), \(drop.expiresAt), \(drop.dueAt), \(drop.maxDownloads),
                \(drop.drain?.wholeMilliseconds), \(drop.linger.wholeMilliseconds)
            ) ON CONFLICT (space, name) DO NOTHING
            """
        ) == 1
    }

    /// The drop of this name, whatever its state; callers ask ``Drop/isGone(at:)``.
    package func find(_ name: DropName, in session: any SQLSession) throws -> Drop? {
        try session.first(
            """
            SELECT \(part: Self.columns) FROM drops d WHERE d.space = \(name.space) AND d.name = \(name.text)
            """
        ) { Self.drop($0, from: 0) }
    }

    package func find(_ id: DropID, in session: any SQLSession) throws -> Drop? {
        try session.first("SELECT \(part: Self.columns) FROM drops d WHERE d.id = \(id)") { Self.drop($0, from: 0) }
    }

    /// A slot and its blob; nil when the drop has no such slot.
    package func slot(_ index: Int64, of id: DropID, in session: any SQLSession) throws -> DropSlot? {
        try session.first(
            """
            SELECT \(part: Self.slotColumns) FROM drop_slots s LEFT JOIN blobs b ON b.key = s.blob_key
            WHERE s.drop_id = \(id) AND s.slot = \(index)
            """
        ) { Self.slot($0, from: 0) }
    }

    /// How many slots a drop has, their bytes together, and how often the least served of them was served.
    package func totals(
        of id: DropID,
        in session: any SQLSession
    ) throws -> (count: Int64, size: Int64, leastServed: Int64) {
        try session.first(
            "SELECT COUNT(*), COALESCE(SUM(size), 0), COALESCE(MIN(served), 0) FROM drop_slots WHERE drop_id = \(id)"
        ) { ($0.integer(0), $0.integer(1), $0.integer(2)) } ?? (0, 0, 0)
    }

    /// The indexes of a drop's slots, ascending.
    package func slotIndexes(of id: DropID, in session: any SQLSession) throws -> [Int64] {
        try session.query("SELECT slot FROM drop_slots WHERE drop_id = \(id) ORDER BY slot") { $0.integer(0) }
    }

    /// The columns that ``drop(_:from:)`` reads, for joins with a dialect's own table; the drop is named `d`.
    package static let columns: SQL =
        """
        d.id, d.space, d.name, d.state, d.counting, d.created_at, d.expires_at, d.due_at, d.max_downloads, d.linger_ms
        """
    package static let columnCount = 10

    package static func drop(_ row: any SQLRow, from column: Int) -> Drop {
        Drop(
            id: DropID(stored: row.text(column)),
            name: DropName(space: row.text(column + 1), text: row.text(column + 2)),
            state: Drop.State(rawValue: row.text(column + 3)) ?? .burned,
            counting: Drop.Counting(rawValue: row.text(column + 4)) ?? .atStart,
            createdAt: row.time(column + 5),
            expiresAt: row.optionalTime(column + 6),
            dueAt: row.optionalTime(column + 7),
            maxDownloads: row.optionalInteger(column + 8),
            linger: .milliseconds(row.integer(column + 9))
        )
    }

    /// The columns that ``slot(_:from:)`` reads; the slot is named `s`, its blob `b`.
    package static let slotColumnCount = 9
    package static let slotColumns: SQL = "s.slot, s.size, s.served, s.holds, b.key, b.size, b.sha256, b.seal, b.place"

    package static func slot(_ row: any SQLRow, from column: Int) -> DropSlot {
        DropSlot(
            index: row.integer(column),
            size: row.integer(column + 1),
            served: row.integer(column + 2),
            holds: row.integer(column + 3),
            blob: row.isNull(column + 4) ? nil : BlobTable.blob(row, from: column + 4)
        )
    }
}
