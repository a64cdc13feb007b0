import Testing

@testable import Yjs

@Suite("Notes of a transaction")
struct TransactionTests {
    @Test func typesAndKeysAreNotedOnce() {
        var transaction = Transaction(number: 1)
        for _ in 0..<3 {
            transaction.noteChange(of: 7, key: absent)
            transaction.noteChange(of: 8, key: 2)
        }
        #expect(transaction.changedTypes == [7, 8])
        #expect(transaction.changedKeys == Set([UInt64(8) << 32 | 2]))
    }

    @Test func dividedPairsKeepTheirBytes() {
        var transaction = Transaction(number: 1)
        transaction.noteDividedPair(3, 9, [0, 1, 2, 3, 4][1...])
        #expect(transaction.dividedPairs.map(\.bytes) == [[1, 2, 3, 4]])
        #expect(transaction.dividedPairs.map(\.clock) == [9])
    }
}
