import Testing

@testable import Yjs

@Suite("Size of a document")
struct YDocumentSizeTests {
    private func append(_ clock: UInt64, _ count: Int) -> [UInt8] {
        let text = RawStruct.Content.string(String(repeating: "x", count: count))
        return RawUpdate.block(1, at: clock, [clock == 0 ? .item(text) : .item(text, after: (1, clock - 1))])
    }

    @Test func theEncodedStateStaysBelowTheLimit() throws {
        var document = YDocument(limits: YLimits(maxDocumentBytes: 1_000))
        var clock: UInt64 = 0
        let error = #expect(throws: YjsError.self) {
            while true {
                try document.apply(append(clock, 50))
                clock += 50
            }
        }
        #expect(error == .documentTooLarge(limit: 1_000))
        let size = document.encodeState().count
        #expect(size <= 1_000)
        #expect(size > 850)
    }

    @Test func structsCountToo() throws {
        var document = YDocument(limits: YLimits(maxDocumentBytes: 1_000))
        #expect(throws: YjsError.documentTooLarge(limit: 1_000)) {
            for client in UInt64(1)...1_000 { try document.apply(RawUpdate.block(client, [.item(.string("x"))])) }
        }
        #expect(document.encodeState().count <= 1_000)
        #expect(document.stateVector.clocks.count > 80)
    }

    /// A name of 200 bytes is held once, but the state repeats it.
    @Test func repeatedNamesCount() throws {
        let name = String(repeating: "n", count: 200)
        for item in [
            RawStruct.item(.string("x"), in: .root(name)), .item(.any([.null]), key: name), .item(.type(3, name: name)),
        ] {
            var document = YDocument(limits: YLimits(maxDocumentBytes: 2_000))
            #expect(throws: YjsError.documentTooLarge(limit: 2_000)) {
                for client in UInt64(1)...20 { try document.apply(RawUpdate.block(client, [item])) }
            }
            #expect(document.encodeState().count <= 2_000)
            #expect(document.stateVector.clocks.count >= 8)
        }
    }

    /// Many small structs are estimated far too high; once they are deleted, text must not grow into that room.
    @Test func growthAfterDeletionsCounts() throws {
        var document = YDocument(limits: YLimits(maxDocumentBytes: 2_000))
        for clock in UInt64(0)..<80 {
            let origin: (UInt64, UInt64)? = clock == 0 ? nil : (1, clock - 1)
            try document.apply(RawUpdate.block(1, at: clock, [.item(.embed("1"), after: origin)]))
        }
        try document.apply(RawUpdate.deleting(1, 0, 80))
        #expect(throws: YjsError.documentTooLarge(limit: 2_000)) {
            for clock in stride(from: UInt64(80), to: 8_000, by: 100) { try document.apply(append(clock, 100)) }
        }
        let size = document.encodeState().count
        #expect(size > 1_700 && size <= 2_000)
    }

    /// 25 bytes of version 2 stand for 2,000 of version 1.
    @Test func whatVersion2StandsForCounts() throws {
        let update = hex("00 00 0105 00 00 0100 00 00 00 06 41ffffffff07 01e8070000")
        var document = YDocument(limits: YLimits(maxDocumentBytes: 1_000))
        #expect(throws: YjsError.documentTooLarge(limit: 1_000)) { try document.apply(update) }
    }

    @Test func deletingMakesRoom() throws {
        var document = YDocument(limits: YLimits(maxDocumentBytes: 1_000))
        try document.apply(append(0, 900))
        #expect(throws: YjsError.documentTooLarge(limit: 1_000)) { try document.apply(append(900, 200)) }
        try document.apply(RawUpdate.deleting(1, 0, 800))
        try document.apply(append(900, 200))
        #expect(document.text(of: .root("t")).count == 300)
    }

    @Test func aStateMayBeLargerThanAnUpdate() throws {
        let limits = YLimits(maxUpdateBytes: 100, maxDocumentBytes: 1_000)
        let state = append(0, 500)
        #expect(throws: YjsError.updateTooLarge(bytes: state.count, limit: 100)) {
            try document(state, limits: limits)
        }
        #expect(try YDocument(state: state, limits: limits).text(of: .root("t")).count == 500)
        #expect(throws: YjsError.self) { try YDocument(state: append(0, 2_000), limits: limits) }
    }
}
