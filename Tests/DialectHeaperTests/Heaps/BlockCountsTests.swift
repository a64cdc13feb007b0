import CofferCore
import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: counts of blocks")
struct BlockCountsTests {
    private let meta = YTypeID.root("meta_v0")

    private func set(_ key: String, _ value: YValue, of block: String, _ fixture: DocumentFixture) async throws {
        let meta = meta
        try await fixture.hub.edit(fixture.target(block), by: fixture.heaps.ada) {
            try $0.set(value, forKey: key, in: meta)
        }
    }

    private func counts(_ fixture: DocumentFixture) async throws -> [Int] {
        let heap = fixture.heaps.heap.heap
        return try await fixture.database.read { session in
            [try BlockCounts.live(in: heap, session), try BlockCounts.trashed(in: heap, session)]
        }
    }

    @Test func theyFollowWhatDocumentsSay() async throws {
        try await DocumentFixture.run { fixture async throws in
            #expect(try await counts(fixture) == [0, 0])
            for block in ["A", "B", "C"] { try await set("color", .string("red"), of: block, fixture) }
            #expect(try await counts(fixture) == [3, 0])
            try await set("deleted_at", .number(5), of: "A", fixture)
            #expect(try await counts(fixture) == [2, 1])
            try await set("deleted_at", .number(6), of: "A", fixture)
            #expect(try await counts(fixture) == [2, 1])
            try await set("deleted_at", .null, of: "A", fixture)
            #expect(try await counts(fixture) == [3, 0])
            try await set("deleted_at", .bool(true), of: "B", fixture)
            try await set("permanently_deleted_at", .bool(true), of: "B", fixture)
            #expect(try await counts(fixture) == [2, 0])
            try await set("permanently_deleted_at", .bool(true), of: "C", fixture)
            #expect(try await counts(fixture) == [1, 0])
            #expect(try await BlockCounts.repair(fixture.database).isEmpty)
        }
    }

    @Test func theIndexBlockIsNeverCounted() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await set("deleted_at", .number(5), of: "INDEX", fixture)
            #expect(try await counts(fixture) == [0, 0])
            #expect(try await BlockCounts.repair(fixture.database).isEmpty)
        }
    }

    @Test func purgingTwiceCountsOnce() async throws {
        try await DocumentFixture.run { fixture async throws in
            for block in ["A", "B"] { try await set("color", .string("red"), of: block, fixture) }
            let stamps = fixture.parts.stamps
            for _ in 0..<2 {
                try await fixture.database.write { session in
                    try BlockRows.purge(BlockID(unchecked: "A"), stamp: try stamps.next(in: session), session)
                }
            }
            #expect(try await counts(fixture) == [1, 0])
        }
    }

    @Test func wrongOnesAreCorrected() async throws {
        try await DocumentFixture.run { fixture async throws in
            for block in ["A", "B", "C"] { try await set("color", .string("red"), of: block, fixture) }
            try await set("deleted_at", .number(5), of: "A", fixture)
            try await fixture.heaps.execute("UPDATE heaper_heaps SET live_count = 70, trashed_count = -3")
            #expect(try await BlockCounts.repair(fixture.database).map(\.text) == ["HEAP"])
            #expect(try await counts(fixture) == [2, 1])
            #expect(try await BlockCounts.repair(fixture.database).isEmpty)
        }
    }
}
