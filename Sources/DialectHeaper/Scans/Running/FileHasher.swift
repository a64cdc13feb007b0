import CofferCore
import NIOCore
import NIOPosix

/// A file that was read to its end.
struct ReadFile: Sendable {
    let source: FileToRead
    /// As of when it was read.
    let facts: FileFacts
    let hash: ContentHash
    let mimeType: String
}

/// Reads files on threads of its own and tells what is in them.
struct FileHasher: Sendable {
    struct Outcome: Sendable {
        var files: [ReadFile] = []
        /// They went in the meantime, or became something else.
        var gone = 0
        /// They cannot be read, or do not stand still.
        var errors = 0
    }

    private static let attempts = 2
    /// A file that changed so short a time before it was read may change again without a new time.
    private static let unsettledNanoseconds: Int64 = 1_000_000_000

    let threads: NIOThreadPool
    let width: Int
    let mediaTypes: MediaTypeDetector
    /// The time by which files are stamped, whatever the server's clock says.
    var fileClock: any WallClock = SystemWallClock()

    /// Reads them all, as many at once as there are threads; stops early when it is told to.
    func read(_ files: [FileToRead], while mayGoOn: @escaping @Sendable () -> Bool) async throws -> Outcome {
        let share = max(1, (files.count + width - 1) / width)
        let starts = Array(stride(from: 0, to: files.count, by: share))
        return try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
            for (index, start) in starts.enumerated() {
                let slice = files[start..<min(start + share, files.count)]
                group.addTask { (index, try await threads.runIfActive { readSlice(slice, while: mayGoOn) }) }
            }
            // In the order of the walk, whoever was first: of two copies, the first in it gets the block.
            var outcomes = [Outcome](repeating: Outcome(), count: starts.count)
            for try await (index, outcome) in group { outcomes[index] = outcome }
            return outcomes.reduce(into: Outcome()) { all, outcome in
                all.files += outcome.files
                all.gone += outcome.gone
                all.errors += outcome.errors
            }
        }
    }

    private func readSlice(_ files: ArraySlice<FileToRead>, while mayGoOn: () -> Bool) -> Outcome {
        var (outcome, space) = (Outcome(), FileReading.makeSpace())
        var open: (key: FolderKey, handle: FolderHandle)?
        for file in files where mayGoOn() {
            do throws(FolderFailure) {
                if open?.key != file.folder { open = (file.folder, try file.root.open(file.path)) }
                guard let handle = open?.handle else { continue }
                if let read = try read(file, in: handle, &space, while: mayGoOn) { outcome.files.append(read) }
            } catch .missing, .link, .otherKind {
                outcome.gone += 1
            } catch {
                outcome.errors += 1
            }
        }
        return outcome
    }

    /// - Returns: nil when it was told to stop.
    private func read(
        _ file: FileToRead,
        in folder: FolderHandle,
        _ space: inout [UInt8],
        while mayGoOn: () -> Bool
    ) throws(FolderFailure) -> ReadFile? {
        for _ in 0..<Self.attempts {
            let (descriptor, before) = try folder.file(file.found.name[...])
            let reading = FileReading(descriptor: descriptor)
            let sampleBytes = MediaTypeDetector.sampleBytes
            guard
                let read = try reading.digest(
                    in: &space,
                    sampleBytes: sampleBytes,
                    size: before.size,
                    while: mayGoOn
                )
            else { return nil }
            let after = try reading.facts()
            guard after.isLike(before), read.bytes == after.size else { continue }
            return ReadFile(
                source: file,
                facts: settled(after),
                hash: ContentHash(read.sha256),
                mimeType: type(of: file.found.name, read.sample)
            )
        }
        throw .unreadable(0)
    }

    /// A time that fits no file takes the place of one that cannot be relied on, so that the file is read again next time.
    private func settled(_ facts: FileFacts) -> FileFacts {
        let age = fileClock.now.milliseconds &* 1_000_000 &- facts.modified
        guard age < Self.unsettledNanoseconds, age > -Self.unsettledNanoseconds else { return facts }
        return FileFacts(inode: facts.inode, size: facts.size, modified: .min)
    }

    private func type(of name: [UInt8], _ sample: [UInt8]) -> String {
        NamedTypes.mimeType(ofName: name) ?? mediaTypes.mediaType(of: ByteBuffer(bytes: sample))
            ?? "application/octet-stream"
    }
}
