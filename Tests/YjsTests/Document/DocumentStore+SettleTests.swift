import Testing

@testable import Yjs

@Suite("Concurrent inserts at one place")
struct DocumentStoreSettleTests {
    private func texts(_ updates: [[UInt8]]) throws -> Set<String> {
        var texts: Set<String> = []
        for shift in updates.indices {
            var document = YDocument()
            for update in updates[shift...] + updates[..<shift] { try document.apply(update) }
            texts.insert(document.text(of: .root("t")))
        }
        return texts
    }

    @Test func theLowerClientComesFirst() throws {
        let updates = [3, 1, 2].map { RawUpdate.block(UInt64($0), [.item(.string("\($0)"))]) }
        #expect(try texts(updates) == ["123"])
    }

    @Test func runsOfTwoClientsDoNotMix() throws {
        let updates = [1, 2].map { client in
            RawUpdate.block(
                client,
                [
                    .item(.string("\(client)")), .item(.embed("1"), after: (client, 0)),
                    .item(.string("\(client)"), after: (client, 1)),
                ]
            )
        }
        #expect(try texts(updates) == ["1122"])
    }

    @Test func longRunsOfConflictsAreSettledToo() throws {
        let updates = (1...40).map { RawUpdate.block(UInt64($0), [.item(.string("a"), in: .root("t"))]) }
        let chained = RawUpdate.block(50, [.item(.string("b"), after: (20, 0)), .item(.string("c"), after: (3, 0))])
        #expect(try texts(updates + [chained]).count == 1)
    }

    @Test func stepsAreLimited() throws {
        var document = YDocument(limits: YLimits(maxConflictSteps: 10))
        for client in UInt64(1)...5 { try document.apply(RawUpdate.block(client, [.item(.string("x"))])) }
        let state = document.encodeState()
        var update = RawUpdate()
        for client in UInt64(6)...8 { update.add(client, at: 0, [.item(.string("x"))]) }
        #expect(throws: YjsError.integrationTooExpensive(limit: 10)) { try document.apply(update.bytes) }
        #expect(document.encodeState() == state)
        try document.apply(RawUpdate.block(6, [.item(.string("x"))]))
    }
}
