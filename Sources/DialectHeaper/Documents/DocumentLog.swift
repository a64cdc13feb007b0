import CofferCore
import Yjs

/// The documents in the database: a state, and the updates that came after it.
struct DocumentLog: Sendable {
    let database: any Database
    let stamps: StampSource
    let random: any RandomSource

    /// One row of the log.
    struct Row: Sendable {
        let user: UserID
        let bytes: [UInt8]
    }

    /// What became of rows that should go into the log.
    enum Appending: Sendable {
        case appended(version: Int64, event: HeapEvent.Kind?)
        /// The block or its heap is purged or deleted.
        case gone
        /// The log is not as long as the document in memory believes.
        case outdated
    }

    /// What rows are shown to have together with an update.
    enum Showing: Sendable {
        case nothing
        /// What lists show; the rest follows.
        case head(Projection.Head)
        case all(Projection)
    }

    /// Reads a document; an empty one for a block without.
    ///
    /// - Throws: ``StorageError``, also for bytes that are no document.
    func load(_ block: BlockID, client: UInt64) async throws -> DocumentContent {
        let stored = try await database.snapshot { session in
            let head = try session.first(
                "SELECT state, state_sequence, sequence FROM heaper_documents WHERE block_id = \(block)"
            ) { row in (state: row.bytes(0), stateSequence: row.integer(1), sequence: row.integer(2)) }
            guard let head else {
                return (state: [UInt8](), stateSequence: Int64(0), sequence: Int64(0), log: [[UInt8]]())
            }
            let log = try session.query(
                """
                SELECT bytes FROM heaper_updates WHERE block_id = \(block) AND sequence > \(head.stateSequence)
                ORDER BY sequence
                """
            ) { $0.bytes(0) }
            return (head.state, head.stateSequence, head.sequence, log)
        }
        do {
            return DocumentContent(
                block: block,
                document: try Self.document(stored.state, stored.log),
                client: client,
                sequence: stored.sequence,
                stateSequence: stored.stateSequence,
                stateBytes: stored.state.count,
                logBytes: stored.log.reduce(0) { $0 + $1.count },
                logRows: stored.log.count
            )
        } catch {
            throw StorageError.unavailable("the document of block \(block) is damaged: \(error)")
        }
    }

    /// All of this was checked when it came, so the bounds for strangers do not count: what was taken must open again.
    private static let stored = YLimits(
        maxUpdateBytes: .max,
        maxDocumentBytes: .max,
        maxPendingBytes: .max,
        maxPendingStructs: .max,
        maxConflictSteps: .max
    )

    private static func document(_ state: [UInt8], _ log: [[UInt8]]) throws(YjsError) -> YDocument {
        var document = state.isEmpty ? YDocument(limits: stored) : try YDocument(state: state, limits: stored)
        if !log.isEmpty { try document.apply(try YUpdate.merge(log, limits: stored)) }
        document.limits = .network
        return document
    }

    /// Adds rows in one transaction, with the block's new stamp; makes the block when it is missing.
    ///
    /// - Parameters:
    ///   - rows: at least one.
    ///   - target: where they go.
    ///   - sequence: of the last row before.
    ///   - showing: what the block's rows show from then on.
    /// - Returns: what became of them.
    /// - Throws: ``StorageError``; nothing is then stored.
    func append(
        _ rows: [Row],
        to target: DocumentTarget,
        after sequence: Int64,
        _ showing: Showing
    ) async throws -> Appending {
        let block = target.block
        return try await database.write { session in
            let known = try BlockRows.head(of: block, in: session)
            if let known {
                guard !known.isGone, known.heap == target.heap.heap else { return .gone }
            } else {
                guard try Self.isLive(target.heap.heap, session) else { return .gone }
            }
            guard (known?.sequence ?? 0) == sequence else { return .outdated }
            let stamp = try stamps.next(in: session)
            if known == nil {
                let (heap, owner) = (target.heap.heap, target.heap.owner)
                try BlockRows.create(block, in: heap, owner: owner, version: target.newVersion, stamp: stamp, session)
            } else {
                try BlockRows.touch(block, stamp: stamp, session)
            }
            try Self.insert(rows, block, after: sequence, stamp, isFirst: known?.sequence == nil, session)
            guard let row = try known ?? BlockRows.head(of: block, in: session) else { return .gone }
            let event = try show(showing, block, row, stamp, session)
            return .appended(version: row.version, event: event)
        }
    }

    private func show(
        _ showing: Showing,
        _ block: BlockID,
        _ row: BlockRows.Head,
        _ stamp: Timestamp,
        _ session: any SQLSession
    ) throws -> HeapEvent.Kind? {
        let rows = ProjectionRows(block: block, row: row, stamp: stamp, random: random, session: session)
        switch showing {
        case .nothing: return nil
        case .head(let head): return try rows.write(head)
        case .all(let projection):
            let event = try rows.write(projection.head)
            guard event != .blockPurged else { return event }
            try rows.writeBody(projection)
            try session.execute("UPDATE heaper_documents SET projected = sequence WHERE block_id = \(block)")
            return event
        }
    }

    /// Shows what a document says as of a sequence, unless that was done; no new stamp is needed, because what lists of
    /// changes show went with the updates.
    func project(_ projection: Projection, of block: BlockID, upTo sequence: Int64) async throws -> HeapEvent.Kind? {
        try await database.write { session in
            guard let row = try BlockRows.head(of: block, in: session), !row.isGone else { return nil }
            let stored = try session.first(
                """
                SELECT stamp FROM heaper_blocks b JOIN heaper_documents d ON d.block_id = b.id
                WHERE b.id = \(block) AND d.projected < \(sequence) AND d.sequence >= \(sequence)
                """
            ) { $0.time(0) }
            guard let stored else { return nil }
            // Only a purge that was missed needs a stamp of its own.
            let stamp = projection.head.lifecycle == .purged ? try stamps.next(in: session) : stored
            let rows = ProjectionRows(block: block, row: row, stamp: stamp, random: random, session: session)
            let isNewest = row.sequence == sequence
            let event = isNewest ? try rows.write(projection.head) : nil
            guard event != .blockPurged else { return event }
            try rows.writeBody(projection, isNewest: isNewest)
            try session.execute("UPDATE heaper_documents SET projected = \(sequence) WHERE block_id = \(block)")
            return event
        }
    }

    /// The heap of a block; nil for a block that does not exist.
    func heap(of block: BlockID) async throws -> HeapID? {
        try await database.read { session in
            try session.first("SELECT heap_id FROM heaper_blocks WHERE id = \(block)") { HeapID(unchecked: $0.text(0)) }
        }
    }

    /// Blocks whose rows are behind their documents.
    ///
    /// - Parameter heap: nil for all heaps.
    /// - Returns: their ids.
    /// - Throws: ``StorageError``.
    func behind(in heap: HeapID? = nil) async throws -> [BlockID] {
        try await database.read { session in
            try session.query(
                """
                SELECT d.block_id FROM heaper_documents d JOIN heaper_blocks b ON b.id = d.block_id
                WHERE d.projected < d.sequence AND (b.heap_id = \(heap) OR \(heap) IS NULL)
                """
            ) { BlockID(unchecked: $0.text(0)) }
        }
    }

    private static func isLive(_ heap: HeapID, _ session: any SQLSession) throws -> Bool {
        try session.first("SELECT 1 FROM heaper_heaps WHERE id = \(heap) AND deleted_at IS NULL") { _ in true } ?? false
    }

    private static func insert(
        _ rows: [Row],
        _ block: BlockID,
        after sequence: Int64,
        _ stamp: Timestamp,
        isFirst: Bool,
        _ session: any SQLSession
    ) throws {
        let last = sequence + Int64(rows.count)
        if isFirst {
            try session.execute(
                """
                INSERT INTO heaper_documents (block_id, state, sequence) VALUES (\(block), \([UInt8]()), \(last))
                """
            )
        } else {
            try session.execute("UPDATE heaper_documents SET sequence = \(last) WHERE block_id = \(block)")
        }
        for (offset, row) in rows.enumerated() {
            try session.execute(
                """
                INSERT INTO heaper_updates (block_id, sequence, user_id, created_at, bytes)
                VALUES (\(block), \(sequence + 1 + Int64(offset)), \(row.user), \(stamp), \(row.bytes))
                """
            )
        }
    }

    /// Rows that the history of a block keeps below its state, if they are small.
    private static let keptRows: Int64 = 100
    private static let keptRowBytes = 16 << 10

    /// Puts an encoded state in place of the log up to `sequence`; one transaction, so that a crash leaves either.
    func replace(_ block: BlockID, upTo sequence: Int64, by state: [UInt8]) async throws {
        try await database.write { session in
            let changed = try session.execute(
                """
                UPDATE heaper_documents SET state = \(state), state_sequence = \(sequence)
                WHERE block_id = \(block) AND state_sequence < \(sequence) AND sequence >= \(sequence)
                """
            )
            guard changed > 0 else { return }
            try session.execute(
                """
                DELETE FROM heaper_updates WHERE block_id = \(block) AND sequence <= \(sequence)
                    AND (sequence <= \(sequence - Self.keptRows) OR length(bytes) > \(Self.keptRowBytes))
                """
            )
        }
    }
}
