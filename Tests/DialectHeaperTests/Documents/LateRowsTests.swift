import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: changes of blocks whose rows lag behind")
struct LateRowsTests {
    @Test func pageEndsBeforeABlockThatLagsBehind() async throws {
        try await DocumentFixture.run { fixture async throws in
            let heap = fixture.heaps.heap.heap
            let blocks = BlockStore(database: fixture.database, stamps: fixture.parts.stamps, clock: fixture.clock)
            func changes(since: Int64, showsLate: Bool = false) async throws -> BlockStore.Changes {
                try await blocks.changes(in: heap, since: since, limit: 10, complete: true, showsLate: showsLate)
            }
            let before = try await changes(since: 0).serverTime
            // A document that is too long for its rows to be written with it.
            let long = String(repeating: "long ", count: 5000)
            try await fixture.apply(EditorUpdate.make("content_v0", client: 1, [.text(long)]))
            try await fixture.hub.settle(heap)
            try await fixture.apply(EditorUpdate.make("content_v0", client: 2, [.text("late")]))
            let held = try await changes(since: before)
            #expect(held.blocks.isEmpty && held.hasMore && held.isHeldUp)
            #expect(held.serverTime >= before)
            #expect(try await changes(since: before, showsLate: true).blocks.map(\.id.text) == ["BLOCK"])
            try await fixture.hub.settle(heap)
            let shown = try await changes(since: held.serverTime)
            #expect(shown.blocks.map(\.id.text) == ["BLOCK"])
            #expect(shown.blocks.first?.text.contains("late") == true)
            #expect(!shown.hasMore && !shown.isHeldUp)
            #expect(try await changes(since: shown.serverTime).blocks.isEmpty)
        }
    }
}
