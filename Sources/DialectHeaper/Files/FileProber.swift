import CofferCore
import CofferMedia
import ServiceLifecycle

/// Finds out how large, how long and of what kind pictures and films are that arrived, unless their client has told.
///
/// It works behind the answers, so that no upload waits for a tool. Rows say what is left to do, so nothing is forgotten
/// when the server stops in between.
struct FileProber: Service {
    private static let batch = 32
    /// How often it looks for files that arrived; one look at an index that is empty most of the time.
    private static let interval: Duration = .seconds(2)

    let finder: FileFinder
    let media: Media
    let stamps: StampSource
    let events: any HeapEventPassing
    let work: BackgroundWork

    /// Whether files of this type have anything to be found out.
    static func looksInto(_ mediaType: String) -> Bool {
        ["image/", "video/", "audio/"].contains { mediaType.hasPrefix($0) }
    }

    func run() async throws {
        await work.repeat(every: Self.interval) {
            while try await lookIntoSome() { try Task.checkCancellation() }
        }
    }

    /// Looks into the oldest files that wait.
    ///
    /// - Returns: whether there were any.
    /// - Throws: ``StorageError``, `CancellationError`.
    func lookIntoSome() async throws -> Bool {
        let found = try await finder.unprobed(most: Self.batch)
        guard !found.isEmpty else { return false }
        var facts: [(HeaperFile, MediaFacts)] = []
        for file in found {
            facts.append((file.file, await read(file)))
            // A run that was ended says nothing of the file.
            try Task.checkCancellation()
        }
        try await record(facts)
        return true
    }

    private func read(_ found: FileFinder.Found) async -> MediaFacts {
        guard Self.looksInto(found.file.mimeType), let reader = try? await finder.open(found) else {
            return MediaFacts()
        }
        defer { reader.close() }
        return await MediaFacts.read(from: reader, media)
    }

    private func record(_ found: [(HeaperFile, MediaFacts)]) async throws {
        let changed = try await finder.drops.database.write { [stamps] session in
            try found.filter { file, facts in
                try session.execute(
                    """
                    UPDATE heaper_files SET unprobed = 0, width = COALESCE(width, \(facts.width)),
                        height = COALESCE(height, \(facts.height)),
                        duration_ms = COALESCE(duration_ms, \(facts.duration?.wholeMilliseconds)),
                        exif_data = COALESCE(exif_data, \(facts.exif))
                    WHERE id = \(file.id)
                    """
                )
                guard let now = try FileRows.file(file.id, in: session), now.facts != file.facts else { return false }
                try BlockRows.touch(file.block, stamp: try stamps.next(in: session), session)
                return true
            }
        }
        for (file, _) in changed {
            events.publish(HeapEvent(kind: .blockChanged, heap: file.heap, block: file.block))
        }
    }
}
