import Testing

@testable import Yjs

@Suite("Table of types")
struct TypeTableTests {
    @Test func entriesAreFoundByTypeAndKey() {
        var table = TypeTable()
        let (one, other) = (table.add(TypeRecord(kind: .map)), table.add(TypeRecord(kind: .map)))
        table.setLast(one, 5, 10)
        table.setLast(one, 6, 11)
        table.setLast(other, 5, 12)
        table.setLast(one, 5, 13)
        #expect(table.last(one, 5) == 13)
        #expect(table.last(one, 6) == 11)
        #expect(table.last(other, 5) == 12)
        #expect(table.last(other, 6) == absent)
        #expect(table.map(of: one).map(\.key) == [6, 5])
    }

    @Test func removedTypesAndEntriesAreUsedAgain() {
        var table = TypeTable()
        let type = table.add(TypeRecord(kind: .map))
        for key in UInt32(0)..<4 { table.setLast(type, key, key) }
        table.remove(type)
        #expect(table.last(type, 2) == absent)
        let again = table.add(TypeRecord(kind: .array))
        #expect(again == type)
        #expect(table[again].kind == .array)
        #expect(table.map(of: again).isEmpty)
        for key in UInt32(0)..<4 { table.setLast(again, key, key + 100) }
        #expect(table.entries.count == 4)
        #expect(table.map(of: again).map(\.last) == [103, 102, 101, 100])
    }
}
