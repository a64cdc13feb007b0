import CofferCore
import NIOCore

/// Uploads in chunks, from their beginning on.
extension FileStore {
    enum Beginning: Sendable {
        /// No bytes are needed.
        case exists(HeaperFile)
        case open(UploadSession, isResumed: Bool)
    }

    static let limits: PartedUploads.Limits = {
        var limits = PartedUploads.Limits()
        limits.maxPartBytes = FileSettings.largestChunkBytes
        limits.maxParked = .max
        limits.idle = FileSettings.patience
        limits.digestsEarly = true
        return limits
    }()

    /// Begins an upload, or goes on with it.
    ///
    /// Bytes that this user has somewhere else need not be sent again; whether somebody else has them is never told.
    ///
    /// - Throws: ``FileFailure``, ``HeaperError/blockNotFound``, ``StorageError``.
    func begin(_ wish: UploadWish, at target: FileTarget, by user: UserID) async throws -> Beginning {
        let free = try await parts.freeBytes()
        let begun = try await drops.database.write { session -> Begun in
            if let file = try file(wish, at: target, by: user, in: session) {
                return Begun(beginning: .exists(file.file), isNews: file.isNews)
            }
            return try open(wish, at: target, freeBytes: free, in: session)
        }
        await drops.erase(begun.doomed)
        switch begun.beginning {
        case .open(let session, _): drops.expectSweep(at: session.expiresAt)
        case .exists(let file):
            let isNamed = begun.isNews && !wish.name.isEmpty
            return .exists(try await finish(file, at: target, by: user, isNews: begun.isNews, renames: isNamed))
        }
        return begun.beginning
    }

    private struct Begun: Sendable {
        let beginning: Beginning
        var isNews = false
        /// Of an upload that is thrown away.
        var doomed: [Blob] = []
    }

    /// The file, if the block or its user has its bytes.
    private func file(
        _ wish: UploadWish,
        at target: FileTarget,
        by user: UserID,
        in session: any SQLSession
    ) throws -> (file: HeaperFile, isNews: Bool)? {
        if let file = try FileRows.file(wish.hash, of: target.block, in: session), file.isUploaded {
            return (file, false)
        }
        guard let size = try contents.heldSize(wish.hash, by: user, in: session) else { return nil }
        try requireRoom(size, for: wish.hash, in: target.heap, session)
        let arrival = arrival(wish.hash, size: size, name: wish.name, mimeType: wish.mimeType, at: target)
        return (try record(arrival, by: user, in: session), true)
    }

    private func open(
        _ wish: UploadWish,
        at target: FileTarget,
        freeBytes: Int64,
        in session: any SQLSession
    ) throws -> Begun {
        var doomed: [Blob] = []
        if let known = try upload(wish.hash, at: target.block, in: target.heap.heap, session) {
            if known.fits(wish), !wish.restarts { return Begun(beginning: try resume(known, in: session)) }
            guard wish.restarts else {
                throw FileFailure.uploadDiffers(size: known.size, chunkBytes: known.chunkBytes)
            }
            doomed = try drops.remove(known.drop, in: session) ?? []
        }
        try requireRoom(wish.size, for: wish.hash, in: target.heap, session)
        guard wish.size <= freeBytes - FileSettings.spareBytes else { throw StorageError.full }
        let drop = newDrop(due: clock.now.advanced(by: FileSettings.patience))
        guard try drops.insert(drop, in: session) else { throw HeaperError.internalFault }
        if wish.size > 0 { try parts.open(drop.id, size: wish.size, partBytes: wish.chunkBytes, in: session) }
        // What an upload that has expired left behind makes room.
        try session.execute(
            """
            DELETE FROM heaper_uploads
            WHERE heap_id = \(target.heap.heap) AND block_id = \(target.block) AND hash = \(wish.hash)
            """
        )
        try session.execute(
            """
            INSERT INTO heaper_uploads (drop_id, heap_id, block_id, hash, size, chunk_bytes, name, mime_type)
            VALUES (
                \(drop.id), \(target.heap.heap), \(target.block), \(wish.hash), \(wish.size), \(wish.chunkBytes),
                \(wish.name), \(wish.mimeType)
            )
            """
        )
        guard let made = try upload(wish.hash, at: target.block, in: target.heap.heap, session) else {
            throw HeaperError.internalFault
        }
        return Begun(beginning: .open(made, isResumed: false), doomed: doomed)
    }

    private func resume(_ known: UploadSession, in session: any SQLSession) throws -> Beginning {
        try drops.postpone(known.drop, until: clock.now.advanced(by: FileSettings.patience), in: session)
        guard let found = try upload(ofDrop: known.drop, in: session) else { throw FileFailure.uploadNotFound }
        return .open(found, isResumed: true)
    }

    // MARK: Finding

    /// The upload that is under way; nil when there is none, or it has expired.
    func upload(_ hash: ContentHash, at block: BlockID, in heap: HeapID) async throws -> UploadSession? {
        try await drops.database.snapshot { try upload(hash, at: block, in: heap, $0) }
    }

    func upload(
        _ hash: ContentHash,
        at block: BlockID,
        in heap: HeapID,
        _ session: any SQLSession
    ) throws -> UploadSession? {
        try upload("u.heap_id = \(heap) AND u.block_id = \(block) AND u.hash = \(hash)", in: session)
    }

    private func upload(ofDrop drop: DropID, in session: any SQLSession) throws -> UploadSession? {
        try upload("u.drop_id = \(drop)", in: session)
    }

    private func upload(_ condition: SQL, in session: any SQLSession) throws -> UploadSession? {
        let found = try session.first(
            """
            SELECT u.drop_id, u.hash, u.size, u.chunk_bytes, u.name, u.mime_type, d.due_at
            FROM heaper_uploads u JOIN drops d ON d.id = u.drop_id AND d.state = 'pending'
            WHERE \(part: condition)
            """
        ) { row in
            let drop = DropID(stored: row.text(0))
            return UploadSession(
                drop: drop,
                hash: ContentHash(stored: row.text(1)),
                size: row.integer(2),
                chunkBytes: row.integer(3),
                name: row.text(4),
                mimeType: row.text(5),
                expiresAt: row.optionalTime(6),
                parts: try parts.find(drop, in: session)
            )
        }
        guard let found, found.expiresAt.map({ clock.now < $0 }) ?? true else { return nil }
        return found
    }

    func progress(of session: UploadSession) async throws -> UploadProgress {
        guard let parts = session.parts else { return UploadProgress([], of: session) }
        do {
            return UploadProgress(try await self.parts.progress(of: parts).received, of: session)
        } catch PartError.gone {
            // It has ended since it was found.
            return UploadProgress([], of: session)
        }
    }

    // MARK: Chunks

    /// Takes one chunk, in place of an earlier one; one that does not come to its end changes nothing.
    ///
    /// - Returns: its bytes, which are durable.
    /// - Throws: ``FileFailure``, ``StorageError``, and what `bytes` throws.
    func take<Bytes: AsyncSequence & Sendable>(
        _ index: Int64,
        _ bytes: Bytes,
        declared: Int64?,
        of session: UploadSession
    ) async throws -> Int64 where Bytes.Element == ByteBuffer {
        guard let size = session.chunkSize(index), let parts = session.parts else {
            throw FileFailure.chunkOutOfRange(count: session.chunkCount)
        }
        guard declared.map({ $0 == size }) ?? true else { throw FileFailure.wrongChunkSize(expected: size) }
        do {
            _ = try await self.parts.add(index, bytes, declared: declared, to: parts, limits: Self.limits)
            return size
        } catch PartError.gone {
            throw FileFailure.uploadNotFound
        } catch PartError.wrongSize(let expected) {
            throw FileFailure.wrongChunkSize(expected: expected)
        }
    }
}
