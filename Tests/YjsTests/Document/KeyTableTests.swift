import Testing

@testable import Yjs

@Suite("Table of keys")
struct KeyTableTests {
    @Test func equalBytesAreStoredOnce() {
        var table = KeyTable()
        let first = table.intern([1, 2])
        #expect(table.intern([0, 1, 2][1...]) == first)
        #expect(table.byteCount == 2)
        #expect(table.find([1]) == nil)
        #expect(table.find([1, 2]) == first)
        #expect(Array(table[first]) == [1, 2])
    }

    @Test func spellingsThatUnicodeCallsEqualStayApart() {
        var table = KeyTable()
        let composed = table.intern(ArraySlice("\u{E9}".utf8))
        let decomposed = table.intern(ArraySlice("e\u{301}".utf8))
        #expect(composed != decomposed)
        #expect(table.text(decomposed).utf8.count == 3)
    }

    @Test func manyKeysAreFoundAgain() {
        var table = KeyTable()
        let keys = (0..<1_000).map { Array("key \($0)".utf8)[...] } + [[]]
        for key in keys { _ = table.intern(key) }
        #expect(keys.map { table.find($0) } == (0..<1_001).map { UInt32($0) })
    }
}
