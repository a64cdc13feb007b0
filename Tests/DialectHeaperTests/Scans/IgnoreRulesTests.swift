import CofferTesting
import Foundation
import Testing

@testable import DialectHeaper

@Suite("Heaper scans: ignore files")
struct IgnoreRulesTests {
    @Test(arguments: IgnoreCases.all)
    func decidesAsListed(_ entry: (patterns: String, path: String, isIgnored: Bool)) {
        #expect(ignored(entry.path, by: ["": entry.patterns]) == entry.isIgnored)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/git")))
    func gitDecidesAsListed() async throws {
        let directory = try TemporaryDirectory()
        try await git(["init", "-q"], in: directory.path)
        for entry in IgnoreCases.all {
            try Data(entry.patterns.utf8).write(to: URL(fileURLWithPath: "\(directory.path)/.gitignore"))
            let answer = try await git(["check-ignore", "--no-index", "-q", "--", entry.path], in: directory.path)
            #expect((answer == 0) == entry.isIgnored, "\(entry)")
        }
    }

    @Test func nearerFileDecidesFirst() {
        let files = ["": "*.txt\n/sub/b", "sub": "!a.txt\nc"]
        #expect(!ignored("sub/a.txt", by: files))
        #expect(ignored("sub/z.txt", by: files))
        #expect(ignored("a.txt", by: files))
        #expect(ignored("sub/b", by: files))
        #expect(ignored("sub/c", by: files))
        #expect(!ignored("c", by: files))
    }

    @Test func anchorsCountFromTheFilesOwnFolder() {
        let files = ["a/b": "/x\ny/z"]
        #expect(ignored("a/b/x", by: files))
        #expect(!ignored("a/b/c/x", by: files))
        #expect(ignored("a/b/y/z", by: files))
        #expect(!ignored("a/y/z", by: files))
    }

    @Test func manyStarsTakeNoTime() {
        let pattern = String(repeating: "*a", count: 60) + "b"
        #expect(!ignored(String(repeating: "a", count: 250), by: ["": pattern]))
        let deep = String(repeating: "**/a/", count: 40) + "b"
        #expect(!ignored(String(repeating: "a/", count: 120) + "c", by: ["": deep]))
    }

    @Test func bytesThatAreNoTextMatch() {
        let rules = IgnoreRules([0xFF, 0x2A])
        #expect(rules.decision(on: [0xFF, 0xFE][...], name: [0xFF, 0xFE][...], isFolder: false) == .ignored)
        #expect(rules.decision(on: [0xFE][...], name: [0xFE][...], isFolder: false) == nil)
    }

    /// As a walk decides: whoever is in an ignored folder is never looked at.
    private func ignored(_ path: String, by files: [String: String]) -> Bool {
        let names = Array(path.utf8).split(separator: UInt8(ascii: "/"))
        var (folder, stack) = (FolderPath.root, IgnoreStack())
        for (index, name) in names.enumerated() {
            if let text = files[folder.text] { stack.push(IgnoreRules(text.utf8), folder: folder) }
            let isFolder = index < names.count - 1 || path.hasSuffix("/")
            if stack.ignores(name, in: folder, isFolder: isFolder) { return true }
            folder = folder.appending(name)
        }
        return false
    }

    @discardableResult
    private func git(_ arguments: [String], in directory: String) async throws -> Int32 {
        let all = ["-C", directory, "-c", "core.excludesFile=/dev/null"] + arguments
        return try await TestProcess.run("/usr/bin/git", all, isQuiet: true)
    }
}
