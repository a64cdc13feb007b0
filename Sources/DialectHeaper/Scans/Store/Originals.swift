import CofferCore
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// ``OriginalFinding`` by what scans have seen.
struct Originals: OriginalFinding {
    /// Copies of a file that are tried.
    private static let attempts = 8

    let database: any Database
    let folders: HeapFolders

    private struct Place: Sendable {
        let owner: UserID
        let root: String
        let path: FolderPath
        let name: [UInt8]
        let facts: FileFacts
    }

    func openOriginal(of file: HeaperFile) async throws -> (any BlobReader)? {
        let places = try await database.read { session in
            try session.query(
                """
                SELECT h.owner_id, o.root, o.path, s.name, s.inode, s.size, s.modified FROM heaper_scan_files s
                JOIN heaper_scan_folders o ON o.folder = s.folder JOIN heaper_heaps h ON h.id = o.heap_id
                WHERE s.block_id = \(file.block) AND s.hash = \(file.hash) AND s.is_missing = 0
                    AND o.heap_id = \(file.heap) ORDER BY s.folder, s.name LIMIT \(Self.attempts)
                """
            ) { row in
                Place(
                    owner: UserID(unchecked: row.text(0)),
                    root: row.text(1),
                    path: FolderPath(stored: row.bytes(2)),
                    name: row.bytes(3),
                    facts: FileFacts(inode: row.integer(4), size: row.integer(5), modified: row.integer(6))
                )
            }
        }
        guard !places.isEmpty else { return nil }
        return try await NIOThreadPool.singleton.runIfActive {
            for place in places {
                if let reader = open(place, in: file.heap) { return reader }
            }
            return nil
        }
    }

    private func open(_ place: Place, in heap: HeapID) -> OriginalReader? {
        guard let root = folders.roots(of: heap, owner: place.owner).first(where: { $0.name == place.root }) else {
            return nil
        }
        guard let folder = try? root.open(place.path), let opened = try? folder.file(place.name[...]) else {
            return nil
        }
        let reader = OriginalReader(descriptor: opened.descriptor, size: opened.facts.size)
        // A time that could not be relied on was not stored; inode and size must do then.
        let isSame =
            place.facts.modified == .min
            ? opened.facts.inode == place.facts.inode && opened.facts.size == place.facts.size
            : opened.facts.isLike(place.facts)
        return isSame ? reader : nil
    }
}

/// Reads a file that is not ours.
final class OriginalReader: BlobReader {
    let size: Int64
    private let descriptor: CInt
    private let isClosed = Atomic(false)

    init(descriptor: CInt, size: Int64) {
        self.descriptor = descriptor
        self.size = size
    }

    deinit {
        close()
    }

    var plainFile: PlainFile? { PlainFile(descriptor: descriptor) }

    func read(from offset: Int64, count: Int) async throws -> ByteBuffer {
        let (descriptor, wanted) = (descriptor, Int(min(Int64(count), max(0, size - offset))))
        return try await NIOThreadPool.singleton.runIfActive {
            var buffer = ByteBufferAllocator().buffer(capacity: wanted)
            try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { space in
                var filled = 0
                while filled < wanted {
                    let target = space.baseAddress?.advanced(by: filled)
                    let got = pread(descriptor, target, wanted - filled, off_t(offset) + filled)
                    if got < 0 && errno == EINTR { continue }
                    guard got >= 0 else { throw StorageError.unavailable("an original cannot be read") }
                    if got == 0 { break }
                    filled += got
                }
                return filled
            }
            return buffer
        }
    }

    func close() {
        guard isClosed.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        Glibc.close(descriptor)
    }
}
