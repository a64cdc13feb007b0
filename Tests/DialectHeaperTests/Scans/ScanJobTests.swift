import CofferCore
import CofferTesting
import Foundation
import Testing

@testable import DialectHeaper

@Suite("Heaper scans: what becomes of files")
struct ScanJobTests {
    @Test func newFilesBecomeBlocks() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a.txt", "one")
            try fixture.write("sub/b.png", "three")
            let scan = try await fixture.scan()
            #expect(scan.status == .done)
            #expect(scan.counts == .init(found: 2, done: 2, newBlocks: 2))
            #expect(try await fixture.names() == ["a.txt 3", "b.png 5"])
            let block = try await fixture.files()[0].block
            #expect(try await fixture.listed(block) == ["a.txt"])
            #expect(try await fixture.bytes(of: block) == "one")
            let types = try await fixture.database.read { session in
                try session.query(
                    """
                    SELECT b.type || ' ' || b.title || ' ' || f.mime_type FROM heaper_blocks b
                    JOIN heaper_files f ON f.block_id = b.id ORDER BY f.name
                    """
                ) { $0.text(0) }
            }
            #expect(types == ["file a.txt text/plain", "file b.png image/png"])
        }
    }

    @Test func unchangedFilesAreNotReadAgain() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "one")
            try await fixture.scan()
            // Other bytes under the same size, time and inode are not noticed: the proof that nobody looked.
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(fixture.root)/a"))
            try handle.write(contentsOf: Data("two".utf8))
            try handle.close()
            try fixture.setAge(24, of: "a")
            let scan = try await fixture.scan()
            #expect(scan.counts == .init(found: 1, done: 1))
        }
    }

    @Test func fileOfTheLastSecondIsReadAgain() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "one", age: 0)
            try await fixture.scan()
            let modified = try await fixture.database.read { session in
                try session.first("SELECT modified FROM heaper_scan_files") { $0.integer(0) }
            }
            #expect(modified == .min)
            #expect(try await fixture.scan().counts == .init(found: 1, done: 1))
        }
    }

    @Test func sameBytesAreADuplicate() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "same")
            try fixture.write("b", "same")
            try fixture.write("z/c", "same")
            let scan = try await fixture.scan()
            #expect(scan.counts == .init(found: 3, done: 3, newBlocks: 1, duplicates: 2))
            #expect(try await fixture.names() == ["a 4"])
            #expect(try await fixture.duplicates() == ["b", "c"])
            #expect(try await fixture.scan().counts == .init(found: 3, done: 3))
        }
    }

    @Test func changedFileStaysInItsBlock() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "one")
            try await fixture.scan()
            let before = try await fixture.files()
            try fixture.write("a", "another", age: 5)
            let scan = try await fixture.scan()
            #expect(scan.counts == .init(found: 1, done: 1, updated: 1))
            let after = try await fixture.files()
            #expect(after.map(\.description) == ["a 7"])
            #expect(after[0].block == before[0].block)
            #expect(try await fixture.listed(after[0].block) == ["a"])
            #expect(try await fixture.bytes(of: after[0].block) == "another")
        }
    }

    @Test func vanishedFileKeepsItsBlockAndComesBack() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("keep", "x")
            try fixture.write("sub/a", "one")
            try await fixture.scan()
            let block = try #require(try await fixture.files().first { $0.name == "a" }).block
            try fixture.move("sub", to: "../elsewhere")
            #expect(try await fixture.scan().counts == .init(found: 1, done: 1, updated: 1))
            #expect(try await fixture.names() == ["a 3 gone", "keep 1"])
            #expect(try await fixture.bytes(of: block) == nil)
            #expect(try await fixture.scan().counts == .init(found: 1, done: 1))
            try fixture.move("../elsewhere", to: "sub")
            #expect(try await fixture.scan().counts == .init(found: 2, done: 2, updated: 1))
            #expect(try await fixture.names() == ["a 3", "keep 1"])
            #expect(try await fixture.bytes(of: block) == "one")
        }
    }

    @Test(arguments: [("b", "a"), ("a", "b"), ("a", "sub/a")])
    func renamedFileStaysInItsBlock(_ old: String, _ new: String) async throws {
        try await ScanFixture.run { fixture in
            try fixture.write(old, "one")
            try fixture.write("sub/other", "two")
            try await fixture.scan()
            let block = try #require(try await fixture.files().first { $0.size == 3 && $0.name == old }).block
            try fixture.move(old, to: new)
            try await fixture.scan()
            let name = new.split(separator: "/").last.map(String.init) ?? ""
            let files = try await fixture.files()
            #expect(files.count == 2)
            #expect(files.filter { $0.block == block }.map(\.description) == ["\(name) 3"])
            #expect(try await fixture.listed(block) == [name])
            #expect(try await fixture.duplicates() == [])
            #expect(try await fixture.bytes(of: block) == "one")
            #expect(try await fixture.title(of: block) == name)
        }
    }

    @Test func titleThatSomebodyChoseStays() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "one")
            try await fixture.scan()
            let block = try await fixture.files()[0].block
            let target = DocumentTarget(new: BlockID(unchecked: block), in: fixture.heap)
            try await fixture.documents.hub.edit(target, by: fixture.documents.heaps.ada) { edit in
                try BlockEdits.setTitle("Holidays", &edit)
            }
            try fixture.move("a", to: "b")
            try await fixture.scan()
            #expect(try await fixture.names() == ["b 3"])
            #expect(try await fixture.title(of: block) == "Holidays")
        }
    }

    @Test func copyOfAChangedFileKeepsTheOldBytes() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "one")
            try fixture.write("b", "one")
            try await fixture.scan()
            let block = try await fixture.files()[0].block
            try fixture.write("a", "another", age: 5)
            try await fixture.scan()
            #expect(try await fixture.names() == ["a 7", "b 3"])
            #expect(try await fixture.files().allSatisfy { $0.block == block })
            #expect(try await fixture.listed(block).sorted() == ["a", "b"])
            #expect(try await fixture.duplicates() == [])
            #expect(try await fixture.title(of: block) == "a")
        }
    }

    @Test func copyTakesThePlaceOfWhatIsGone() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "same")
            try fixture.write("b", "same")
            try await fixture.scan()
            try fixture.remove("a")
            try await fixture.scan()
            #expect(try await fixture.names() == ["b 4"])
            #expect(try await fixture.duplicates() == [])
            try fixture.remove("b")
            try await fixture.scan()
            #expect(try await fixture.names() == ["b 4 gone"])
        }
    }

    @Test func newFileUnderAnOldNameLeavesTheMovedOneAlone() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "one")
            try await fixture.scan()
            let block = try await fixture.files()[0].block
            try fixture.remove("a")
            try await fixture.scan()
            try fixture.write("b", "one")
            try await fixture.scan()
            try fixture.write("a", "another")
            #expect(try await fixture.scan().counts == .init(found: 2, done: 2, newBlocks: 1))
            #expect(try await fixture.names() == ["a 7", "b 3"])
            #expect(try await fixture.files()[1].block == block)
            try fixture.write("a", "one")
            try await fixture.scan()
            #expect(try await fixture.names() == ["a 7 gone", "b 3"])
            #expect(try await fixture.duplicates() == ["a"])
        }
    }

    @Test func ignoredFilesGoAndAreSkipped() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a.tmp", "one")
            try fixture.write("b", "two")
            try await fixture.scan()
            try fixture.write(".heaperignore", "*.tmp")
            let scan = try await fixture.scan()
            #expect(scan.counts == .init(found: 1, done: 1, updated: 1, skipped: 1))
            #expect(try await fixture.names() == ["a.tmp 3 gone", "b 3"])
        }
    }

    @Test func mountsAreFoldersOfTheHeap() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("own", "1")
            try fixture.write("photos/hidden", "2")
            try fixture.write("../../../mounted/sub/p.jpg", "3")
            #expect(try await fixture.scan("photos/sub").counts == .init(found: 1, done: 1, newBlocks: 1))
            #expect(try await fixture.scan().counts == .init(found: 2, done: 2, newBlocks: 1, skipped: 1))
            #expect(try await fixture.names() == ["own 1", "p.jpg 1"])
        }
    }

    @Test func scanOfAFolderLeavesTheOthersAlone() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a/x", "1")
            try fixture.write("b/y", "2")
            try await fixture.scan()
            try fixture.remove("a")
            try fixture.write("b/z", "3")
            #expect(try await fixture.scan("b").counts == .init(found: 2, done: 2, newBlocks: 1))
            #expect(try await fixture.names() == ["x 1", "y 1", "z 1"])
        }
    }

    @Test func manyFilesInOneFolderAreAllFound() async throws {
        try await ScanFixture.run { fixture in
            for index in 0..<2300 { try fixture.write("f\(index)", "\(index)") }
            let first = try await fixture.scan()
            #expect(first.counts == .init(found: 2300, done: 2300, newBlocks: 2300))
            for index in stride(from: 0, to: 2300, by: 100) { try fixture.remove("f\(index)") }
            #expect(try await fixture.scan().counts == .init(found: 2277, done: 2277, updated: 23))
            let stamps = try await fixture.documents.integer("SELECT COUNT(DISTINCT stamp) FROM heaper_blocks")
            #expect(stamps == 2301)
        }
    }

    @Test func purgedBlockDoesNotComeBackUnlessTheFileChanges() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "one")
            try await fixture.scan()
            let block = BlockID(unchecked: try await fixture.files()[0].block)
            let stamps = fixture.documents.parts.stamps
            try await fixture.database.write { session in
                try BlockRows.purge(block, stamp: stamps.next(in: session), session)
            }
            #expect(try await fixture.scan().counts == .init(found: 1, done: 1))
            try fixture.write("a", "other", age: 3)
            #expect(try await fixture.scan().counts == .init(found: 1, done: 1, newBlocks: 1))
            #expect(try await fixture.names() == ["a 5"])
        }
    }

    @Test func missingRootBreaksTheScanAndLosesNothing() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "one")
            try await fixture.scan()
            try FileManager.default.moveItem(atPath: fixture.root, toPath: "\(fixture.directory.path)/away")
            #expect(try await fixture.scan().status == .failed)
            #expect(try await fixture.names() == ["a 3"])
        }
    }

    @Test func originalThatChangedIsNotServed() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "one")
            try await fixture.scan()
            let block = try await fixture.files()[0].block
            try fixture.write("a", "more", age: 2)
            #expect(try await fixture.bytes(of: block) == nil)
            try fixture.remove("a")
            try FileManager.default.createSymbolicLink(atPath: "\(fixture.root)/a", withDestinationPath: "/etc/passwd")
            #expect(try await fixture.bytes(of: block) == nil)
        }
    }
}
