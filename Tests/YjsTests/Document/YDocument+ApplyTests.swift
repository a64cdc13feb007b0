import Testing

@testable import Yjs

@Suite("Applying updates")
struct YDocumentApplyTests {
    @Test(arguments: Vector.all)
    func noPrefixOfAnUpdateChangesTheDocument(_ vector: Vector) throws {
        let state = Array(vector.state)
        var document = try document(RawUpdate.block(1, [.item(.string("before"))]))
        let before = document.encodeState()
        for length in stride(from: 0, to: state.count, by: max(1, state.count / 50)) {
            #expect(throws: YjsError.self) { try document.apply(Array(state[..<length])) }
        }
        #expect(throws: YjsError.self) { try document.apply(state + [0]) }
        #expect(document.encodeState() == before)
    }

    @Test func anUpdateLargerThanTheLimitIsRefused() {
        #expect(throws: YjsError.updateTooLarge(bytes: 11, limit: 10)) {
            try document(Array(repeating: 0, count: 11), limits: YLimits(maxUpdateBytes: 10))
        }
    }

    @Test(arguments: Vector.all)
    func whatIsPassedOnMakesACopyFollow(_ vector: Vector) throws {
        var document = YDocument(collectsGarbage: vector.gc)
        var copy = document
        for update in vector.shuffled {
            let commit = try document.applyToPassOn(update)
            try copy.apply(commit.update)
            let isWaiting = copy.hasPendingData
            #expect(!isWaiting)
        }
        #expect(copy.stateVector == document.stateVector)
        let collected = try YDocument(state: copy.encodeState()).encodeState()
        expectSame(collected, try YDocument(state: document.encodeState()).encodeState())
    }

    @Test func whatIsKnownIsNotPassedOn() throws {
        let update = RawUpdate.block(1, [.item(.string("a"))])
        var document = try document(update)
        #expect(try document.applyToPassOn(update).update == YUpdate.empty)
        #expect(try document.applyToPassOn(RawUpdate.deleting(1, 0, 1)).update == RawUpdate.deleting(1, 0, 1))
        #expect(try document.applyToPassOn(RawUpdate.deleting(1, 0, 1)).update == YUpdate.empty)
    }

    @Test func aRefusedUpdateIsUndone() throws {
        var document = try document(
            RawUpdate.block(
                1,
                [.item(.string("text")), .item(.any([.null]), key: "k"), .item(.type(1), in: .root("m"))]
            ),
            RawUpdate.deleting(1, 1, 1),
            limits: YLimits(maxPendingStructs: 1)
        )
        let (state, roots) = (document.encodeState(), document.rootNames)
        var update = RawUpdate()
        update.add(2, at: 0, [.item(.string("x"), after: (1, 2)), .item(.any([.bool(true)]), after: (1, 4))])
        update.add(3, at: 0, [.item(.string("y"), after: (9, 0)), .item(.string("z"), after: (9, 1))])
        update.delete(1, 5, 1)
        #expect(throws: YjsError.pendingTooLarge(limit: 1)) { try document.apply(update.bytes) }
        #expect(document.encodeState() == state)
        #expect(document.rootNames == roots)
        #expect(document.value(forKey: "k", in: .root("t")) == .value(.null))
        try document.apply(RawUpdate.block(1, at: 6, [.item(.string("!"), after: (1, 3))]))
        #expect(document.text(of: .root("t")) == "txt!")
    }

    @Test func aCopyIsASnapshot() throws {
        var document = try document(RawUpdate.block(1, [.item(.string("a"))]))
        let snapshot = document
        try document.apply(RawUpdate.block(1, at: 1, [.item(.string("b"), after: (1, 0))]))
        #expect(snapshot.text(of: .root("t")) == "a")
        #expect(document.text(of: .root("t")) == "ab")
    }
}
