import Testing

@testable import Yjs

/// Updates that no client writes: each was found by the fuzzer or by thinking like an attacker.
@Suite("Hostile updates")
struct HostileUpdateTests {
    private func document(_ updates: String..., collectsGarbage: Bool = true) throws -> YDocument {
        var document = YDocument(collectsGarbage: collectsGarbage)
        for update in updates { try document.apply(hex(update)) }
        return document
    }

    @Test func secondVersionOfAnItemCannotMoveItToAnotherParent() throws {
        let document = try document(
            "01 01 4d 00 04 01 01 74 02 6869 00",
            "00 01 4d 01 00 02",
            "01 01 4d 00 04 01 01 75 03 686921 00"
        )
        #expect(RoundTrip.problems(of: document) == [])
        #expect(document.text(of: .root("t")) == "!")
        #expect(document.text(of: .root("u")) == "")
    }

    @Test(arguments: [true, false])
    func onlyTheLastUnitUnderAKeyLives(_ collectsGarbage: Bool) throws {
        let document = try document(
            "01 01 4d 00 28 01 01 6d 01 6b 03 7d01 7d02 7d03 00",
            "01 01 05 00 84 4d 00 01 78 00",
            collectsGarbage: collectsGarbage
        )
        #expect(RoundTrip.problems(of: document) == [])
        #expect(document.value(of: .root("m"), as: .map).jsonText == #"{"k":3}"#)
    }

    @Test func structThatArrivesInAnotherVersionWaitsNoLonger() throws {
        let document = try document(
            "01 01 4d 00 04 00 05 00 02 6869 00",
            "01 01 4d 00 00 02 00"
        )
        let isWaiting = document.hasPendingData
        #expect(!isWaiting)
        #expect(RoundTrip.problems(of: document) == [])
    }

    @Test func restOfAStructNeedsOnlyItsFirstPart() throws {
        let document = try document(
            "01 01 4d 00 04 00 05 00 03 686921 00",
            "01 01 4d 00 04 01 01 74 02 6869 00"
        )
        #expect(document.text(of: .root("t")) == "hi!")
        #expect(RoundTrip.problems(of: document) == [])
    }

    @Test func neighboursInDifferentListsLeaveNothing() throws {
        let document = try document(
            "01 01 4d 00 04 01 01 74 02 6869 00",
            "01 02 05 00 07 01 01 61 00 28 00 05 00 01 6b 01 7d 01 00",
            "01 01 06 00 c4 4d 00 05 01 01 78 01 05 01 00 02"
        )
        #expect(document.text(of: .root("t")) == "hi")
        #expect(RoundTrip.problems(of: document) == [])
    }

    /// Each cut of a long list counts its elements, whether or not anything is inserted there.
    @Test func cutsByDeletesAreLimited() throws {
        let content = "01 01 4d 00 08 01 01 74 d0 0f" + String(repeating: "7e", count: 2000) + "00"
        var document = YDocument(limits: YLimits(maxConflictSteps: 60))
        try document.apply(hex(content))
        let before = document.encodeState()
        var deletes = Lib0Encoder()
        for value in [0, 1, 77, 9] as [UInt64] { deletes.writeVarUint(value) }
        let length = document.stateVector[77]
        for index in UInt64(1)..<10 {
            deletes.writeVarUint(length - 2 * index - 1)
            deletes.writeVarUint(1)
        }
        #expect(throws: YjsError.integrationTooExpensive(limit: 60)) { try document.apply(deletes.bytes) }
        expectSame(document.encodeState(), before)
    }
}
