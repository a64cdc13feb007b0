/// The rows of open uploads and their parts; they go with their drop, or when the upload is complete.
///
/// Parts that lie in order at the beginning of the file have no row of their own: the upload's row tells how many they
/// are, so that a long upload does not grow a long table.
struct PartTable: Sendable {
    static let migrations = [
        Migration(
            module: "parts",
            name: "001-create",
            statements: [
                """
                CREATE TABLE open_uploads (
                    drop_id TEXT PRIMARY KEY NOT NULL REFERENCES drops (id) ON DELETE CASCADE,
                    blob_key TEXT NOT NULL,
                    size BIGINT NOT NULL CHECK (size > 0),
                    first_part_at BIGINT,
                    ordered_parts BIGINT NOT NULL DEFAULT 0,
                    ordered_bytes BIGINT NOT NULL DEFAULT 0
                )
                """,
                """
                CREATE TABLE upload_parts (
                    drop_id TEXT NOT NULL REFERENCES open_uploads (drop_id) ON DELETE CASCADE,
                    part BIGINT NOT NULL CHECK (part >= 0),
                    position BIGINT NOT NULL CHECK (position >= 0),
                    length BIGINT NOT NULL CHECK (length > 0),
                    PRIMARY KEY (drop_id, part)
                )
                """,
            ]
        ),
        Migration(
            module: "parts",
            name: "002-equal-parts",
            statements: ["ALTER TABLE open_uploads ADD COLUMN part_bytes BIGINT CHECK (part_bytes > 0)"]
        ),
    ]

    func insert(_ upload: OpenUpload, in session: any SQLSession) throws {
        try session.execute(
            """
            INSERT INTO open_uploads (drop_id, blob_key, size, part_bytes)
            VALUES (\(upload.drop), \(upload.key), \(upload.size), \(upload.partBytes))
            """
        )
    }

    /// The open upload of a drop; nil when it has none, or not any more.
    func find(_ drop: DropID, in session: any SQLSession) throws -> OpenUpload? {
        try session.first(
            "SELECT blob_key, size, first_part_at, part_bytes FROM open_uploads WHERE drop_id = \(drop)"
        ) { row in
            BlobKey(row.text(0)).map {
                OpenUpload(
                    drop: drop,
                    key: $0,
                    size: row.integer(1),
                    partBytes: row.optionalInteger(3),
                    firstPartAt: row.optionalTime(2)
                )
            }
        } ?? nil
    }

    /// The keys of open uploads that begin with `prefix`, hexadecimal digits.
    func keys(withPrefix prefix: String, in session: any SQLSession) throws -> Set<BlobKey> {
        // `g` follows the last digit.
        let keys = try session.query(
            "SELECT blob_key FROM open_uploads WHERE blob_key >= \(prefix) AND blob_key < \(prefix + "g")"
        ) { BlobKey($0.text(0)) }
        return Set(keys.compactMap(\.self))
    }

    /// What is accepted of an upload; nil when it is not open any more.
    func layout(of upload: OpenUpload, in session: any SQLSession) throws -> PartLayout? {
        let ordered = try session.first(
            "SELECT ordered_parts, ordered_bytes FROM open_uploads WHERE drop_id = \(upload.drop)"
        ) { (count: $0.integer(0), bytes: $0.integer(1)) }
        guard let ordered else { return nil }
        let extents = try extents(of: upload.drop, in: session)
        return PartLayout(
            size: upload.size,
            partBytes: upload.partBytes,
            ordered: ordered,
            accepted: extents
        )
    }

    private func extents(of drop: DropID, in session: any SQLSession) throws -> [Int64: PartLayout.Extent] {
        let rows = try session.query("SELECT part, position, length FROM upload_parts WHERE drop_id = \(drop)") {
            ($0.integer(0), PartLayout.Extent(position: $0.integer(1), length: $0.integer(2)))
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// - Returns: false when there is a part of this number.
    func insert(
        _ index: Int64,
        _ extent: PartLayout.Extent,
        of drop: DropID,
        at now: Timestamp,
        in session: any SQLSession
    ) throws -> Bool {
        let isOpen = try session.execute(
            """
            UPDATE open_uploads SET first_part_at = COALESCE(first_part_at, \(now))
            WHERE drop_id = \(drop) AND ordered_parts <= \(index)
            """
        )
        guard isOpen == 1 else { return false }
        return try session.execute(
            """
            INSERT INTO upload_parts (drop_id, part, position, length)
            VALUES (\(drop), \(index), \(extent.position), \(extent.length)) ON CONFLICT (drop_id, part) DO NOTHING
            """
        ) == 1
    }

    /// Records a part, in place of an earlier one of its number.
    ///
    /// - Returns: false when the upload is not open any more.
    func replace(
        _ index: Int64,
        _ extent: PartLayout.Extent,
        of drop: DropID,
        at now: Timestamp,
        in session: any SQLSession
    ) throws -> Bool {
        let isOpen = try session.execute(
            "UPDATE open_uploads SET first_part_at = COALESCE(first_part_at, \(now)) WHERE drop_id = \(drop)"
        )
        guard isOpen == 1 else { return false }
        return try session.execute(
            """
            INSERT INTO upload_parts (drop_id, part, position, length)
            VALUES (\(drop), \(index), \(extent.position), \(extent.length))
            ON CONFLICT (drop_id, part) DO UPDATE SET position = excluded.position, length = excluded.length
            """
        ) == 1
    }

    /// Records how far the ordered beginning reaches; the rows of parts that lie in it go.
    func setOrdered(
        _ ordered: (count: Int64, bytes: Int64),
        of drop: DropID,
        in session: any SQLSession
    ) throws {
        let isNews = try session.execute(
            """
            UPDATE open_uploads SET ordered_parts = \(ordered.count), ordered_bytes = \(ordered.bytes)
            WHERE drop_id = \(drop) AND ordered_parts < \(ordered.count)
            """
        )
        guard isNews == 1 else { return }
        // What came again lies behind the end.
        try session.execute(
            """
            DELETE FROM upload_parts
            WHERE drop_id = \(drop) AND part < \(ordered.count) AND position < \(ordered.bytes)
            """
        )
    }

    func apply(_ moves: [PartLayout.Move], to drop: DropID, in session: any SQLSession) throws {
        for move in moves {
            try session.execute(
                "UPDATE upload_parts SET position = \(move.to) WHERE drop_id = \(drop) AND part = \(move.index)"
            )
        }
    }

    func delete(_ drop: DropID, in session: any SQLSession) throws {
        try session.execute("DELETE FROM open_uploads WHERE drop_id = \(drop)")
    }
}
