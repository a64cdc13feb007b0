import Testing

@testable import Yjs

@Suite("Encoding the store")
struct DocumentStoreEncodeTests {
    @Test func clientsAreWrittenByDescendingID() throws {
        let document = try document(
            RawUpdate.block(1, [.item(.string("a"))]),
            RawUpdate.block(300, [.item(.string("b"))]),
            RawUpdate.block(2, [.item(.string("c"))])
        )
        var expected = RawUpdate()
        for (client, text) in [(300, "b"), (2, "c"), (1, "a")] as [(UInt64, String)] {
            expected.add(client, at: 0, [.item(.string(text))])
        }
        #expect(document.encodeState() == expected.bytes)
        #expect(document.stateVector.encoded() == hex("03 ac02 01 02 01 01 01"))
    }

    @Test func nothingIsWrittenForWhoeverIsUpToDate() throws {
        let document = try document(RawUpdate.block(1, [.item(.string("ab"))]))
        #expect(document.encodeState(from: document.stateVector) == YUpdate.empty)
        var ahead = StateVector()
        ahead[1] = 9
        #expect(document.encodeState(from: ahead) == YUpdate.empty)
    }

    @Test(arguments: Vector.all)
    func theSizeIsCountedWithoutEncoding(_ vector: Vector) throws {
        let document = try YDocument(state: Array(vector.state), collectsGarbage: vector.gc)
        let size = document.encodeState().count
        #expect(document.store.encodedBytes() == size)
        #expect(document.store.encodedBound >= size)
    }

    @Test func aTransactionIsWrittenFromWhereItBegan() throws {
        var document = try document(RawUpdate.block(1, [.item(.string("ab"))]))
        let commit = try document.applyToPassOn(RawUpdate.block(1, [.item(.string("abcd"))]))
        #expect(commit.update == RawUpdate.block(1, at: 2, [.item(.string("cd"), after: (1, 1))]))
    }
}
