import Testing

@testable import Yjs

@Suite("Order of integration")
struct IntegratorTests {
    /// Three clients, each struct behind one of another client.
    private var zigzag: [UInt8] {
        var update = RawUpdate()
        for client in UInt64(1)...3 {
            let before = client == 1 ? 3 : client - 1
            update.add(
                client,
                at: 0,
                (0..<30).map { (clock: UInt64) in
                    guard client > 1 || clock > 0 else { return .item(.string("0")) }
                    return .item(.string("\(client)"), after: (before, client == 1 ? clock - 1 : clock))
                }
            )
        }
        return update.bytes
    }

    @Test func clientsWaitForEachOtherWithinAnUpdate() throws {
        let document = try document(zigzag)
        #expect(document.text(of: .root("t")).count == 90)
        let isWaiting = document.hasPendingData
        #expect(!isWaiting)
    }

    @Test func aBlockIsSkippedWhereItsSkipIs() throws {
        let update = hex("01 03 4d 00 04 01 01 74 01 61 0a 01 84 4d 01 01 63 00")
        var document = try document(update)
        #expect(document.text(of: .root("t")) == "a")
        #expect(document.stateVector[77] == 1)
        #expect(document.pending.updates == [hex("01 01 4d 02 84 4d 01 01 63 00")])
        #expect(document.encodeState() == update)
        try document.apply(RawUpdate.block(77, at: 1, [.item(.string("b"), after: (77, 0))]))
        #expect(document.text(of: .root("t")) == "abc")
    }

    @Test func blocksOfOneClientAreTakenByClock() throws {
        var update = RawUpdate()
        update.add(1, at: 1, [.item(.string("b"), after: (1, 0))])
        update.add(1, at: 0, [.item(.string("a"))])
        #expect(try document(update.bytes).encodeState() == RawUpdate.block(1, [.item(.string("ab"))]))
    }

    @Test func ofOverlappingStructsOneThatCanBeIntegratedIsTaken() throws {
        var update = RawUpdate()
        update.add(1, at: 0, [.item(.string("x"), after: (9, 0))])
        update.add(1, at: 0, [.item(.string("x"))])
        var document = try document(update.bytes)
        #expect(document.text(of: .root("t")) == "x")
        let isWaiting = document.hasPendingData
        #expect(!isWaiting)
        try document.apply(RawUpdate.block(9, [.item(.string("y"))]))
        #expect(document.text(of: .root("t")) == "xy")
    }

    /// A client whose peer has collected the struct already sends a GC, which waits for nothing.
    @Test func aStructThatComesInAnotherFormFreesWhatIsBehindIt() throws {
        let blocked: [RawStruct] = [.item(.string("x"), after: (9, 0)), .item(.string("y"))]
        var document = try document(RawUpdate.block(1, blocked))
        #expect(document.text(of: .root("t")).isEmpty)
        try document.apply(RawUpdate.block(1, [.gc(1)]))
        #expect(document.text(of: .root("t")) == "y")
        let isWaiting = document.hasPendingData
        #expect(!isWaiting)
    }

    @Test func theRestOfAKnownStructWaitsForNothingButItsRightNeighbour() throws {
        var document = try document(RawUpdate.block(1, [.item(.string("ab"))]))
        try document.apply(RawUpdate.block(1, [.item(.string("abc"), after: (9, 0))]))
        #expect(document.text(of: .root("t")) == "abc")
        let state = document.encodeState()
        #expect(try YDocument(state: state).encodeState() == state)
        let change = try document.apply(RawUpdate.block(1, [.item(.string("abcd"), before: (9, 0))]))
        #expect(change.isIncomplete)
    }

    @Test func whatIsMissingIsNamed() throws {
        var update = RawUpdate()
        update.add(1, at: 0, [.item(.string("x"), after: (9, 5))])
        update.add(2, at: 3, [.item(.string("y"))])
        update.add(3, at: 0, [.item(.string("z"), before: (9, 2))])
        var store = DocumentStore(collectsGarbage: true)
        var transaction = store.begin()
        var integrator = try Integrator(ScannedUpdate(update.bytes, limits: .network), maxConflictSteps: 10)
        try integrator.run(&store, &transaction)
        // Clients 1 and 3 may grow by another version of what waits.
        #expect(integrator.missing == [9: 2, 2: 2, 1: 0, 3: 0])
        #expect(integrator.rest(store)?.count == 3)
    }
}
