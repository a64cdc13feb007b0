import Synchronization

/// Downloads that broke off after they had counted, and may be continued for a while without counting again.
///
/// Each keeps its admission, so the bytes stay even when it was the last use. They live in memory: a restart ends the
/// right to continue.
final class InterruptedDownloads: Sendable {
    private struct Entry {
        let admission: Admission
        let reader: String
        let end: Timestamp
    }

    /// Enough for any honest number of broken connections; past it, the one that ends first goes.
    private static let most = 10_000

    private let entries = Mutex<[DropID: [Entry]]>([:])

    /// - Returns: an admission that had to give way, to be released.
    func keep(_ admission: Admission, reader: String, until end: Timestamp) -> Admission? {
        entries.withLock { entries in
            entries[admission.drop, default: []].append(Entry(admission: admission, reader: reader, end: end))
            guard entries.values.reduce(0, { $0 + $1.count }) > Self.most,
                let (drop, first) = entries.compactMap({ drop, kept in
                    kept.min { $0.end < $1.end }.map { (drop, $0) }
                }).min(by: { $0.1.end < $1.1.end })
            else { return nil }
            entries[drop]?.removeAll { $0.admission === first.admission }
            if entries[drop]?.isEmpty == true { entries[drop] = nil }
            return first.admission
        }
    }

    func take(_ drop: DropID, slot: Int64, reader: String, at now: Timestamp) -> Admission? {
        entries.withLock { entries in
            guard
                let index = entries[drop]?.firstIndex(where: {
                    $0.reader == reader && $0.admission.slot == slot && $0.end > now
                })
            else { return nil }
            let entry = entries[drop]?.remove(at: index)
            if entries[drop]?.isEmpty == true { entries[drop] = nil }
            return entry?.admission
        }
    }

    func takeEnded(at now: Timestamp) -> [Admission] {
        entries.withLock { entries in
            let ended = entries.values.joined().filter { $0.end <= now }.map(\.admission)
            entries = entries.mapValues { $0.filter { $0.end > now } }.filter { !$0.value.isEmpty }
            return ended
        }
    }

    var nextEnd: Timestamp? {
        entries.withLock { $0.values.joined().map(\.end).min() }
    }

    var count: Int {
        entries.withLock { $0.values.reduce(0) { $0 + $1.count } }
    }
}

extension DropStore {
    /// Keeps a download that broke off, so that the same reader may continue it without counting again.
    ///
    /// `reader` names who that is, such as an address.
    package func interrupt(_ admission: Admission, by reader: String, resumableFor time: Duration) async {
        let end = clock.now.advanced(by: time)
        let displaced = interrupted.keep(admission, reader: reader, until: end)
        expectSweep(at: end)
        if let displaced { try? await release(displaced) }
    }

    /// How many downloads broke off and may still be continued.
    package var interruptedCount: Int { interrupted.count }

    /// Takes up a download that this reader broke off.
    ///
    /// - Returns: nil when there is none, or its time is over.
    package func resume(_ drop: DropID, slot: Int64, by reader: String) -> Admission? {
        interrupted.take(drop, slot: slot, reader: reader, at: clock.now)
    }

    /// Opens a slot's bytes without asking for admission: for readers who hold one, and for those who do not count.
    ///
    /// - Throws: ``BlobError/missing``, ``StorageError``.
    package func openReader(_ slot: DropSlot) async throws -> any BlobReader {
        guard let blob = slot.blob else { throw BlobError.missing }
        return try await blobs.openReader(blob)
    }
}
