import CofferCore
import CofferMedia
import ServiceLifecycle
import Synchronization

/// Finds out how large, how long and of what kind pictures and films are that arrived, unless their client has told.
///
/// It works behind the answers, so that no upload waits for a tool. Rows say what is left to do, so nothing is forgotten
/// when the server stops in between. A file that the machine could not look into, because its tools were busy or its disk
/// failed, is looked into again in the next rounds.
final class FileProber: Service {
    private static let batch = 32
    /// How often it looks for files that arrived; one look at an index that is empty most of the time.
    private static let interval: Duration = .seconds(2)
    /// How often the machine may fail a file: some ten minutes of rounds, in which others may have to wait.
    private static let mostTries = 300
    private static let mostAbsences = 3
    /// A file at which a tool does not end is tried once more, as it may have been the machine.
    private static let mostTimeOuts = 2

    private let finder: FileFinder
    private let media: Media
    private let stamps: StampSource
    private let events: any HeapEventPassing
    private let work: BackgroundWork
    /// How often each file of the last look has been tried in vain.
    private let tries = Mutex<[FileID: Int]>([:])

    init(
        finder: FileFinder,
        media: Media,
        stamps: StampSource,
        events: any HeapEventPassing,
        work: BackgroundWork
    ) {
        self.finder = finder
        self.media = media
        self.stamps = stamps
        self.events = events
        self.work = work
    }

    /// Whether files of this type have anything to be found out.
    static func looksInto(_ mediaType: String) -> Bool {
        ["image/", "video/", "audio/"].contains { mediaType.hasPrefix($0) }
    }

    func run() async throws {
        await work.repeat(every: Self.interval) {
            while try await self.lookIntoSome() { try Task.checkCancellation() }
        }
    }

    /// Looks into some of the files that wait.
    ///
    /// - Returns: whether there may be others to look into now.
    /// - Throws: ``StorageError``, `CancellationError`.
    func lookIntoSome() async throws -> Bool {
        let found = try await finder.unprobed(most: Self.batch)
        let ids = Set(found.map(\.file.id))
        tries.withLock { $0 = $0.filter { ids.contains($0.key) } }
        var facts: [(HeaperFile, MediaFacts)] = []
        for file in found {
            let read = await read(file)
            // A run that was ended says nothing of the file.
            try Task.checkCancellation()
            if let read { facts.append((file.file, read)) }
        }
        try await record(facts)
        return !facts.isEmpty && facts.count == found.count
    }

    /// - Returns: nil when it is to be tried again.
    private func read(_ found: FileFinder.Found) async -> MediaFacts? {
        guard Self.looksInto(found.file.mimeType) else { return MediaFacts() }
        do {
            let reader = try await finder.open(found)
            defer { reader.close() }
            return MediaFacts(try await media.inspect(MediaInput(reader)))
        } catch let failure as MediaFailure {
            switch failure {
            case .unavailable, .unsupported, .tooLarge, .broken: return MediaFacts()
            case .timedOut: return again(found.file, most: Self.mostTimeOuts)
            case .busy, .stopped, .system: return again(found.file, most: Self.mostTries)
            }
        } catch FileFailure.notReady {
            // Whoever brings the bytes has it looked into anew; they may be coming just now.
            return again(found.file, most: Self.mostAbsences)
        } catch {
            return again(found.file, most: Self.mostTries)
        }
    }

    /// - Returns: nil as long as a file may be tried again.
    private func again(_ file: HeaperFile, most: Int) -> MediaFacts? {
        let count = tries.withLock { tries in
            tries[file.id, default: 0] += 1
            return tries[file.id, default: 0]
        }
        return count < most ? nil : MediaFacts()
    }

    private func record(_ found: [(HeaperFile, MediaFacts)]) async throws {
        guard !found.isEmpty else { return }
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
