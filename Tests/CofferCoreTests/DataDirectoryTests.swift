import CofferTesting
import Foundation
import Testing

@testable import CofferCore

@Suite("DataDirectory")
struct DataDirectoryTests {
    private let parent: TemporaryDirectory

    init() throws {
        parent = try temporaryDirectory()
    }

    @Test func missingFoldersAreMadeForTheOwnerAlone() throws {
        let directory = try DataDirectory(path: "\(parent.path)/a/b/data")
        #expect(directory.path == "\(parent.path)/a/b/data")
        for path in ["a", "a/b", "a/b/data"] { #expect(mode(of: "\(parent.path)/\(path)") == 0o700) }
        #expect(mode(of: "\(parent.path)/a/b/data/lock") == 0o600)
        #expect(directory.databasePath == "\(parent.path)/a/b/data/coffer.sqlite")
        #expect(directory.blobsPath == "\(parent.path)/a/b/data/blobs")
    }

    @Test func databaseFilesAreForTheOwnerAlone() async throws {
        let directory = try DataDirectory(path: "\(parent.path)/data")
        let database = try SQLiteDatabase(path: directory.databasePath)
        try await database.execute("CREATE TABLE t (id INTEGER)")
        for suffix in ["", "-wal", "-shm"] { #expect(mode(of: directory.databasePath + suffix) == 0o600) }
        try await database.close()
    }

    @Test func secondOpeningIsRefusedWhileTheFirstIsOpen() throws {
        let path = "\(parent.path)/data"
        do {
            let first = try DataDirectory(path: path)
            #expect(throws: DataDirectory.Failure.inUse(path)) { try DataDirectory(path: path) }
            withExtendedLifetime(first) {}
        }
        _ = try DataDirectory(path: path)
    }

    /// A child has such a copy from its `fork` to its `exec`.
    @Test func releasedDirectoryIsFreeThoughACopyOfTheDescriptorIsOpen() throws {
        let path = "\(parent.path)/data"
        let first = try DataDirectory(path: path)
        let copy = try #require(
            (0..<4096).first { target(ofDescriptor: $0) == "\(path)/lock" }.map { dup($0) },
            "the lock is open"
        )
        defer { close(copy) }
        first.release()
        let second = try DataDirectory(path: path)
        first.release()
        #expect(throws: DataDirectory.Failure.inUse(path)) { try DataDirectory(path: path) }
        withExtendedLifetime(second) {}
    }

    private func target(ofDescriptor descriptor: CInt) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
    }

    @Test func fileInPlaceOfTheDirectoryIsRefused() throws {
        let path = "\(parent.path)/file"
        try Data([1]).write(to: URL(fileURLWithPath: path))
        #expect(throws: DataDirectory.Failure.notADirectory(path)) { try DataDirectory(path: path) }
    }

    @Test func fileAboveTheDirectoryIsRefused() throws {
        try Data([1]).write(to: URL(fileURLWithPath: "\(parent.path)/file"))
        let path = "\(parent.path)/file/data"
        let failure = #expect(throws: DataDirectory.Failure.self) { try DataDirectory(path: path) }
        guard case .notWritable(path, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(arguments: [
        (DataDirectory.Failure.inUse("/d"), "The data directory /d is in use by another coffer process."),
        (.notADirectory("/d"), "The data directory /d is not a directory."),
        (.notWritable("/d", reason: "No space"), "The data directory /d cannot be used: No space."),
    ])
    func failuresAreSentences(failure: DataDirectory.Failure, sentence: String) {
        #expect(failure.description == sentence)
    }
}

@Suite("StorageError")
struct StorageErrorTests {
    @Test(arguments: [ENOSPC, EDQUOT, EFBIG])
    func noRoomIsFull(code: Int32) {
        #expect(StorageError(errno: code, doing: "write") == .full)
    }

    @Test func anythingElseIsUnavailable() {
        #expect(StorageError(errno: EACCES, doing: "open file") == .unavailable("open file: Permission denied"))
    }

    @Test(
        arguments: [(13, true), (13 | 1 << 8, true), (10 | 19 << 8, true), (10, false), (5, false)] as [(Int32, Bool)]
    )
    func resultCodesOfAFullDiskAreFull(code: Int32, isFull: Bool) {
        #expect((StorageError(sqlite: code, message: "m") == .full) == isFull)
    }
}
