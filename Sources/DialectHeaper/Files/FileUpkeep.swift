import CofferCore
import ServiceLifecycle

/// What files need beside their routes: entries that a crash kept out of documents, and contents that nobody names.
struct FileUpkeep: Service {
    private static let interval: Duration = .seconds(60)
    /// Contents that lost their last file without anybody's notice are looked for once in so many rounds.
    private static let roundsOfThorough = 60
    private static let batch = 100

    let contents: ContentStore
    let listing: FileListing
    let work: BackgroundWork

    func run() async throws {
        await work.untilShutdown {
            await work.attempt("list files") { try await listUnlisted() }
            var round = 0
            while true {
                let start = work.clock.now
                let isThorough = round % Self.roundsOfThorough == 0
                await work.attempt("free contents") {
                    try await isThorough ? contents.collectAll() : contents.collect()
                }
                round += 1
                try await work.rest(Self.interval, since: start)
            }
        }
    }

    /// Writes files into the documents of their blocks that were recorded by a process that did not come so far.
    func listUnlisted() async throws {
        var last = ""
        while true {
            let found = try await unlisted(after: last)
            for (file, target, user) in found {
                last = file.id.text
                try Task.checkCancellation()
                // One document that cannot be edited must not keep the others waiting.
                await work.attempt("list file \(last)") {
                    do {
                        try await listing.list(file, in: target, by: user)
                    } catch HeaperError.blockNotFound {
                        // Purged meanwhile; its file went with it.
                    }
                }
            }
            if found.count < Self.batch { return }
        }
    }

    private func unlisted(after id: String) async throws -> [(HeaperFile, FileTarget, UserID)] {
        try await contents.drops.database.read { session in
            try session.query(
                """
                SELECT \(part: HeaperFile.columns), k.owner_id, k.sync_version, k.floor_version, k.deleted_at,
                    h.index_block_id, h.owner_id, h.encrypted
                FROM heaper_files f
                JOIN heaper_blocks k ON k.id = f.block_id AND k.purged_at IS NULL
                JOIN heaper_heaps h ON h.id = f.heap_id AND h.deleted_at IS NULL
                WHERE f.is_uploaded = 1 AND f.in_document = 0 AND f.id > \(id) ORDER BY f.id LIMIT \(Self.batch)
                """
            ) { row in
                let file = HeaperFile(row)
                let own = HeaperFile.columnCount
                let heap = HeapPlace(
                    heap: file.heap,
                    indexBlock: BlockID(unchecked: row.text(own + 4)),
                    owner: UserID(unchecked: row.text(own + 5)),
                    role: .owner,
                    isEncrypted: row.bool(own + 6)
                )
                let place = BlockPlace(
                    block: file.block,
                    heap: heap,
                    version: row.integer(own + 1),
                    floor: row.integer(own + 2),
                    deletedAt: row.optionalTime(own + 3)
                )
                return (file, .block(place), UserID(unchecked: row.text(own)))
            }
        }
    }
}
