import CofferCore
import NIOCore
import Synchronization

/// The end of uploads in chunks.
extension FileStore {
    /// What a client tells of a file when all of it has arrived; nil and empty leave what is known.
    struct Finale: Sendable {
        var name = ""
        var mimeType = ""
        var facts = MediaFacts()
    }

    /// Makes a file of an upload whose chunks are all there; again, it finds the file.
    ///
    /// Of several callers one makes it, the others wait and get the same.
    ///
    /// - Throws: ``FileFailure/incomplete(missing:)``; ``FileFailure/hashMismatch(expected:actual:)``, after which the
    ///   upload is gone; ``FileFailure/uploadNotFound``; ``HeaperError/blockNotFound``, ``StorageError``.
    func complete(
        _ hash: ContentHash,
        _ finale: Finale,
        at target: FileTarget,
        by user: UserID
    ) async throws -> HeaperFile {
        try await turns.run(Self.turn(hash, target)) {
            let session = try await upload(hash, at: target.block, in: target.heap.heap)
            // A file that a scan has found is not stored: its bytes may go from where they lie.
            let isStored = try await drops.database.read { try contents.slot(hash, in: $0) != nil }
            if session == nil || isStored, let known = try await known(hash, finale, at: target, by: user) {
                if let session { _ = try await drops.delete(session.drop) }
                return try await finish(known, at: target, by: user, isNews: false, renames: !finale.name.isEmpty)
            }
            guard let session else { throw FileFailure.uploadNotFound }
            let file = try await assemble(session, finale, at: target, by: user)
            let isNamed = !finale.name.isEmpty || !session.name.isEmpty
            return try await finish(file, at: target, by: user, isNews: true, renames: isNamed)
        }
    }

    /// Whether a block has a file whose bytes are here; an upload that is being completed now is waited for.
    ///
    /// - Throws: ``StorageError``, also when that upload could not be completed and goes on.
    func isComplete(_ hash: ContentHash, at target: FileTarget) async throws -> Bool {
        try await turns.run(Self.turn(hash, target)) {
            let file = try await drops.database.read { try FileRows.file(hash, of: target.block, in: $0) }
            if file?.isUploaded ?? false { return true }
            guard try await upload(hash, at: target.block, in: target.heap.heap) == nil else {
                throw StorageError.unavailable("an upload could not be completed")
            }
            return false
        }
    }

    private static func turn(_ hash: ContentHash, _ target: FileTarget) -> String { "\(target.block) \(hash)" }

    /// The file, if it was completed before, with what is told now.
    private func known(
        _ hash: ContentHash,
        _ finale: Finale,
        at target: FileTarget,
        by user: UserID
    ) async throws -> HeaperFile? {
        let known = try await drops.database.read { try FileRows.file(hash, of: target.block, in: $0) }
        guard let known, known.isUploaded else { return nil }
        let told = arrival(
            hash,
            size: known.size,
            name: finale.name,
            mimeType: finale.mimeType,
            facts: finale.facts,
            at: target
        )
        return try await drops.database.write { session in
            // Removed meanwhile, it does not come back by being completed.
            guard try FileRows.file(known.id, in: session)?.isUploaded ?? false else { return nil }
            return try record(told, by: user, in: session)
        }
    }

    private func assemble(
        _ upload: UploadSession,
        _ finale: Finale,
        at target: FileTarget,
        by user: UserID
    ) async throws -> HeaperFile {
        let arrival = arrival(
            upload.hash,
            size: upload.size,
            name: finale.name.isEmpty ? upload.name : finale.name,
            mimeType: finale.mimeType.isEmpty ? upload.mimeType : finale.mimeType,
            facts: finale.facts,
            at: target
        )
        guard let parts = upload.parts else { return try await fileWithoutBytes(upload, arrival, by: user) }
        let made = Mutex<HeaperFile?>(nil)
        do {
            try await self.parts.complete(parts, sha256: upload.hash.bytes) {
                let file = try await record(upload, arrival, by: user) { try self.parts.close(parts, in: $0) }
                made.withLock { $0 = file }
            }
        } catch PartError.incomplete {
            throw FileFailure.incomplete(missing: try await progress(of: upload).missing)
        } catch PartError.wrongDigest(let actual) {
            _ = try await drops.delete(upload.drop)
            throw FileFailure.hashMismatch(expected: upload.hash, actual: ContentHash(actual))
        } catch PartError.gone {
            throw FileFailure.uploadNotFound
        }
        guard let file = made.withLock({ $0 }) else { throw HeaperError.internalFault }
        return file
    }

    private func fileWithoutBytes(
        _ upload: UploadSession,
        _ arrival: FileRows.Arrival,
        by user: UserID
    ) async throws -> HeaperFile {
        guard upload.hash == .ofNothing else {
            _ = try await drops.delete(upload.drop)
            throw FileFailure.hashMismatch(expected: upload.hash, actual: .ofNothing)
        }
        let writer = try await blobs.makeWriter(BlobRequest(maxBytes: 0, wantsSHA256: false))
        let staged: StagedBlob
        do {
            staged = try await writer.finish()
        } catch {
            await writer.cancel()
            throw error
        }
        do {
            return try await record(upload, arrival, by: user) { session in
                _ = try drops.attach(staged, to: upload.drop, slot: 0, in: session)
            }
        } catch {
            await drops.erase([staged.blob])
            throw error
        }
    }

    /// Ends an upload whose bytes are in order: content, file and block come into being at once.
    ///
    /// `first`: what else belongs to the transaction.
    private func record(
        _ upload: UploadSession,
        _ arrival: FileRows.Arrival,
        by user: UserID,
        first: @escaping @Sendable (any SQLSession) throws -> Void
    ) async throws -> HeaperFile {
        let done = try await drops.database.write { session in
            try first(session)
            try session.execute("DELETE FROM heaper_uploads WHERE drop_id = \(upload.drop)")
            let (now, size) = (clock.now, upload.size)
            let needless = try contents.adopt(upload.drop, as: upload.hash, size: size, at: now, in: session)
            return (file: try record(arrival, by: user, in: session), needless: needless)
        }
        await drops.erase(done.needless)
        return done.file
    }
}
