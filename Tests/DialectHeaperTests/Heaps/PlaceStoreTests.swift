import CofferCore
import Testing

@testable import DialectHeaper

@Suite("Heaper: places")
struct PlaceStoreTests {
    @Test(arguments: ["HEAP", "INDEX"])
    func heapIsFoundByEitherId(_ name: String) async throws {
        try await HeapFixture.run { fixture in
            let found = try await fixture.places.heap(name, for: fixture.ada)
            #expect(found == fixture.heap)
            #expect(try await fixture.places.heap(name, for: fixture.bob) == nil)
            #expect(try await fixture.places.heap("OTHER", for: fixture.ada) == nil)
        }
    }

    @Test func blockOfAMemberIsPresent() async throws {
        try await HeapFixture.run { fixture in
            try await fixture.addBlock("A")
            try await fixture.addBlock("T", trashed: true)
            let live = BlockPlace(
                block: BlockID(unchecked: "A"),
                heap: fixture.heap,
                version: 1,
                floor: 1,
                deletedAt: nil
            )
            for name in [nil, "HEAP", "INDEX"] {
                let standing = try await fixture.places.standing(of: live.block, in: name, for: fixture.ada)
                #expect(standing == .present(live))
            }
            let trashed = try await fixture.places.standing(of: BlockID(unchecked: "T"), in: nil, for: fixture.ada)
            guard case .present(let place) = trashed else {
                Issue.record("a trashed block is \(trashed)")
                return
            }
            #expect(place.deletedAt == HeapFixture.start)
        }
    }

    @Test func whoIsNoMemberHearsTheSameOfForeignAndUnknown() async throws {
        try await HeapFixture.run { fixture in
            try await fixture.addBlock("A")
            try await fixture.addBlock("P", purged: true)
            for block in ["A", "P", "UNKNOWN"] {
                for heap in [nil, "HEAP", "INDEX", "OTHER"] {
                    let id = BlockID(unchecked: block)
                    #expect(try await fixture.places.standing(of: id, in: heap, for: fixture.bob) == .denied)
                }
            }
        }
    }

    @Test func blockOfAnotherHeapThanNamedIsDenied() async throws {
        try await HeapFixture.run { fixture in
            try await fixture.addBlock("A")
            _ = try await fixture.heaps.add(.init(id: HeapID(unchecked: "SECOND"), name: "b"), for: fixture.ada)
            let standings = try await fixture.places.standings(
                of: [(BlockID(unchecked: "A"), "SECOND"), (BlockID(unchecked: "NEW"), "SECOND")],
                for: fixture.ada
            )
            #expect(standings.first == .denied)
            guard case .absent(let heap) = standings.last else {
                Issue.record("a new block is \(standings)")
                return
            }
            #expect(heap.heap.text == "SECOND")
        }
    }

    @Test func purgedAndHeapDeletedStandAsPurged() async throws {
        try await HeapFixture.run { fixture in
            try await fixture.addBlock("A")
            try await fixture.addBlock("P", purged: true)
            let purged = BlockStanding.purged(fixture.heap, at: HeapFixture.start)
            #expect(try await fixture.places.standing(of: BlockID(unchecked: "P"), in: nil, for: fixture.ada) == purged)
            try await fixture.execute("UPDATE heaper_heaps SET deleted_at = \(HeapFixture.start)")
            for (block, heap) in [("A", nil), ("A", "HEAP"), ("NEW", "INDEX")] {
                let id = BlockID(unchecked: block)
                #expect(try await fixture.places.standing(of: id, in: heap, for: fixture.ada) == purged)
            }
            #expect(try await fixture.places.heap("HEAP", for: fixture.ada) == nil)
        }
    }

    @Test func viewerKeepsTheRole() async throws {
        try await HeapFixture.run { fixture in
            try await fixture.execute(
                "INSERT INTO heaper_members (user_id, heap_id, role) VALUES ('BOB', 'HEAP', 'viewer')"
            )
            let place = try await fixture.places.heap("HEAP", for: fixture.bob)
            #expect(place?.role == .viewer)
            #expect(place?.role.mayWrite == false)
        }
    }
}
