import CofferCore

extension HeapStore {
    /// Makes a heap with its index block and its owner as a member, or finds the one that was made so before.
    ///
    /// - Returns: the heap, and whether it is new.
    /// - Throws: ``HeaperError/idTaken`` when one of the ids stands for something else, ``StorageError``.
    func add(_ draft: Draft, for owner: UserID) async throws -> (place: HeapPlace, isNew: Bool) {
        let now = clock.now
        let place = HeapPlace(
            heap: draft.id ?? HeapID(unchecked: ULID.make(at: now, random)),
            indexBlock: draft.indexBlock ?? BlockID(unchecked: ULID.make(at: now, random)),
            owner: owner,
            role: .owner,
            isEncrypted: draft.isEncrypted
        )
        let stamps = stamps
        return try await database.write { session in
            if let known = try Self.known(draft, for: owner, in: session) { return (known, false) }
            try Self.insert(place, name: draft.name, at: now, stamp: try stamps.next(in: session), in: session)
            return (place, true)
        }
    }

    /// The heap that a repeated request means.
    private static func known(_ draft: Draft, for owner: UserID, in session: some SQLSession) throws -> HeapPlace? {
        for name in [draft.id?.text, draft.indexBlock?.text].compactMap({ $0 }) {
            let isTaken = try session.first(
                "SELECT 1 FROM heaper_heaps WHERE id = \(name) OR index_block_id = \(name)",
                { _ in true }
            )
            guard isTaken != nil else { continue }
            guard case .open(let place) = try PlaceStore.heap(name, for: owner, in: session), place.owner == owner
            else {
                throw HeaperError.idTaken
            }
            // Of two ids both must mean it.
            guard draft.id.map({ place.isNamed($0.text) }) ?? true else { throw HeaperError.idTaken }
            guard draft.indexBlock.map({ place.isNamed($0.text) }) ?? true else { throw HeaperError.idTaken }
            return place
        }
        return nil
    }

    private static func insert(
        _ place: HeapPlace,
        name: String,
        at now: Timestamp,
        stamp: Timestamp,
        in session: some SQLSession
    ) throws {
        let isTaken = try session.first("SELECT 1 FROM heaper_blocks WHERE id = \(place.indexBlock)") { _ in true }
        guard isTaken == nil else { throw HeaperError.idTaken }
        try session.execute(
            """
            INSERT INTO heaper_heaps (id, index_block_id, owner_id, name, encrypted, created_at, updated_at)
            VALUES (\(place.heap), \(place.indexBlock), \(place.owner), \(name), \(place.isEncrypted), \(now), \(now))
            """
        )
        try session.execute(
            """
            INSERT INTO heaper_members (user_id, heap_id, role)
            VALUES (\(place.owner), \(place.heap), \(Role.owner.rawValue))
            """
        )
        try session.execute(
            """
            INSERT INTO heaper_blocks (id, heap_id, owner_id, type, title, stamp, created_at, updated_at)
            VALUES (\(place.indexBlock), \(place.heap), \(place.owner), 'index',
                \(place.isEncrypted ? "" : name), \(stamp), \(now), \(now))
            """
        )
    }
}
