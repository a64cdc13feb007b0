import Testing

@testable import Yjs

@Suite("Items that a scan passed")
struct VisitedItemsTests {
    @Test(arguments: [1, 16, 17, 100])
    func eachIsFoundWithItsPlace(_ count: Int) {
        var visited = VisitedItems()
        for shift in 0..<3 {
            visited.begin()
            let refs = (0..<count).map { UInt32(($0 * 7 + shift) % 101) }
            for ref in refs { visited.append(ref, of: 101) }
            #expect(visited.count == count)
            #expect(refs.map { visited.index(of: $0) } == Array(0..<count))
            let others = (UInt32(0)..<101).filter { !refs.contains($0) } + [absent, 5_000]
            #expect(others.allSatisfy { visited.index(of: $0) == nil })
        }
    }

    @Test func aStoreMayGrowBetweenScans() {
        var visited = VisitedItems()
        for size in [20, 40, 80] {
            visited.begin()
            for ref in 0..<UInt32(size) { visited.append(ref, of: size) }
            #expect(visited.index(of: UInt32(size - 1)) == size - 1)
        }
    }
}
