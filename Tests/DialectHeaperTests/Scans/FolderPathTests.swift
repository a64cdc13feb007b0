import Testing

@testable import DialectHeaper

@Suite("Heaper scans: paths")
struct FolderPathTests {
    @Test(arguments: [
        ("", ""), (".", ""), ("./", ""), ("a", "a"), ("a/", "a"), ("a//b", "a/b"), ("./a/./b/.", "a/b"),
        ("a..b/...", "a..b/..."), ("ü/\n", "ü/\n"),
    ])
    func relativePathsAreNormalized(_ asked: String, _ path: String) throws {
        #expect(try FolderPath(asked: asked).text == path)
    }

    @Test(arguments: ["/", "/etc", "//a", "..", "../a", "a/..", "a/../b", "a/../../b", "a\u{0}b", "\u{0}"])
    func pathsThatLeadOutAreRefused(_ asked: String) {
        #expect(throws: ScanFailure.pathOutsideRoot) { try FolderPath(asked: asked) }
    }

    @Test func firstNameIsSplitOff() throws {
        let path = try FolderPath(asked: "a/b/c")
        #expect(path.split?.first == Array("a".utf8)[...])
        #expect(path.split?.rest.text == "b/c")
        #expect(try FolderPath(asked: "a").split?.rest.isRoot == true)
        #expect(FolderPath.root.split == nil)
    }

    @Test func insideCountsWholeNames() throws {
        let folder = try FolderPath(asked: "a/b")
        #expect(try FolderPath(asked: "a/b").isInside(folder))
        #expect(try FolderPath(asked: "a/b/c").isInside(folder))
        #expect(try !FolderPath(asked: "a/bc").isInside(folder))
        #expect(try !FolderPath(asked: "a").isInside(folder))
        #expect(folder.isInside(.root))
    }

    @Test func keysTellHeapRootAndPathApart() throws {
        let (one, two) = (HeapID(unchecked: "h"), HeapID(unchecked: "ha"))
        let keys = try [
            FolderKey(one, root: "", FolderPath(asked: "a")), FolderKey(two, root: "", .root),
            FolderKey(one, root: "a", .root), FolderKey(one, root: "", .root),
        ]
        #expect(Set(keys).count == 4)
        #expect(keys[3] == FolderKey(one, root: "", .root))
    }
}
