import CofferTesting
import Foundation
import Glibc
import Testing

@testable import DialectHeaper

@Suite("Heaper scans: walking")
struct FolderWalkerTests {
    private let directory: TemporaryDirectory
    private let root: FolderRoot

    init() throws {
        directory = try TemporaryDirectory()
        root = FolderRoot(name: "", base: directory.path)
    }

    private func make(_ path: String, _ text: String = "x") throws {
        let url = URL(fileURLWithPath: "\(directory.path)/\(path)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    /// All that a walk finds, with how much it skipped and failed at.
    private func walk(
        _ path: FolderPath = .root,
        limit: Int = 1000,
        root: FolderRoot? = nil
    ) -> (files: [String], parts: [FolderWalker.Part], skipped: Int, errors: Int) {
        let walker = FolderWalker([(root ?? self.root, path)])
        var (parts, skipped, errors) = ([FolderWalker.Part](), 0, 0)
        while true {
            let step = walker.next(limit: limit)
            parts += step.parts
            skipped += step.skipped
            errors += step.errors
            guard !step.isEnd else { break }
        }
        let files = parts.flatMap { part in part.files.map { part.folder.appending($0.name).text } }
        return (files, parts, skipped, errors)
    }

    @Test func filesComeInTheOrderOfTheirBytes() throws {
        for path in ["b", "a", "é", "B", "sub/2", "sub/1", "sub/deep/x", "other/y"] { try make(path) }
        #expect(walk().files == ["B", "a", "b", "é", "other/y", "sub/1", "sub/2", "sub/deep/x"])
    }

    @Test(arguments: [1, 2, 3, 1000])
    func partsCoverEachFolderOnce(_ limit: Int) throws {
        for index in 0..<7 { try make("f\(index)") }
        try make("sub/x")
        let found = walk(limit: limit)
        #expect(found.files == (0..<7).map { "f\($0)" } + ["sub/x"])
        let top = found.parts.filter(\.folder.isRoot)
        #expect(top.first?.after == nil)
        #expect(top.last?.isLast == true)
        for (left, right) in zip(top, top.dropFirst()) { #expect(left.through == right.after) }
    }

    @Test func linksPipesAndSocketsAreSkipped() throws {
        try make("real/file")
        try FileManager.default.createSymbolicLink(atPath: "\(directory.path)/out", withDestinationPath: "/etc")
        try FileManager.default.createSymbolicLink(atPath: "\(directory.path)/in", withDestinationPath: "real/file")
        #expect(mkfifo("\(directory.path)/pipe", 0o600) == 0)
        let found = walk()
        #expect(found.files == ["real/file"])
        #expect(found.skipped == 3)
        #expect(found.errors == 0)
    }

    @Test func linksOnTheWayAreRefused() throws {
        try make("real/sub/file")
        try FileManager.default.createSymbolicLink(atPath: "\(directory.path)/link", withDestinationPath: "real")
        #expect(throws: FolderFailure.link) { try root.open(FolderPath(asked: "link")) }
        #expect(throws: FolderFailure.link) { try root.open(FolderPath(asked: "link/sub")) }
        #expect(throws: FolderFailure.otherKind) { try root.open(FolderPath(asked: "real/sub/file")) }
        #expect(throws: FolderFailure.missing) { try root.open(FolderPath(asked: "real/none")) }
        let linked = FolderRoot(name: "", base: directory.path, below: ["link"])
        #expect(throws: FolderFailure.link) { try linked.open(.root) }
    }

    @Test func fileThatBecameAPipeOrLinkIsNotOpened() throws {
        try make("file", "text")
        #expect(mkfifo("\(directory.path)/pipe", 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: "\(directory.path)/link", withDestinationPath: "file")
        let handle = try root.open(.root)
        let (descriptor, facts) = try handle.file(Array("file".utf8)[...])
        close(descriptor)
        #expect(facts.size == 4)
        for name in ["pipe", "link"] {
            #expect(throws: FolderFailure.self) { _ = try handle.file(Array(name.utf8)[...]) }
        }
    }

    @Test func ignoreFilesCountAboveAndBelow() throws {
        try make(".heaperignore", "*.tmp\n/drop/\n")
        for path in ["a", "b.tmp", "drop/x", "sub/c.tmp", "sub/keep.tmp", "sub/drop/y"] { try make(path) }
        try make("sub/.heaperignore", "!keep.tmp\n")
        #expect(walk().files == ["a", "sub/keep.tmp", "sub/drop/y"])
        #expect(walk().skipped == 3)
        #expect(walk(try FolderPath(asked: "sub")).files == ["sub/keep.tmp", "sub/drop/y"])
        #expect(walk(try FolderPath(asked: "drop")).files == [])
    }

    @Test func ignoreFileThatIsTooLargeKeepsItsFolderOut() throws {
        try make("sub/.heaperignore", String(repeating: "x", count: 300_000))
        try make("sub/a")
        try make("b")
        let found = walk()
        #expect(found.files == ["b"])
        #expect(found.errors == 1)
        #expect(found.parts.contains { $0.isUnreadable && $0.folder.text == "sub" })
    }

    @Test func namesThatAreNoTextAreFound() throws {
        let bytes: [UInt8] = [0x66, 0xFF, 0x0A, 0x20]
        let name = (bytes + [0]).map { CChar(bitPattern: $0) }
        let folder = try root.open(.root)
        let descriptor = withExtendedLifetime(folder) { openat(folder.descriptor, name, O_CREAT | O_WRONLY, 0o600) }
        // Some file systems refuse such names; then there are none to find.
        guard descriptor >= 0 || errno != EILSEQ else { return }
        try #require(descriptor >= 0, "\(errno)")
        close(descriptor)
        #expect(walk().parts.flatMap(\.files).map(\.name) == [bytes])
    }

    @Test func veryDeepFoldersAreWalked() throws {
        var handle = try root.open(.root)
        for _ in 0..<300 {
            #expect(mkdirat(handle.descriptor, "d", 0o700) == 0)
            handle = try handle.folder(Array("d".utf8)[...])
        }
        let descriptor = openat(handle.descriptor, "leaf", O_CREAT | O_WRONLY, 0o600)
        try #require(descriptor >= 0)
        close(descriptor)
        let found = walk()
        #expect(found.files.count == 1)
        #expect(found.files.first?.hasSuffix("d/leaf") == true)
        #expect(found.errors == 0)
    }

    @Test func folderOfAMountIsHidden() throws {
        try make("photos/a")
        try make("sub/photos/b")
        var root = root
        root.hidden = [Array("photos".utf8)]
        #expect(walk(root: root).files == ["sub/photos/b"])
    }

    @Test func missingRootFindsNothing() throws {
        let found = walk(root: FolderRoot(name: "", base: "\(directory.path)/none"))
        #expect(found.parts.isEmpty)
        #expect(found.errors == 0)
    }

    @Test func digestIsThatOfTheWholeFile() throws {
        try make("file", "abc")
        let (descriptor, _) = try root.open(.root).file(Array("file".utf8)[...])
        var space = FileReading.makeSpace()
        let reading = FileReading(descriptor: descriptor)
        let read = try reading.digest(in: &space, sampleBytes: 2, size: 3, while: { true })
        let digest = try #require(read)
        #expect(digest.sha256.prefix(4) == [0xBA, 0x78, 0x16, 0xBF])
        #expect(digest.sample == Array("ab".utf8))
        #expect(digest.bytes == 3)
    }

    @Test func digestStopsWhenTold() throws {
        try make("file", "abc")
        let (descriptor, _) = try root.open(.root).file(Array("file".utf8)[...])
        var space = FileReading.makeSpace()
        let reading = FileReading(descriptor: descriptor)
        #expect(try reading.digest(in: &space, sampleBytes: 2, size: 3, while: { false }) == nil)
    }

    @Test func fileWithoutEndIsNotReadToIt() throws {
        let descriptor = Glibc.open("/dev/zero", O_RDONLY | O_CLOEXEC)
        var space = FileReading.makeSpace()
        let reading = FileReading(descriptor: descriptor)
        let read = try reading.digest(in: &space, sampleBytes: 2, size: 1_000_000, while: { true })
        #expect(try #require(read).bytes > 1_000_000)
    }
}
