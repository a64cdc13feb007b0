import Testing

@testable import Yjs

@Suite("Scanning updates")
struct ScannedUpdateTests {
    private func scan(_ bytes: [UInt8]) throws -> ScannedUpdate {
        try ScannedUpdate(bytes, limits: .network)
    }

    private func ranges(_ scan: ScannedUpdate) -> [[UInt64]] {
        scan.records.map { [UInt64($0.ref), $0.clock, $0.length] }
    }

    @Test func workedBytesAreRead() throws {
        #expect(ranges(try scan(WorkedUpdate.insertHi)) == [[4, 0, 2]])
        #expect(ranges(try scan(WorkedUpdate.appendB)) == [[4, 1, 1]])
        #expect(ranges(try scan(WorkedUpdate.setK1)) == [[8, 0, 1]])
        #expect(ranges(try scan(WorkedUpdate.setK2)) == [[8, 1, 1]])
        #expect(ranges(try scan(WorkedUpdate.xml)) == [[7, 0, 1], [7, 1, 1]])
        #expect(ranges(try scan(WorkedUpdate.bold)) == [[6, 0, 1], [4, 1, 2], [6, 3, 1]])
        #expect(ranges(try scan(WorkedUpdate.gap)) == [[4, 0, 1], [10, 1, 1], [4, 2, 1]])
        #expect(ranges(try scan(WorkedUpdate.collectedTree)) == [[1, 0, 1], [0, 1, 4]])
        #expect(ranges(try scan(YUpdate.empty)) == [])
    }

    @Test func deletesAreRead() throws {
        #expect(try scan(WorkedUpdate.deleteClock1).deletes == [ClientRange(client: 77, clock: 1, length: 1)])
        #expect(try scan(WorkedUpdate.setK2).deletes == [ClientRange(client: 77, clock: 0, length: 1)])
        #expect(try scan(WorkedUpdate.setK2).deleteSetOffset == 10)
    }

    @Test(arguments: WorkedUpdate.all)
    func everyTruncationAndExtensionIsRefused(_ update: [UInt8]) {
        for count in 0..<update.count {
            #expect(throws: YjsError.self) { try scan(Array(update[..<count])) }
        }
        #expect(throws: YjsError.trailingBytes(offset: update.count)) { try scan(update + [0]) }
    }

    private static let malformed: [(String, YjsError)] = [
        ("", .unexpectedEnd(offset: 0)),
        ("01", .countExceedsInput(offset: 0)),
        ("02 01 4d 00 00 01", .countExceedsInput(offset: 0)),
        ("ff ff ff ff ff ff ff 0f 00 00", .countExceedsInput(offset: 0)),
        ("ff ff ff ff ff ff ff 7f 00 00", .integerTooLarge(offset: 0)),
        ("01 03 4d 00 00 01 00", .countExceedsInput(offset: 1)),
        ("01 01 ff ff ff ff ff ff ff 10 00 00 01 00", .integerTooLarge(offset: 2)),
        ("01 01 4d ff ff ff ff ff ff ff 10 00 01 00", .integerTooLarge(offset: 3)),
        ("01 01 4d 00 00 01 01 4d 01 00", .countExceedsInput(offset: 8)),
        ("01 01 4d 00 00 01 02 4d 00 00", .countExceedsInput(offset: 6)),
        ("00 01 4d 01 ff ff ff ff ff ff ff 0f 01", .clockOverflow(offset: 4)),
        ("00 01 4d 01 01 ff ff ff ff ff ff ff 0f", .clockOverflow(offset: 4)),
        ("00 00 00", .trailingBytes(offset: 2)),
    ]

    @Test(arguments: malformed)
    func malformedUpdates(_ bytes: String, _ error: YjsError) {
        #expect(throws: error) { try scan(hex(bytes)) }
    }

    @Test func deleteRangesOfLengthZeroAreIgnored() throws {
        #expect(try scan(hex("00 01 4d 02 05 00 06 01")).deletes == [ClientRange(client: 77, clock: 6, length: 1)])
    }

    @Test func clientsMayComeInAnyOrderAndTwice() throws {
        let update = hex("03 01 05 02 00 01 01 09 00 00 01 01 05 00 00 02 00")
        let runs = try scan(update).sortedByClient()
        #expect(runs.map(\.client) == [9, 5])
        #expect(runs[1].records.map(\.clock) == [0, 2])
    }

    @Test func recordsOfOneClientAreOrderedByClockThenSource() throws {
        var all = ScannedUpdate()
        for update in ["01 02 05 00 0a 02 00 02 00", "01 01 05 00 00 03 00", "01 01 05 00 00 01 00"] {
            try all.add(hex(update), limits: .network)
        }
        let run = try #require(all.sortedByClient().first)
        #expect(run.records.map { [$0.clock, UInt64($0.source)] } == [[0, 1], [0, 2], [2, 0]])
    }

    @Test func oneByteOverTheLimitIsRefused() throws {
        let size = WorkedUpdate.insertHi.count
        #expect(throws: Never.self) {
            try ScannedUpdate(WorkedUpdate.insertHi, limits: YLimits(maxUpdateBytes: size))
        }
        #expect(throws: YjsError.updateTooLarge(bytes: size, limit: size - 1)) {
            try ScannedUpdate(WorkedUpdate.insertHi, limits: YLimits(maxUpdateBytes: size - 1))
        }
    }
}
