import CofferCore
import CofferTesting
import Synchronization
import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: compaction")
struct CompactionTests {
    private func type(_ fixture: DocumentFixture, _ typist: inout Typist, times: Int) async throws {
        for _ in 0..<times { try await fixture.apply(try typist.type("x")) }
    }

    private func rows(_ fixture: DocumentFixture) async throws -> Int64? {
        try await fixture.integer(
            """
            SELECT count(*) FROM heaper_updates u JOIN heaper_documents d ON d.block_id = u.block_id
            WHERE u.sequence > d.state_sequence
            """
        )
    }

    @Test func longLogBecomesAStateAndKeepsItsRecentRows() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            try await type(fixture, &typist, times: 200)
            await fixture.parts.keeper.compact()
            #expect(try await rows(fixture) == 200)
            try await type(fixture, &typist, times: 1)
            await fixture.parts.keeper.compact()
            #expect(try await rows(fixture) == 0)
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_updates") == 100)
            #expect(try await fixture.integer("SELECT min(sequence) FROM heaper_updates") == 102)
            try await type(fixture, &typist, times: 3)
            #expect(try await rows(fixture) == 3)
            #expect(try await fixture.restarted().text().count == 204)
        }
    }

    @Test func waitingUpdatesSurviveCompaction() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            var late = Typist(client: 2)
            let first = try late.type("a")
            try await fixture.apply(try late.type("b", at: 1))
            try await type(fixture, &typist, times: 250)
            await fixture.parts.keeper.compact()
            #expect(try await rows(fixture) == 0)
            let later = try fixture.restarted()
            try await later.apply(first)
            #expect(try await later.text().count == 252)
        }
    }

    @Test func logThatWasLeftLongIsCompactedOnceOpened() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            try await type(fixture, &typist, times: 201)
            let later = try fixture.restarted()
            _ = try await later.hub.attach(RecordingListener(), to: later.target())
            await later.parts.keeper.compact()
            #expect(try await rows(fixture) == 0)
        }
    }

    @Test func failedCompactionLosesNothing() async throws {
        try await HeapFixture.run { heaps async throws in
            let database = FailingDatabase(heaps.database)
            let fixture = try DocumentFixture(heaps, database: database)
            var typist = Typist(client: 1)
            try await type(fixture, &typist, times: 201)
            database.fail(with: .full)
            await fixture.parts.keeper.compact()
            database.fail(with: nil)
            #expect(try await rows(fixture) == 201)
            try await type(fixture, &typist, times: 1)
            await fixture.parts.keeper.compact()
            #expect(try await rows(fixture) == 0)
            #expect(try await fixture.restarted().text().count == 202)
        }
    }

    /// What is read anew between the commit and its end has no log any more.
    @Test func readingAnewDuringCompactionCountsTheLogOnce() async throws {
        try await HeapFixture.run { heaps async throws in
            let database = FailingDatabase(heaps.database)
            let fixture = try DocumentFixture(heaps, database: database)
            var typist = Typist(client: 1)
            try await type(fixture, &typist, times: 201)
            let update = try typist.type("y")
            database.afterNextWrite {
                database.fail(with: .full)
                await #expect(throws: StorageError.self) { try await fixture.apply(update) }
                database.fail(with: nil)
                _ = try? await fixture.text()
            }
            await fixture.parts.keeper.compact()
            let state = try await fixture.integer("SELECT length(state) FROM heaper_documents")
            let counted = await fixture.hub.using(BlockID(unchecked: "BLOCK")) { $0.footprint.load(ordering: .relaxed) }
            #expect(state == Int64(counted))
        }
    }

    @Test func oldCompactionNeverOverwritesANewerOne() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            try await type(fixture, &typist, times: 3)
            let log = fixture.hub.around.log
            try await log.replace(BlockID(unchecked: "BLOCK"), upTo: 3, by: typist.document.encodeState())
            try await log.replace(BlockID(unchecked: "BLOCK"), upTo: 2, by: YUpdate.empty)
            try await log.replace(BlockID(unchecked: "BLOCK"), upTo: 9, by: YUpdate.empty)
            #expect(try await fixture.restarted().text() == "xxx")
        }
    }
}
