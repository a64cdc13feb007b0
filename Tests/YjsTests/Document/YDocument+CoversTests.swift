import Testing

@testable import Yjs

@Suite("Whether an update is news")
struct YDocumentCoversTests {
    private func whole() throws -> YDocument {
        try document(RawUpdate.block(1, [.item(.string("abcdef"))]), RawUpdate.deleting(1, 2, 2))
    }

    @Test func knownStructsAndDeletesAreNoNews() throws {
        let document = try whole()
        #expect(try document.covers(YUpdate.empty))
        #expect(try document.covers(document.encodeState()))
        #expect(try document.covers(RawUpdate.block(1, [.item(.string("abc"))])))
        #expect(try document.covers(RawUpdate.deleting(1, 3, 1)))
    }

    @Test func moreStructsOrDeletesAreNews() throws {
        let document = try whole()
        #expect(try !document.covers(RawUpdate.block(1, [.item(.string("abcdefg"))])))
        #expect(try !document.covers(RawUpdate.block(2, [.item(.string("x"))])))
        #expect(try !document.covers(RawUpdate.deleting(1, 1, 2)))
        #expect(try !document.covers(RawUpdate.deleting(1, 3, 2)))
        #expect(try !document.covers(RawUpdate.deleting(2, 0, 1)))
    }

    @Test(arguments: Vector.all)
    func aLogIsNewsUntilItIsApplied(_ vector: Vector) throws {
        var document = YDocument(collectsGarbage: vector.gc)
        #expect(try !document.covers(Array(vector.merged)))
        for update in vector.log { try document.apply(update) }
        for update in vector.log + [Array(vector.merged), Array(vector.stateV2)] {
            #expect(try document.covers(update))
        }
    }

    @Test func malformedUpdatesAreRefused() throws {
        let document = try whole()
        #expect(throws: YjsError.unexpectedEnd(offset: 0)) { try document.covers([]) }
    }
}
