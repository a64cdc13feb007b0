import Testing

@testable import Yjs

@Suite("Table of clients")
struct ClientTableTests {
    @Test func slotsFollowTheOrderOfAdding() {
        var table = ClientTable()
        #expect(table.slot(of: 7) == nil)
        #expect(table.add(7) == 0)
        #expect(table.add(3) == 1)
        #expect(table.slot(of: 7) == 0)
        #expect(table.slot(of: 3) == 1)
        #expect(table.slot(of: 0) == nil)
        #expect(table[1] == 3)
        #expect(table.ids == [7, 3])
    }

    @Test(arguments: [UInt64(1), 1 << 32, 1 << 45])
    func manyIDsAreFoundAgain(_ step: UInt64) {
        var table = ClientTable()
        let ids = (0..<200).map { UInt64($0) * step }
        for id in ids { _ = table.add(id) }
        #expect(ids.map { table.slot(of: $0) } == (0..<200).map { UInt32($0) })
        #expect(table.slot(of: 200 * step) == nil)
        #expect(table.count == 200)
    }
}
