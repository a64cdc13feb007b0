import CofferCore
import CofferHTTP
import Testing

@testable import DialectHeaper

@Suite("Heaper scans: states")
struct ScanStateTests {
    private let start = Timestamp(milliseconds: 1_700_000_000_000)
    private let end = Timestamp(milliseconds: 1_700_000_001_500)

    private func scan() throws -> Scan {
        Scan(
            id: "S",
            heap: HeapID(unchecked: "H"),
            user: UserID(unchecked: "U"),
            path: try FolderPath(asked: "a/b"),
            startedAt: start
        )
    }

    @Test func objectHasAllMembersInOrder() throws {
        var scan = try scan()
        scan.counts = .init(found: 1, done: 2, newBlocks: 3, updated: 4, duplicates: 5, skipped: 6, errors: 7)
        scan.currentPath = try FolderPath(asked: "a/b/c")
        #expect(
            JSONValue.object(scan.members) == [
                "scan_id": "S", "heap_id": "H", "path": "a/b", "status": "running", "files_found": 1, "files_done": 2,
                "new_blocks": 3, "updated": 4, "duplicates": 5, "skipped": 6, "errors": 7, "current_path": "a/b/c",
                "started_at": "2023-11-14T22:13:20.000Z", "finished_at": nil,
            ]
        )
    }

    @Test(arguments: [(Scan.End.complete, "done"), (.stopped, "aborted"), (.broken, "failed")])
    func endIsToldOnce(_ way: Scan.End, _ status: String) throws {
        var scan = try scan()
        scan.finish(way, at: end)
        scan.finish(.broken, at: start)
        #expect(scan.status.rawValue == status)
        #expect(scan.finishedAt == end)
        #expect(scan.currentPath == nil)
    }

    @Test func abortingIsAnActiveState() throws {
        var scan = try scan()
        let answers = [scan.abort(), scan.abort()]
        #expect(answers == [true, false])
        #expect(scan.status == .aborting)
        #expect(scan.status.isActive)
        scan.finish(.stopped, at: end)
        let isNews = scan.abort()
        #expect(!isNews)
        #expect(scan.status == .aborted)
    }

    @Test func gateLetsFourASecondAndAllChangesThrough() {
        var gate = ReportGate()
        var passed: [Int64] = []
        for millisecond in stride(from: Int64(0), through: 1000, by: 50) {
            let now = Timestamp(milliseconds: millisecond)
            if gate.passes(at: now, isStateChange: false) { passed.append(millisecond) }
        }
        #expect(passed == [0, 250, 500, 750, 1000])
        let soon = Timestamp(milliseconds: 1001)
        let answers = [
            gate.passes(at: soon, isStateChange: false), gate.passes(at: soon, isStateChange: true),
            gate.passes(at: Timestamp(milliseconds: 3), isStateChange: false),
        ]
        #expect(answers == [false, true, true])
    }
}
