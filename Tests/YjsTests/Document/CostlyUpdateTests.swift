import Testing

@testable import Yjs

/// Updates that are well formed and made to cost as much as possible; each ends soon, applied or refused.
@Suite("Updates made to cost")
struct CostlyUpdateTests {
    /// Work that grows with the square of the depth would take minutes here.
    @Test func deepNestingIsWalkedStepByStep() throws {
        let depth: UInt64 = 60_000
        var structs = [RawStruct.item(.type(1), key: "k")]
        for clock in 1..<depth { structs.append(.item(.type(1), in: .item(1, clock - 1), key: "k")) }
        var document = try document(RawUpdate.block(1, structs))
        #expect(document.rootNames == ["t"])
        #expect(document.value(of: .root("t"), as: .map) != .null)
        let change = try document.apply(RawUpdate.deleting(1, 0, 1))
        #expect(change.deleted == [ClientRange(client: 1, clock: 0, length: depth)])
        #expect(document.encodeState() == hex("01 02 01 00 21 01 01 74 01 6b 01 00 dfd403 01 01 01 00 e0d403"))
        #expect(RoundTrip.problems(of: document) == [])
    }

    @Test func aLongTextCutAtItsEndsIsCutFast() throws {
        let length = 40_000
        let text = String(repeating: "é", count: length)
        var document = try document(RawUpdate.block(1, [.item(.string(text))]))
        let cuts: [RawStruct] = (1..<UInt64(length) - 1).reversed().map { clock in
            .item(.string("x"), after: (1, clock - 1), before: (1, clock))
        }
        try document.apply(RawUpdate.block(2, cuts))
        #expect(document.text(of: .root("t")).utf16.count == 2 * length - 2)
    }

    @Test func aLongTextOfPairsDividedEverywhereIsDividedFast() throws {
        let pairs = 20_000
        var document = try document(RawUpdate.block(1, [.item(.string(String(repeating: "😀", count: pairs)))]))
        let cuts: [RawStruct] = (0..<UInt64(pairs)).reversed().map { pair in
            .item(.string("x"), after: (1, 2 * pair), before: (1, 2 * pair + 1))
        }
        try document.apply(RawUpdate.block(2, cuts))
        #expect(document.text(of: .root("t")) == String(repeating: "\u{FFFD}x\u{FFFD}", count: pairs))
    }

    /// Items beside a GC leave nothing but the cuts, so that all the halves are joined again, from either side.
    @Test(arguments: [true, false])
    func dividedPairsThatFuseAreJoinedOnce(_ isReversed: Bool) throws {
        let pairs = 40_000
        let text = RawUpdate.block(1, [.item(.string(String(repeating: "😀", count: pairs)))])
        var document = try document(text, RawUpdate.block(3, [.gc(1)]))
        let cuts = (0..<UInt64(pairs)).map { RawStruct.item(.string("x"), after: (1, 2 * $0), before: (3, 0)) }
        try document.apply(RawUpdate.block(2, isReversed ? cuts.reversed() : cuts))
        #expect(document.store.items.count { $0.kind == ContentRef.string } == 1)
        #expect(document.text(of: .root("t")) == String(repeating: "\u{FFFD}", count: 2 * pairs))
        #expect(document.store.arena.bytes.count < 20 * pairs)
        #expect(RoundTrip.problems(of: document) == [])
    }

    @Test func manyDividedPairsAreRestoredInOnePass() throws {
        let pairs = 20_000
        let limits = YLimits(maxPendingStructs: 1)
        var document = try document(
            RawUpdate.block(1, [.item(.string(String(repeating: "a😀", count: pairs)))]),
            limits: limits
        )
        let state = document.encodeState()
        let cuts: [RawStruct] = (0..<UInt64(pairs)).map { pair in
            .item(.string("x"), after: (1, 3 * pair + 1), before: (1, 3 * pair + 2))
        }
        var update = RawUpdate()
        update.add(2, at: 0, cuts)
        update.add(4, at: 0, [.item(.string("y"), after: (9, 0)), .item(.string("z"), after: (9, 1))])
        #expect(throws: YjsError.pendingTooLarge(limit: 1)) { try document.apply(update.bytes) }
        expectSame(document.encodeState(), state)
        #expect(document.store.arena.bytes.count < 20 * pairs)
    }

    @Test func aLongListCutAtItsEndIsRefusedWhenItCostsTooMuch() throws {
        let length = 20_000
        let limits = YLimits(maxConflictSteps: 100_000)
        let list = RawUpdate.block(1, [.item(.any(Array(repeating: .null, count: length)))])
        var document = try document(list, limits: limits)
        let state = document.encodeState()
        let cuts: [RawStruct] = (1..<UInt64(length) - 1).reversed().map { clock in
            .item(.any([.null]), after: (1, clock - 1), before: (1, clock))
        }
        #expect(throws: YjsError.integrationTooExpensive(limit: 100_000)) {
            try document.apply(RawUpdate.block(2, cuts))
        }
        #expect(document.encodeState() == state)
    }

    @Test func insertsAtTheHeadOfAKeyAreCounted() throws {
        let limits = YLimits(maxConflictSteps: 10_000)
        var document = YDocument(limits: limits)
        #expect(throws: YjsError.integrationTooExpensive(limit: 10_000)) {
            var update = RawUpdate()
            // Clients by descending id, so that each new item goes to the left of all others.
            for client in UInt64(1)...1_000 {
                update.add(1_001 - client, at: 0, [.item(.any([.null]), key: "k")])
            }
            try document.apply(update.bytes)
        }
        #expect(document.encodeState() == YUpdate.empty)
    }

    /// Eight structs for one clock, each of which waits for another clock of a second client, and so on.
    @Test func overlappingStructsThatWaitAreNotTriedWithoutEnd() throws {
        let length: UInt64 = 200
        var update = RawUpdate()
        for alternative in UInt64(0)..<8 {
            let structs = (0..<length).map { clock in
                RawStruct.item(.string("x"), after: (2, clock * 8 + alternative), before: (3, clock * 8 + alternative))
            }
            update.add(1, at: 0, structs)
        }
        for client in UInt64(2)...3 {
            let structs = (0..<length * 8).map { clock -> RawStruct in
                let other = 5 - client
                guard clock > 0 else { return .item(.string("y")) }
                return .item(.string("y"), after: (other, clock - 1))
            }
            update.add(client, at: 0, structs)
        }
        var document = YDocument()
        try document.apply(update.bytes)
        #expect(document.stateVector[1] == length)
        let isWaiting = document.hasPendingData
        #expect(!isWaiting)
    }
}
