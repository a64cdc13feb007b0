import CofferCore
import CofferTesting
import Foundation
import Glibc
import Logging
import NIOCore
import NIOPosix
import Testing
import Yjs

@testable import DialectHeaper

/// Ada's heap with a folder on the disk, and what scans it.
struct ScanFixture: Sendable {
    let documents: DocumentFixture
    let directory: TemporaryDirectory
    let folders: HeapFolders
    let store: ScanStore
    let desk: ScanDesk
    let runner: ScanRunner
    let hasher: FileHasher
    /// Stands still; ages of files count from it.
    let fileClock = ManualClock()

    /// The heap's folder.
    var root: String { "\(directory.path)/heaps/ADA/HEAP" }
    var mount: String { "\(directory.path)/mounted" }
    var heap: HeapPlace { documents.heaps.heap }
    var database: SQLiteDatabase { documents.database }

    static func run(_ body: (ScanFixture) async throws -> Void) async throws {
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        try await DocumentFixture.run { documents in
            try await body(ScanFixture(documents, threads))
        }
        try await threads.shutdownGracefully()
    }

    private init(_ documents: DocumentFixture, _ threads: NIOThreadPool) throws {
        self.documents = documents
        directory = try TemporaryDirectory()
        let path = directory.path
        let settings = try ScanSettings(
            SettingsGroup { name in
                name == "mounts" ? .init(text: "HEAP:photos=\(path)/mounted", origin: name) : nil
            }
        )
        folders = HeapFolders(settings, dataPath: path)
        store = ScanStore(
            database: documents.database,
            stamps: documents.parts.stamps,
            clock: documents.clock,
            random: SystemRandomSource()
        )
        desk = ScanDesk(store: store, events: documents.parts.events)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        runner = ScanRunner(
            desk: desk,
            store: store,
            folders: folders,
            documents: documents.hub,
            events: documents.parts.events,
            mediaTypes: MediaTypeDetector(),
            work: BackgroundWork("scans", clock: documents.clock, logger: quiet),
            logger: quiet
        )
        hasher = FileHasher(threads: threads, width: 2, mediaTypes: MediaTypeDetector(), fileClock: fileClock)
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    // MARK: Files

    /// Writes a file whose time is long ago, `age` hours, so that it counts as settled.
    func write(_ path: String, _ text: String, age: Int = 24) throws {
        let url = URL(fileURLWithPath: "\(root)/\(path)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        try setAge(age, of: path)
    }

    func setAge(_ hours: Int, of path: String) throws {
        let time = Double(fileClock.now.seconds - 3600 * Int64(hours))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: time)],
            ofItemAtPath: "\(root)/\(path)"
        )
    }

    func move(_ path: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: "\(root)/\(path)", toPath: "\(root)/\(other)")
    }

    func remove(_ path: String) throws {
        try FileManager.default.removeItem(atPath: "\(root)/\(path)")
    }

    // MARK: Scanning

    func order(_ path: String = "") async throws -> Scan {
        try await desk.order(FolderPath(asked: path), in: heap, by: documents.heaps.ada)
    }

    /// Scans to the end.
    @discardableResult
    func scan(_ path: String = "") async throws -> Scan {
        let scan = try await order(path)
        await runner.perform(try #require(desk.next()), hasher)
        return try #require(try await store.scan(scan.id))
    }

    // MARK: Looking

    struct Row: Equatable, CustomStringConvertible {
        let block: String
        let name: String
        let size: Int64
        let isUploaded: Bool

        var description: String { "\(name) \(size)\(isUploaded ? "" : " gone")" }
    }

    /// The heap's files by name.
    func files() async throws -> [Row] {
        try await database.read { session in
            try session.query(
                "SELECT block_id, name, file_size, is_uploaded FROM heaper_files ORDER BY name, block_id"
            ) { Row(block: $0.text(0), name: $0.text(1), size: $0.integer(2), isUploaded: $0.bool(3)) }
        }
    }

    func names() async throws -> [String] { try await files().map(\.description) }

    func duplicates() async throws -> [String] {
        try await database.read { session in
            try session.query("SELECT name FROM heaper_duplicates ORDER BY name") {
                String(decoding: $0.bytes(0), as: UTF8.self)
            }
        }
    }

    /// Names of the files that a block's document lists.
    func listed(_ block: String) async throws -> [String] {
        let document = try await documents.hub.snapshot(of: BlockID(unchecked: block))
        guard case .object(let entries) = document.value(of: FileEntry.root, as: .map) else { return [] }
        return entries.compactMap { entry in
            guard case .object(let members) = entry.value else { return nil }
            guard case .string(let name)? = members.first(where: { $0.key == "name" })?.value else { return nil }
            return name
        }
    }

    /// The title of a block's row, which is that of its document.
    func title(of block: String) async throws -> String? {
        let document = try await documents.hub.snapshot(of: BlockID(unchecked: block))
        let title = try await database.read { session in
            try session.first("SELECT title FROM heaper_blocks WHERE id = \(block)") { $0.text(0) }
        }
        #expect(document.plainText(of: BlockEdits.title) == title)
        return title
    }

    func bytes(of block: String, in originals: Originals? = nil) async throws -> String? {
        let file = try await database.read { session in
            try FileRows.files(of: BlockID(unchecked: block), in: session).first
        }
        let finder = originals ?? Originals(database: database, folders: folders)
        guard let reader = try await finder.openOriginal(of: try #require(file)) else { return nil }
        defer { reader.close() }
        return String(buffer: try await reader.read(from: 0, count: Int(reader.size)))
    }
}
