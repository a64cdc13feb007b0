import Testing

@testable import Yjs

@Suite("Restoring divided pairs")
struct DocumentStoreRestoreTests {
    private let replaced = RawUpdate.block(1, [.item(.string("a\u{FFFD}\u{FFFD}b\u{FFFD}\u{FFFD}c"))])

    private func restored(_ pairs: [(clock: UInt64, text: String)], slot: UInt32 = 0) throws -> String {
        var document = try document(replaced)
        var ids = ClientTable()
        for client in UInt64(1)...2 { _ = ids.add(client) }
        let divided = pairs.map { Transaction.DividedPair(slot: slot, clock: $0.clock, bytes: Array($0.text.utf8)) }
        document.store.restore(divided, ids)
        #expect(StoreChecks(document).problems == [])
        return document.text(of: .root("t"))
    }

    @Test func pairsReturnInAnyOrder() throws {
        #expect(try restored([(2, "😀")]) == "a😀b\u{FFFD}\u{FFFD}c")
        #expect(try restored([(5, "😺"), (2, "😀")]) == "a😀b😺c")
        #expect(try restored([]) == "a\u{FFFD}\u{FFFD}b\u{FFFD}\u{FFFD}c")
    }

    /// A place that holds anything but two halves stays as it is, and so does what is unknown.
    @Test func otherPlacesStayAsTheyAre() throws {
        for clock in [1, 3, 4, 6, 7, 100] as [UInt64] {
            #expect(try restored([(clock, "😀"), (5, "😺")]) == "a\u{FFFD}\u{FFFD}b😺c")
        }
        #expect(try restored([(2, "😀")], slot: 1) == "a\u{FFFD}\u{FFFD}b\u{FFFD}\u{FFFD}c")
    }
}
