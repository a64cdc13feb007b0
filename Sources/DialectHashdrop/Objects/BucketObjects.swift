import CofferCore
import CofferHTTP

/// The bucket of an object store that clients talk to directly.
///
/// What is to be erased stands in a table before the rows of its owner are gone, so no crash leaves an orphan.
struct BucketObjects: ObjectPlace {
    /// How long after a failure an object is tried again.
    private static let patience: Duration = .seconds(30)
    private static let batch = 100

    let bucket: any ObjectBucket
    /// For files from before there was a bucket.
    let embedded: EmbeddedObjects
    let settings: FileSettings
    let database: any Database
    let clock: any WallClock

    func uploadURL(_ key: ObjectKey, site: Site) async throws -> String {
        try await bucket.putURL(key.text, seconds: Int(settings.uploadURLLife.components.seconds))
    }

    func downloadURL(_ key: ObjectKey, isBlob: Bool, site: Site) async throws -> String {
        guard !isBlob else { return try await embedded.downloadURL(key, isBlob: true, site: site) }
        return try await bucket.getURL(key.text, seconds: Int(settings.downloadURLLife.components.seconds))
    }

    func measure(_ file: StoredFile) async throws -> ObjectSize {
        guard file.drop == nil else { return .knownToDatabase }
        return try await bucket.size(of: file.key.text).map { .bytes($0) } ?? .missing
    }

    /// A single object goes at once, many are left to the next ``eraseDue()``, so that nobody waits for all of them.
    func erase(_ doomed: Doomed) async {
        await embedded.erase(doomed)
        guard doomed.objects.count == 1, let key = doomed.objects.first else { return }
        try? await erase(key)
    }

    private func erase(_ key: ObjectKey) async throws {
        do {
            try await bucket.erase(key.text)
        } catch {
            let next = clock.now.advanced(by: Self.patience)
            _ = try await database.write { session in
                try session.execute("UPDATE hashdrop_doomed_objects SET due_at = \(next) WHERE object_key = \(key)")
            }
            throw error
        }
        let now = clock.now
        try await database.write { session in
            try session.execute("DELETE FROM hashdrop_doomed_objects WHERE object_key = \(key) AND last_at <= \(now)")
            try session.execute("UPDATE hashdrop_doomed_objects SET due_at = last_at WHERE object_key = \(key)")
        }
    }

    /// Erases what is due.
    ///
    /// - Throws: the error of the last object that could not be erased; the others are.
    func eraseDue() async throws {
        let now = clock.now
        var failure: (any Error)?
        while true {
            let keys = try await database.read { session in
                try session.query(
                    """
                    SELECT object_key FROM hashdrop_doomed_objects WHERE due_at <= \(now)
                    ORDER BY due_at LIMIT \(Self.batch)
                    """
                ) { ObjectKey(stored: $0.text(0)) }
            }
            for key in keys {
                try Task.checkCancellation()
                do { try await erase(key) } catch { failure = error }
            }
            guard keys.count == Self.batch, failure == nil else { break }
        }
        if let failure { throw failure }
    }
}
