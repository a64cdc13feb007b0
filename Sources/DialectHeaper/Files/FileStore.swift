import CofferCore
import CofferHTTP

/// Takes files into blocks.
///
/// What is acknowledged has come this way: the bytes are durable, then the rows of content and file, then the entry in the
/// block's document. Each step may be repeated; ``FileUpkeep`` makes up for entries that a crash has prevented.
///
/// Uploads in chunks are in `FileStore+Chunks.swift`, their end in `FileStore+Completing.swift`.
struct FileStore: Sendable {
    /// The space of the drops that own the bytes.
    static let space = "heaper"

    let drops: DropStore
    let parts: PartedUploads
    let blobs: any BlobStore
    let contents: ContentStore
    let listing: FileListing
    let settings: FileSettings
    let mediaTypes: MediaTypeDetector
    let stamps: StampSource
    let turns = KeyedTurns()
    let clock: any WallClock
    let random: any RandomSource

    func newID() -> FileID { FileID(unchecked: ULID.make(at: clock.now, random)) }

    func newDrop(due: Timestamp?) -> NewDrop {
        let now = clock.now
        return NewDrop(
            id: DropID(random: random),
            name: DropName(space: Self.space, text: ULID.make(at: now, random)),
            state: .pending,
            counting: .atEnd,
            createdAt: now,
            expiresAt: nil,
            dueAt: due,
            maxDownloads: nil
        )
    }

    /// What is to be recorded of a file that arrives at a block.
    func arrival(
        _ hash: ContentHash,
        size: Int64,
        name: String,
        mimeType: String,
        facts: MediaFacts = MediaFacts(),
        at target: FileTarget
    ) -> FileRows.Arrival {
        FileRows.Arrival(
            block: target.block,
            heap: target.heap.heap,
            hash: hash,
            size: size,
            name: name,
            mimeType: mimeType,
            facts: facts
        )
    }

    /// Records a file whose bytes are durable, as a step of the transaction that makes them a content; a block that does
    /// not exist yet is made.
    ///
    /// What a block shows of a file is part of the block, which gets a new stamp when that changes.
    ///
    /// - Throws: ``HeaperError/blockNotFound`` when the block or its heap is gone by now.
    func record(
        _ arrival: FileRows.Arrival,
        by user: UserID,
        in session: any SQLSession
    ) throws -> HeaperFile {
        if let head = try BlockRows.head(of: arrival.block, in: session) {
            guard !head.isGone, head.heap == arrival.heap else { throw HeaperError.blockNotFound }
        } else {
            let heap = arrival.heap
            let isThere = try session.first(
                "SELECT 1 FROM heaper_heaps WHERE id = \(heap) AND deleted_at IS NULL"
            ) { _ in true }
            guard isThere != nil else { throw HeaperError.blockNotFound }
            try BlockRows.create(
                arrival.block,
                in: arrival.heap,
                owner: user,
                type: "file",
                stamp: try stamps.next(in: session),
                session
            )
        }
        let before = try FileRows.file(arrival.hash, of: arrival.block, in: session)
        let file = try FileRows.record(arrival, id: newID(), at: clock.now, in: session)
        if let before, before != file { try BlockRows.touch(file.block, stamp: stamps.next(in: session), session) }
        return file
    }

    /// Makes sure that a heap's owner may have more bytes.
    ///
    /// - Throws: ``FileFailure``.
    func requireRoom(_ bytes: Int64, for hash: ContentHash, in heap: HeapPlace, _ session: any SQLSession) throws {
        guard bytes <= settings.maxBytes else { throw FileFailure.tooLarge(limit: settings.maxBytes) }
        guard let limit = settings.storageBytes else { return }
        // The same bytes count once.
        let isThere = try session.first(
            """
            SELECT 1 FROM heaper_files f JOIN heaper_heaps h ON h.id = f.heap_id AND h.deleted_at IS NULL
            WHERE f.hash = \(hash) AND f.is_uploaded = 1 AND h.owner_id = \(heap.owner)
            """
        ) { _ in true }
        guard isThere == nil else { return }
        let used = try FileUsage.of(heap.owner, in: session)
        let left = try room(of: heap.owner, limit: limit, beside: used, in: session)
        guard bytes <= left else { throw FileFailure.quotaExceeded(limit: limit) }
    }

    private func room(
        of owner: UserID,
        limit: Int64,
        beside used: FileUsage,
        in session: any SQLSession
    ) throws -> Int64 {
        max(0, limit - used.bytes - (try FileUsage.pending(of: owner, in: session)))
    }

    // MARK: Whole files

    /// What a body of unknown content may have at most: it may be one that the heap's owner has already.
    func room(in heap: HeapPlace) async throws -> Int64 {
        guard let limit = settings.storageBytes else { return settings.maxBytes }
        let most = try await drops.database.read { session in
            let used = try FileUsage.of(heap.owner, in: session)
            return max(try room(of: heap.owner, limit: limit, beside: used, in: session), used.largest)
        }
        return min(settings.maxBytes, most)
    }

    /// Takes a file that has arrived in one piece.
    ///
    /// - Returns: the file, and whether the block had it before.
    /// - Throws: ``FileFailure``, ``HeaperError``, ``StorageError``; the bytes are erased then.
    func take(
        _ staged: StagedBlob,
        _ arrival: FileRows.Arrival,
        at target: FileTarget,
        by user: UserID
    ) async throws -> (file: HeaperFile, isKnown: Bool) {
        do {
            let done = try await drops.database.write { session in
                let known = try FileRows.file(arrival.hash, of: arrival.block, in: session)
                try requireRoom(arrival.size, for: arrival.hash, in: target.heap, session)
                let drop = newDrop(due: nil)
                guard try drops.insert(drop, in: session) else { throw HeaperError.internalFault }
                _ = try drops.attach(staged, to: drop.id, slot: 0, in: session)
                let size = arrival.size
                let needless = try contents.adopt(drop.id, as: arrival.hash, size: size, at: clock.now, in: session)
                let isKnown = known?.isUploaded ?? false
                var arrival = arrival
                // What a block has keeps its name.
                if isKnown { arrival.name = "" }
                return (file: try record(arrival, by: user, in: session), isKnown: isKnown, needless: needless)
            }
            await drops.erase(done.needless)
            let file = try await finish(
                done.file,
                at: target,
                by: user,
                isNews: !done.isKnown,
                renames: !done.isKnown && !arrival.name.isEmpty
            )
            return (file, done.isKnown)
        } catch {
            await eraseUnowned(staged)
            throw error
        }
    }

    /// Erases bytes unless the transaction that gave them an owner has succeeded.
    private func eraseUnowned(_ staged: StagedBlob) async {
        let key = staged.blob.key
        let isOwned = try? await drops.database.read { session in
            try session.first("SELECT 1 FROM drop_slots WHERE blob_key = \(key)") { _ in true } ?? false
        }
        if isOwned == false { await drops.erase([staged.blob]) }
    }

    // MARK: The end of every arrival

    /// Finds out the type of a recorded file, if nobody has told it, and writes the file into the block's document.
    ///
    /// `renames`: somebody has told the name now, so it counts for the document, too.
    func finish(
        _ file: HeaperFile,
        at target: FileTarget,
        by user: UserID,
        isNews: Bool,
        renames: Bool
    ) async throws -> HeaperFile {
        let file = file.mimeType.isEmpty ? try await typed(file) : file
        try await listing.list(file, in: target, by: user, renames: renames)
        let listed = try await stillUploaded(file, by: user)
        if isNews { listing.tell(listed) }
        return listed
    }

    /// Records a file again whose entry somebody removed after it was recorded and before it was listed: the document names
    /// it, so its bytes must not go.
    ///
    /// - Throws: ``StorageError/unavailable(_:)`` when they have gone, so that the client sends them again.
    private func stillUploaded(_ file: HeaperFile, by user: UserID) async throws -> HeaperFile {
        let row = try await drops.database.read { try FileRows.file(file.hash, of: file.block, in: $0) }
        if row?.isUploaded == true { return file }
        // The row of a large document's entry comes a moment later. Without an entry, it was removed once more.
        if row == nil, try await !listing.lists(file) { return file }
        let arrival = FileRows.Arrival(block: file.block, heap: file.heap, hash: file.hash, size: file.size)
        return try await drops.database.write { session in
            guard try contents.slot(file.hash, in: session) != nil else {
                throw StorageError.unavailable("a file was removed while it was uploaded")
            }
            return try record(arrival, by: user, in: session)
        }
    }

    private func typed(_ file: HeaperFile) async throws -> HeaperFile {
        guard let slot = try await drops.database.read({ try contents.slot(file.hash, in: $0) }) else { return file }
        let reader = try await drops.openReader(slot)
        defer { reader.close() }
        let sample = try await reader.read(from: 0, count: MediaTypeDetector.sampleBytes)
        let type = mediaTypes.mediaType(of: sample) ?? "application/octet-stream"
        return try await drops.database.write { session in
            let changed = try session.execute(
                "UPDATE heaper_files SET mime_type = \(type) WHERE id = \(file.id) AND mime_type = ''"
            )
            if changed > 0 { try BlockRows.touch(file.block, stamp: stamps.next(in: session), session) }
            return try FileRows.file(file.id, in: session) ?? file
        }
    }
}
