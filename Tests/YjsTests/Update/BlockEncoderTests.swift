import Testing

@testable import Yjs

@Suite("Writing blocks")
struct BlockEncoderTests {
    private func write(_ updates: [String], from first: Int = 0, floor: UInt64 = 0) throws -> [UInt8]? {
        var scan = ScannedUpdate()
        for update in updates { try scan.add(hex(update), limits: .network) }
        var block = BlockEncoder()
        var encoder = Lib0Encoder()
        let run = try #require(scan.sortedByClient().first)
        let isWritten = block.write(run, from: first, floor: floor, sources: scan.sources, into: &encoder)
        return isWritten ? encoder.bytes : nil
    }

    @Test func gapsBecomeSkips() throws {
        let bytes = try write(["01 01 05 00 04 01 01 74 01 61 00", "01 01 05 03 84 05 02 01 64 00"])
        #expect(bytes == hex("03 05 00 04 01 01 74 01 61 0a 02 84 05 02 01 64"))
    }

    @Test func theFirstOutputIsNoSkip() throws {
        #expect(try write(["01 02 05 03 0a 02 00 01 00"]) == hex("01 05 05 00 01"))
        #expect(try write(["01 01 05 03 0a 02 00"]) == nil)
    }

    @Test func overlapsAreCutOnTheLeft() throws {
        let bytes = try write(["01 01 05 00 04 01 01 74 02 6162 00", "01 01 05 00 04 01 01 74 03 616263 00"])
        #expect(bytes == hex("02 05 00 04 01 01 74 02 6162 84 05 01 01 63"))
    }

    @Test func coveredStructsAreDropped() throws {
        let bytes = try write(["01 01 05 00 04 01 01 74 03 616263 00", "01 01 05 01 84 05 00 01 62 00"])
        #expect(bytes == hex("01 05 00 04 01 01 74 03 616263"))
    }

    @Test func neighbouringGCsFuseAndItemsDoNot() throws {
        #expect(try write(["01 01 05 00 00 02 00", "01 01 05 02 00 03 00"]) == hex("01 05 00 00 05"))
        #expect(try write(["01 01 05 00 00 02 00", "01 01 05 01 00 03 00"]) == hex("01 05 00 00 04"))
        let items = try write(["01 01 05 00 04 01 01 74 01 61 00", "01 01 05 01 84 05 00 01 62 00"])
        #expect(items == hex("02 05 00 04 01 01 74 01 61 84 05 00 01 62"))
    }

    @Test func aFloorCutsWhatIsKnown() throws {
        let log = ["01 02 05 00 04 01 01 74 02 6162 84 05 01 02 6364 00"]
        #expect(try write(log, floor: 1) == hex("02 05 01 84 05 00 01 62 84 05 01 02 6364"))
        #expect(try write(log, floor: 3) == hex("01 05 03 84 05 02 01 64"))
        #expect(try write(log, floor: 4) == nil)
        #expect(try write(log, from: 1) == hex("01 05 02 84 05 01 02 6364"))
    }
}
