import Testing

@testable import Yjs

@Suite("Notes of a transaction")
struct TransactionTests {
    @Test func typesAndKeysAreNoted() {
        var transaction = Transaction(number: 1)
        for _ in 0..<3 { transaction.noteChange(of: 7, key: absent) }
        for _ in 0..<3 { transaction.noteChange(of: 8, key: 2) }
        #expect(transaction.changedTypes == [7, 8])
        #expect(transaction.changedKeys == Array(repeating: UInt64(8) << 32 | 2, count: 1))
    }

    @Test func nothingIsNotedIfNobodyAsks() {
        var transaction = Transaction(number: 1)
        transaction.isDescribed = false
        transaction.noteChange(of: 8, key: 2)
        #expect(transaction.changedTypes.isEmpty)
        #expect(transaction.changedKeys.isEmpty)
    }

    @Test func stepsAreLimited() {
        var transaction = Transaction(number: 1)
        transaction.conflictSteps = 5
        #expect(throws: Never.self) { try transaction.checkSteps(5) }
        #expect(throws: YjsError.integrationTooExpensive(limit: 4)) { try transaction.checkSteps(4) }
    }

    @Test func dividedPairsKeepTheirBytes() {
        var transaction = Transaction(number: 1)
        transaction.noteDividedPair(3, 9, [0, 1, 2, 3, 4][1...])
        #expect(transaction.dividedPairs.map(\.bytes) == [[1, 2, 3, 4]])
        #expect(transaction.dividedPairs.map(\.clock) == [9])
    }
}
