import CofferCore
import CofferTesting
import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: what happens to documents by itself", .timeLimit(.minutes(20)))
struct DocumentKeeperTests {
    private func running(
        _ fixture: DocumentFixture,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await fixture.parts.keeper.run() }
            try await body()
            group.cancelAll()
        }
    }

    /// Moves time on until something has happened; a test that is cancelled must not do so for ever.
    private func wait(_ fixture: DocumentFixture, until isDone: () async throws -> Bool) async throws {
        while try await !isDone() {
            fixture.clock.advance(by: .milliseconds(100))
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test func logStaysShortWhileTheDocumentStaysOpen() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await running(fixture) {
                _ = try await fixture.hub.attach(RecordingListener(), to: fixture.target())
                var typist = Typist(client: 1)
                for _ in 0..<600 { try await fixture.apply(typist.type("x")) }
                try await wait(fixture) { try await fixture.integer("SELECT count(*) FROM heaper_updates") ?? 0 < 320 }
                #expect(try await fixture.restarted().text().count == 600)
            }
        }
    }

    @Test func rowsFollowAfterAWhile() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await fixture.apply(
                EditorUpdate.make("content_v0", client: 1, [.text(String(repeating: "early ", count: 5000))])
            )
            try await running(fixture) {
                try await wait(fixture) { try await fixture.hub.around.log.behind().isEmpty }
                try await fixture.apply(EditorUpdate.make("content_v0", client: 2, [.text("late")]))
                try await wait(fixture) { try await fixture.hub.around.log.behind().isEmpty }
                let text = try await fixture.row("SELECT text FROM heaper_blocks WHERE id = 'BLOCK'") ?? ""
                #expect(text.contains("early ") && text.contains("late"))
            }
        }
    }

    @Test func rowsThatCouldNotFollowDoSoLater() async throws {
        try await HeapFixture.run { heaps async throws in
            let database = FailingDatabase(heaps.database)
            let fixture = try DocumentFixture(heaps, database: database)
            let long = String(repeating: "long ", count: 5000)
            try await fixture.apply(EditorUpdate.make("content_v0", client: 1, [.text(long)]))
            let keeper = fixture.parts.keeper
            database.fail(with: .full)
            await keeper.project()
            database.fail(with: nil)
            await keeper.project()
            #expect(try await !fixture.hub.around.log.behind().isEmpty)
            await keeper.tidy()
            await keeper.project()
            #expect(try await fixture.hub.around.log.behind().isEmpty)
        }
    }

    @Test func idleDocumentsCloseAndPromisesAreKept() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            try await fixture.apply(typist.type("a"))
            try await running(fixture) {
                try await wait(fixture) { fixture.hub.counts.documents == 0 }
                let promised = fixture.clock.now.milliseconds
                _ = fixture.parts.stamps.horizon()
                try await wait(fixture) {
                    try await fixture.integer("SELECT newest FROM heaper_stamps") ?? 0 >= promised
                }
            }
            #expect(fixture.hub.counts == (0, 0, 0, 0))
        }
    }
}
