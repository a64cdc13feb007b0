import CofferCore
import Testing

@testable import DialectHeaper

@Suite("Heaper: heaps")
struct HeapStoreTests {
    @Test func addingTwiceFindsTheFirst() async throws {
        try await HeapFixture.run { fixture in
            for (id, index) in [("HEAP", nil), (nil, "INDEX"), ("HEAP", "INDEX"), ("INDEX", nil)] {
                let draft = HeapStore.Draft(
                    id: id.map { HeapID(unchecked: $0) },
                    indexBlock: index.map { BlockID(unchecked: $0) },
                    name: "again"
                )
                let added = try await fixture.heaps.add(draft, for: fixture.ada)
                #expect(added.place == fixture.heap)
                #expect(!added.isNew)
            }
            #expect(try await fixture.heaps.heaps(of: fixture.ada).map(\.name) == ["Ada's"])
        }
    }

    @Test func takenIdsAreRefused() async throws {
        try await HeapFixture.run { fixture in
            try await fixture.addBlock("A")
            for (id, index) in [("HEAP", nil), (nil, "INDEX"), ("INDEX", nil), (nil, "HEAP"), (nil, "A")] {
                let draft = HeapStore.Draft(
                    id: id.map { HeapID(unchecked: $0) },
                    indexBlock: index.map { BlockID(unchecked: $0) },
                    name: "mine"
                )
                await #expect(throws: HeaperError.idTaken) { try await fixture.heaps.add(draft, for: fixture.bob) }
            }
            let torn = HeapStore.Draft(id: HeapID(unchecked: "HEAP"), indexBlock: BlockID(unchecked: "X"), name: "")
            await #expect(throws: HeaperError.idTaken) { try await fixture.heaps.add(torn, for: fixture.ada) }
            #expect(try await fixture.heaps.heaps(of: fixture.bob).isEmpty)
        }
    }

    @Test func countsLeaveOutIndexAndTrash() async throws {
        try await HeapFixture.run { fixture in
            try await fixture.addBlock("A")
            try await fixture.addBlock("B")
            try await fixture.addBlock("T", trashed: true)
            try await fixture.addBlock("P", purged: true)
            #expect(try await fixture.heaps.heaps(of: fixture.ada).map(\.blockCount) == [2])
            #expect(try await fixture.heaps.heap(fixture.heap.heap, of: fixture.ada)?.blockCount == 2)
            let heap = fixture.heap.heap
            let changed = try await fixture.database.read { try BlockCounts.changed(in: heap, since: 0, $0) }
            #expect(changed == (live: 3, gone: 2))
        }
    }
}
