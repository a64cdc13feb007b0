package import CofferCore

/// Comparing the bucket with the table.
extension S3BlobStore {
    private static let shards = (0..<256).map { Hex.encode([UInt8($0)]) }

    /// S3 tells whole seconds, both of its objects and of its own clock: what is a little younger may be old enough.
    ///
    /// What this process has written is known better (``FreshBlobs``), and nobody else writes here (``S3Owner``).
    private static let vagueness: Duration = .seconds(2)

    package func reconcile(
        unclaimedBefore: Timestamp,
        claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>
    ) async throws -> Reconciliation {
        try await owner.check()
        // Removes left-over files; what it misses may well be in the bucket.
        var found = try await local.reconcile(unclaimedBefore: unclaimedBefore, claimed: claimed)
        found.missing = 0
        let age = unclaimedBefore.duration(to: clock.now) - Self.vagueness
        fresh.forget(before: unclaimedBefore)
        try await compare(age: age, into: &found, claimed: claimed)
        return found
    }

    /// A request that was under way when the process before this one ended may be carried out after we have looked.
    package func removeStragglers(
        claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>
    ) async throws -> Int {
        try await owner.check()
        var found = Reconciliation()
        // What this process has written is all still known.
        try await compare(age: Self.anyAge, into: &found, claimed: claimed)
        return found.orphansRemoved
    }

    private static let anyAge: Duration = .seconds(-86_400)

    private func compare(
        age: Duration,
        into found: inout Reconciliation,
        claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>
    ) async throws {
        var objects = ObjectLister(client: client, age: age)
        for shard in Self.shards {
            let stored = try await objects.next(shard)
            let rows = try await claimed(shard)
            found.orphansRemoved += try await removeOrphans(stored, rows: rows) { try await claimed(shard) }
            let absent = rows.subtracting(stored.keys)
            found.missing += try await countMissing(absent) { try await claimed(shard) }
            try await removeCopies(rows.intersection(stored.keys), shard)
        }
        try await giveUpUploads(age: age)
    }

    /// `stored`: for each key, whether it is old enough to be an orphan.
    private func removeOrphans(
        _ stored: [BlobKey: Bool],
        rows: Set<BlobKey>,
        askAgain: () async throws -> Set<BlobKey>
    ) async throws -> Int {
        let orphans = Set(stored.filter(\.value).keys).subtracting(rows)
        guard !orphans.isEmpty else { return 0 }
        // Asked again: a row may have come while the bucket was listed.
        let unclaimed = orphans.subtracting(try await askAgain())
        var removed = 0
        for key in unclaimed where !readers.isOpen(key) && !fresh.contains(key) {
            try await client.delete(objectKey(of: key))
            removed += 1
        }
        return removed
    }

    private func countMissing(_ absent: Set<BlobKey>, askAgain: () async throws -> Set<BlobKey>) async throws -> Int {
        let gone = absent.subtracting(try await local.present(absent))
        guard !gone.isEmpty else { return 0 }
        var missing = 0
        // Blobs may have come and gone since the bucket was listed: only what is still claimed and still absent counts.
        for key in gone.intersection(try await askAgain()) where try await client.size(of: objectKey(of: key)) == nil {
            missing += 1
        }
        return missing
    }

    /// Removes the local files of uploads that were published and made ready before a crash.
    private func removeCopies(_ keys: Set<BlobKey>, _ shard: String) async throws {
        let copies = try await local.present(keys)
        guard !copies.isEmpty else { return }
        for key in copies.subtracting(try await openUploads(shard)) {
            await local.erase(Blob(key: key, size: 0, sha256: nil, seal: nil, place: .stored))
        }
    }

    /// Gives up uploads that an earlier process has begun.
    private func giveUpUploads(age: Duration) async throws {
        var token: String?
        repeat {
            let page = try await client.listUploads(Self.folder, after: token)
            for upload in page.objects where upload.changedAt.duration(to: page.answeredAt) > age {
                guard let id = upload.upload, let key = BlobKey(String(upload.key.dropFirst(Self.folder.count))),
                    !fresh.contains(key)
                else { continue }
                try await client.abortUpload(upload.key, upload: id)
            }
            token = page.next
        } while token != nil
    }
}

/// Walks through the keys of a bucket in their order, a page at a time.
private struct ObjectLister {
    let client: S3Client
    /// Objects older than this may be orphans.
    let age: Duration
    private var page: [(key: BlobKey, isOld: Bool)] = []
    private var token: String?
    private var isStarted = false

    init(client: S3Client, age: Duration) {
        self.client = client
        self.age = age
    }

    /// The keys that begin with the next two digits; call it once for each pair, ascending.
    mutating func next(_ shard: String) async throws -> [BlobKey: Bool] {
        var found: [BlobKey: Bool] = [:]
        while true {
            while let first = page.last, first.key.description.prefix(2) <= shard {
                found[first.key] = first.isOld
                page.removeLast()
            }
            guard page.isEmpty, !isStarted || token != nil else { return found }
            let next = try await client.list(S3BlobStore.folder, after: token)
            isStarted = true
            token = next.next
            // The first one last, to be taken from there. What is not named like a blob is not ours.
            page = next.objects.reversed().compactMap { object in
                BlobKey(String(object.key.dropFirst(S3BlobStore.folder.count))).map { key in
                    (key, object.changedAt.duration(to: next.answeredAt) > age)
                }
            }
        }
    }
}
