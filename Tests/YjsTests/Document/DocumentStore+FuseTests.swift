import Testing

@testable import Yjs

@Suite("Fusing structs")
struct DocumentStoreFuseTests {
    private func structs(_ document: YDocument) -> Int {
        document.store.items.count { $0.kind != Item.free }
    }

    @Test(arguments: [
        (RawStruct.Content.string("a"), RawStruct.Content.string("b"), 1),
        (.any([.null]), .any([.null]), 1), (.json(["1"]), .json(["2"]), 1), (.deleted(1), .deleted(1), 1),
        (.binary([1]), .binary([2]), 2), (.embed("1"), .embed("2"), 2), (.string("a"), .any([.null]), 2),
        (.format("b", "1"), .format("b", "null"), 2),
    ])
    func contentsOfTheSameSplittableKindFuse(_ left: RawStruct.Content, _ right: RawStruct.Content, _ count: Int) throws
    {
        let document = try document(RawUpdate.block(1, [.item(left), .item(right, after: (1, 0))]))
        #expect(structs(document) == count)
    }

    @Test func anItemInBetweenPreventsFusing() throws {
        let document = try document(
            RawUpdate.block(2, [.item(.string("ab"))]),
            RawUpdate.block(1, [.item(.string("x"), after: (2, 0))]),
            RawUpdate.block(2, at: 2, [.item(.string("c"), after: (2, 1))])
        )
        #expect(document.text(of: .root("t")) == "axbc")
        #expect(structs(document) == 3)
    }

    @Test func differentRightOriginsPreventFusing() throws {
        let document = try document(
            RawUpdate.block(1, [.item(.string("z"))]),
            RawUpdate.block(2, [.item(.string("a"), before: (1, 0)), .item(.string("b"), after: (2, 0))])
        )
        #expect(document.text(of: .root("t")) == "abz" || document.text(of: .root("t")) == "azb")
        #expect(structs(document) == 3)
    }

    @Test func aKeyPointsToTheFusedItem() throws {
        let document = try document(
            RawUpdate.block(1, [.item(.deleted(1), key: "k"), .item(.deleted(2), after: (1, 0))]),
            RawUpdate.block(1, at: 3, [.item(.any([.bool(true)]), after: (1, 2))])
        )
        #expect(document.value(forKey: "k", in: .root("t")) == .value(.bool(true)))
        #expect(structs(document) == 2)
    }
}
