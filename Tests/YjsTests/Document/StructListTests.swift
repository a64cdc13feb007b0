import Testing

@testable import Yjs

@Suite("List of a client's structs")
struct StructListTests {
    /// Structs of two clocks each.
    private func list(_ count: UInt32) -> StructList {
        var list = StructList()
        for ref in 0..<count { list.append(ref, clock: UInt64(ref) * 2, length: 2) }
        return list
    }

    private func refs(_ list: StructList) -> [ItemRef] {
        var refs: [ItemRef] = []
        if let first = list.position(of: 0) { list.forEach(from: first) { refs.append($0) } }
        return refs
    }

    @Test func everyClockIsFound() {
        let list = list(2_000)
        #expect(list.nextClock == 4_000)
        for clock in UInt64(0)..<4_000 { #expect(list.position(of: clock).map { list[$0] } == UInt32(clock / 2)) }
        #expect(list.position(of: 4_000) == nil)
        #expect(StructList().position(of: 0) == nil)
        #expect(StructList().last == nil)
    }

    @Test func neighboursAreFoundAcrossChunks() throws {
        let list = list(2_000)
        var position = try #require(list.last)
        for ref in stride(from: UInt32(1_998), through: 0, by: -1) {
            let before = try #require(list.before(position))
            #expect(list[before] == ref)
            #expect(list.after(before).map { list[$0] } == ref + 1)
            position = before
        }
        #expect(list.before(position) == nil)
        #expect(list.count(from: position) == 2_000)
        #expect(try list.count(from: #require(list.position(of: 1_999))) == 1_001)
    }

    @Test func halvesAreInsertedBehind() throws {
        var list = list(1_000)
        for ref in 0..<UInt32(1_000) {
            let clock = UInt64(ref) * 2
            let position = try #require(list.position(of: clock))
            list.insert(1_000 + ref, clock: clock + 1, after: position)
        }
        #expect(refs(list) == (0..<1_000).flatMap { [$0, $0 + 1_000] })
        for clock in UInt64(0)..<2_000 {
            #expect(list.position(of: clock).map { list[$0] } == UInt32(clock / 2 + clock % 2 * 1_000))
        }
    }

    @Test func removedStructsBelongToTheOneBefore() throws {
        var list = list(1_500)
        for clock in stride(from: UInt64(2_998), to: 0, by: -4) {
            list.remove(at: try #require(list.position(of: clock)))
        }
        #expect(refs(list).count == 750)
        for clock in UInt64(0)..<3_000 { #expect(list.position(of: clock).map { list[$0] } == UInt32(clock / 4 * 2)) }
        for clock in stride(from: UInt64(2_996), to: 0, by: -4) {
            list.remove(at: try #require(list.position(of: clock)))
        }
        #expect(refs(list) == [0])
        #expect(list.position(of: 2_999).map { list[$0] } == 0)
    }

    @Test func clocksFarApartAreFound() throws {
        var list = StructList()
        list.append(0, clock: 0, length: 1 << 40)
        list.append(1, clock: 1 << 40, length: 1)
        #expect(list.position(of: 1 << 39).map { list[$0] } == 0)
        #expect(list.position(of: 1 << 40).map { list[$0] } == 1)
        list.insert(2, clock: 1 << 36, after: try #require(list.position(of: 0)))
        list.insert(3, clock: 5, after: try #require(list.position(of: 0)))
        #expect(refs(list) == [0, 3, 2, 1])
        #expect(list.position(of: 4).map { list[$0] } == 0)
        #expect(list.position(of: (1 << 36) - 1).map { list[$0] } == 3)
        #expect(list.position(of: 1 << 36).map { list[$0] } == 2)
    }
}
