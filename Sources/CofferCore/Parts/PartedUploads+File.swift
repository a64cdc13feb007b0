/// The file of an upload, and who owns it.
extension PartedUploads {
    static func blob(of upload: OpenUpload) -> Blob {
        Blob(key: upload.key, size: upload.size, sha256: nil, seal: nil, place: .stored)
    }

    /// Opens an upload's file and sees to it that the drop owns it, so that the file goes when the drop goes.
    func openFile(of upload: OpenUpload) async throws -> any PartFile {
        let file = try await store.openPartFile(upload.key)
        let (drops, blob) = (drops, Self.blob(of: upload))
        do {
            try await drops.database.write { session in
                guard let drop = try drops.table.find(upload.drop, in: session), drop.state == .pending else {
                    throw PartError.gone
                }
                guard try drops.table.slot(0, of: upload.drop, in: session) == nil else { return }
                let staged = StagedBlob(blob: blob, inlineBytes: nil)
                _ = try drops.attach(staged, to: upload.drop, slot: 0, in: session)
            }
        } catch {
            file.close()
            if case PartError.gone = error { try await removeIfNeedless(blob, of: upload) }
            throw error
        }
        return file
    }

    /// Removes a file that may have been made for an upload when it was not open any more.
    private func removeIfNeedless(_ blob: Blob, of upload: OpenUpload) async throws {
        switch try await claim(on: blob, of: upload) {
        case .none: await drops.erase([blob])
        case .finished: if store.publishes { await store.retire(blob) }
        case .open: break
        }
    }

    enum Claim {
        /// Nobody owns the blob or ever will: its drop is gone, or used up.
        case none
        /// The upload is complete, and its blob has a row.
        case finished
        case open
    }

    func claim(on blob: Blob, of upload: OpenUpload) async throws -> Claim {
        let (drops, table) = (drops, table)
        return try await drops.database.read { session in
            guard try table.find(upload.drop, in: session) == nil else { return .open }
            return try drops.blobTable.hasRow(blob.key, in: session) ? .finished : .none
        }
    }
}
