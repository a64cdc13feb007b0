import Testing

@testable import Yjs

@Suite("Kinds of content")
struct ContentRefTests {
    @Test func fourKindsCanBeCut() {
        #expect((0...31).filter { ContentRef.isSplittable($0) } == [1, 2, 4, 8])
    }

    @Test func sevenKindsOfType() {
        #expect((0...255).compactMap(YTypeKind.init(rawValue:)).count == 7)
        #expect((0...6).compactMap(YTypeKind.init(rawValue:)).filter(\.isNamed) == [.xmlElement, .xmlHook])
    }

    @Test func deletedContentFormatsAndGCsCountForNothing() {
        let countable = (UInt8(0)...9).filter { Item(clock: 0, length: 1, client: 0, kind: $0).isCountable }
        #expect(countable == [2, 3, 4, 5, 7, 8, 9])
    }
}
