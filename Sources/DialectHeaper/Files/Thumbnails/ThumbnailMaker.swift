import CofferCore
import CofferMedia
import Logging
import Synchronization

/// Makes thumbnails that are not stored, one at a time for each of them, and stores them.
struct ThumbnailMaker: Sendable {
    private static let maxJobs = 128

    struct JobKey: Hashable, Sendable {
        let hash: ContentHash
        let key: String
    }

    let media: Media
    let finder: FileFinder
    let store: ThumbnailStore
    let jobs = SharedJobs<JobKey, Picture>(maxJobs: Self.maxJobs)
    let logger: Logger
    private let refusals: RefusedPictures
    private let trial: MediaTrial

    init(media: Media, finder: FileFinder, store: ThumbnailStore, clock: any WallClock, logger: Logger) {
        self.media = media
        self.finder = finder
        self.store = store
        self.logger = logger
        refusals = RefusedPictures(clock: clock)
        trial = MediaTrial(media, clock: clock, logger: logger)
    }

    /// Makes and stores a thumbnail; when somebody else is at it, waits for theirs.
    ///
    /// - Throws: ``ThumbnailFailure/unavailable``, ``ThumbnailFailure/busy``, ``FileFailure/notReady``, ``StorageError``.
    func make(_ wish: ThumbnailWish, of found: FileFinder.Found) async throws -> Picture {
        let key = JobKey(hash: found.file.hash, key: wish.key)
        guard !refusals.contains(key) else { throw ThumbnailFailure.unavailable }
        do {
            return try await jobs.result(for: key) { try await work(wish, found) }
        } catch let failure as MediaFailure {
            if case .system(let number) = failure {
                throw StorageError(errno: number, doing: "make a thumbnail")
            }
            // What is wrong with a file stays wrong; whether there are tools may change.
            switch failure {
            case .unsupported, .tooLarge: refusals.insert(key, for: .seconds(600))
            case .broken: if await trial.isWell() { refusals.insert(key, for: .seconds(600)) }
            // It may have been the machine.
            case .timedOut: refusals.insert(key, for: .seconds(60))
            default: break
            }
            throw ThumbnailFailure(failure)
        }
    }

    /// Forgets what was made of a content, and that nothing could be made.
    func forget(_ hash: ContentHash) async throws {
        refusals.remove(hash)
        try await store.forgetMade(of: hash)
    }

    private func work(_ wish: ThumbnailWish, _ found: FileFinder.Found) async throws -> Picture {
        let picture = try await draw(wish, of: found)
        let position: Duration? =
            if case .frame(let position) = wish.subject { position.moment(in: found.file.facts.duration) } else { nil }
        do {
            try await store.keep(
                ThumbnailStore.NewThumbnail(
                    hash: found.file.hash,
                    block: nil,
                    key: wish.key,
                    kind: wish.kind,
                    size: wish.size.rawValue,
                    position: position,
                    picture: picture
                )
            )
        } catch ThumbnailFailure.tooMany {
            // So many moments of a film are kept; others are made each time.
        } catch let error as StorageError {
            // The picture is there all the same.
            logger.warning("thumbnail is not kept", metadata: ["error": "\(error)"])
        }
        return picture
    }

    private func draw(_ wish: ThumbnailWish, of found: FileFinder.Found) async throws -> Picture {
        let reader = try await finder.open(found)
        defer { reader.close() }
        let input = MediaInput(reader)
        switch wish.subject {
        case .image: return try await media.thumbnail(of: input, longestEdge: wish.size.edge, as: wish.format)
        case .frame(let position):
            return try await media.frame(
                of: input,
                at: position.position,
                longestEdge: wish.size.edge,
                as: wish.format
            )
        case .animation: return try await media.animation(of: input, longestEdge: wish.size.edge)
        }
    }
}

extension MediaInput {
    /// What an open reader gives, which must stay open; its file itself where there is one.
    init(_ reader: any BlobReader) {
        if let file = reader.plainFile {
            self = .file(descriptor: file.descriptor, size: reader.size)
        } else {
            self = .bytes(size: reader.size) { try await reader.read(from: $0, count: $1) }
        }
    }
}

/// Remembers for a while of which contents no picture can be made, so that nobody makes us try again and again.
final class RefusedPictures: Sendable {
    private static let most = 1000

    private let until = Mutex<[ThumbnailMaker.JobKey: Timestamp]>([:])
    private let clock: any WallClock

    init(clock: any WallClock) {
        self.clock = clock
    }

    func contains(_ key: ThumbnailMaker.JobKey) -> Bool {
        let now = clock.now
        return until.withLock { $0[key].map { $0 > now } ?? false }
    }

    func insert(_ key: ThumbnailMaker.JobKey, for time: Duration) {
        let now = clock.now
        until.withLock { until in
            if until.count >= Self.most { until = until.filter { $0.value > now } }
            if until.count >= Self.most { until.removeAll() }
            until[key] = now.advanced(by: time)
        }
    }

    func remove(_ hash: ContentHash) {
        until.withLock { until in until = until.filter { $0.key.hash != hash } }
    }
}
