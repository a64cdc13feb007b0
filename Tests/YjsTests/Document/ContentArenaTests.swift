import Testing

@testable import Yjs

@Suite("Bytes of contents")
struct ContentArenaTests {
    private func arena(_ text: String) -> ContentArena {
        var arena = ContentArena()
        arena.append(Array(text.utf8))
        return arena
    }

    private func text(_ arena: ContentArena, _ start: Int, _ count: Int) -> String {
        String(decoding: arena.bytes[start..<start + count], as: UTF8.self)
    }

    @Test func neighboursAreJoinedInPlace() {
        var arena = arena("abcd")
        #expect(arena.join(0..<2, 2..<4) == 0)
        #expect(arena.bytes.count == 4)
        #expect(arena.garbage == 0)
    }

    @Test func theLastTextGrowsInPlace() {
        var arena = arena("right-left")
        #expect(arena.join(6..<10, 0..<5) == 6)
        #expect(text(arena, 6, 9) == "leftright")
        #expect(arena.live == 10)
    }

    @Test func aTextThatMovesHasRoomToGrow() {
        let long = String(repeating: "a", count: 100)
        var arena = arena(long + "-b-c")
        let moved = arena.join(0..<100, 101..<102)
        #expect(text(arena, moved, 101) == long + "b")
        let size = arena.bytes.count
        #expect(arena.join(moved..<moved + 101, 103..<104) == moved)
        #expect(arena.bytes.count == size)
        #expect(text(arena, moved, 102) == long + "bc")
        // The two dashes belong to nobody, but nobody discarded them.
        #expect(arena.live == 104)
    }

    @Test func squeezingKeepsWhatItemsReferTo() {
        var arena = arena("xxabxxcd")
        var items = [
            Item(clock: 0, length: 2, client: 0, content: 6, contentBytes: 2, kind: ContentRef.string),
            Item(clock: 2, length: 5, client: 0, kind: ContentRef.deleted),
            Item(clock: 7, length: 2, client: 0, content: 2, contentBytes: 2, kind: ContentRef.string),
        ]
        arena.discard(4)
        #expect(arena.live == 4)
        arena.squeeze(&items)
        #expect(arena.bytes == Array("cdab".utf8))
        #expect(items.map(\.content) == [0, 0, 2])
        #expect(arena.garbage == 0)
    }

    @Test func roomThatWasNotNeededIsGivenBack() {
        var arena = arena("abc")
        arena.reserve(100_000)
        #expect(arena.bytes.capacity >= 100_000)
        arena.trim()
        #expect(arena.bytes.capacity < 1_000)
        #expect(arena.bytes == Array("abc".utf8))
    }

    @Test func littleGarbageIsNotWasteful() {
        var arena = arena("abc")
        arena.discard(3)
        #expect(!arena.isWasteful)
        arena.append([UInt8](repeating: 0, count: 90_000))
        arena.discard(40_000)
        #expect(arena.isWasteful)
    }
}
