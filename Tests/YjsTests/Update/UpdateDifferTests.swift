import Testing

@testable import Yjs

@Suite("Differences in one pass")
struct UpdateDifferTests {
    private func vector(_ clocks: [UInt64: UInt64]) -> StateVector {
        var vector = StateVector()
        for (client, clock) in clocks { vector[client] = clock }
        return vector
    }

    @Test func knownStructsAndLeadingSkipsAreLeftOut() throws {
        let structs: [RawStruct] = [
            .item(.string("ab")), .skip(3), .item(.string("cd"), after: (1, 4)), .skip(1), .gc(2),
        ]
        let update = RawUpdate.block(1, structs)
        for (known, clock, kept) in [
            (0, 0, structs), (1, 1, [.item(.string("b"), after: (1, 0))] + structs[1...]), (2, 5, structs[2...] + []),
            (5, 5, structs[2...] + []), (6, 6, [.item(.string("d"), after: (1, 5))] + structs[3...]),
            (7, 8, structs[4...] + []), (9, 9, [.gc(1)]),
        ] as [(UInt64, UInt64, [RawStruct])] {
            #expect(try YUpdate.diff(update, from: vector([1: known])) == RawUpdate.block(1, at: clock, kept))
        }
        #expect(try YUpdate.diff(update, from: vector([1: 10])) == YUpdate.empty)
    }

    @Test func blocksKeepTheirOrderAndDeletesAreCopied() throws {
        var update = RawUpdate()
        for client in [3, 9, 4] as [UInt64] { update.add(client, at: 0, [.item(.string("x"))]) }
        update.delete(9, 0, 1)
        var expected = RawUpdate()
        for client in [3, 4] as [UInt64] { expected.add(client, at: 0, [.item(.string("x"))]) }
        expected.delete(9, 0, 1)
        #expect(try YUpdate.diff(update.bytes, from: vector([9: 1])) == expected.bytes)
    }

    @Test func aKeyThatComesFromANeighbourIsNotFlagged() throws {
        let update = hex("01 03 4d 00 28 01 01 6d 01 6b 01 7d 01 a8 4d 00 01 7d 02 a8 4d 01 01 7d 03 00")
        let expected = hex("01 03 4d 00 28 01 01 6d 01 6b 01 7d 01 88 4d 00 01 7d 02 88 4d 01 01 7d 03 00")
        #expect(try YUpdate.diff(update, from: StateVector()) == expected)
        #expect(
            try YUpdate.diff(update, from: vector([77: 1])) == hex("01 02 4d 01 88 4d 00 01 7d 02 88 4d 01 01 7d 03 00")
        )
    }

    @Test func stateVectorsEndAtTheFirstSkip() throws {
        var update = RawUpdate()
        update.add(5, at: 0, [.item(.string("ab")), .skip(1), .gc(4)])
        update.add(4, at: 1, [.gc(4)])
        update.add(6, at: 0, [.skip(2), .gc(1)])
        update.add(3, at: 0, [.gc(1), .gc(2)])
        #expect(try YUpdate.encodeStateVector(of: update.bytes) == hex("02 05 02 03 03"))
    }

    @Test(arguments: Vector.all)
    func everyCutIsAnError(_ vector: Vector) throws {
        let update = Array(vector.merged)
        for length in stride(from: 0, to: update.count, by: max(1, update.count / 40)) {
            #expect(throws: YjsError.self) { try YUpdate.diff(Array(update[..<length]), from: StateVector()) }
            #expect(throws: YjsError.self) { try YUpdate.encodeStateVector(of: Array(update[..<length])) }
        }
    }
}
