import Testing

@testable import Yjs

@Suite("Items")
struct ItemTests {
    @Test func originsAreEqualIfBothAreMissingOrTheSame() {
        var one = Item(clock: 0, length: 1, client: 0, kind: ContentRef.string)
        var other = one
        other.originClock = 7
        #expect(one.hasSameOrigin(as: other))
        one.originClient = 1
        #expect(!one.hasSameOrigin(as: other))
        other.originClient = 1
        #expect(!one.hasSameOrigin(as: other))
        one.originClock = 7
        #expect(one.hasSameOrigin(as: other))
        other.rightOriginClient = 2
        #expect(!one.hasSameRightOrigin(as: other))
        one.rightOriginClient = 2
        #expect(one.hasSameRightOrigin(as: other))
        one.rightOriginClock = 1
        #expect(!one.hasSameRightOrigin(as: other))
    }

    @Test func marksAndDeletedContentsDoNotCount() {
        let uncounted = [ContentRef.deleted, ContentRef.format, ContentRef.gc]
        for kind in ContentRef.gc...ContentRef.doc {
            let item = Item(clock: 0, length: 1, client: 0, kind: kind)
            #expect(item.isCountable == !uncounted.contains(kind))
        }
    }

    @Test func anItemIsSmall() {
        #expect(MemoryLayout<Item>.stride <= 72)
    }
}
