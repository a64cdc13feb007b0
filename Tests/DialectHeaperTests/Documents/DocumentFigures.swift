import CofferCore
import CofferTesting
import Synchronization
import Testing
import Yjs

@testable import DialectHeaper

/// Measures documents without sockets; runs only when it is asked for: `swift test --filter DocumentFigures`.
@Suite(
    "Heaper: figures of documents",
    .enabled(if: CommandLine.arguments.contains { $0.contains("DocumentFigures") }),
    .serialized
)
struct DocumentFigures {
    private static let clock = ContinuousClock()

    /// One writer hands in 5,000 updates, in batches as a socket gathers them, to 20 listeners.
    @Test func fanOut() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            let updates = try (0..<5000).map { try typist.type("x", at: $0) }
            let listeners = (0..<20).map { _ in RecordingListener() }
            for listener in listeners { _ = try await fixture.hub.attach(listener, to: fixture.target()) }
            let spent = try await Self.clock.measure {
                for start in stride(from: 0, to: updates.count, by: 100) {
                    let batch = Array(updates[start..<start + 100])
                    let outcomes = try await fixture.hub.apply(batch, to: fixture.target(), by: fixture.heaps.ada)
                    #expect(outcomes.allSatisfy { $0 == .applied })
                }
            }
            #expect(try await fixture.text().count == 5000)
            print("figure: 5,000 updates in batches of 100 to 20 listeners: \(spent)")
        }
    }

    /// 100,000 updates of 20 writers at chance places, stored in batches while the document stays open.
    @Test func loadingAfterManyUpdates() async throws {
        try await DocumentFixture.run { fixture async throws in
            var random = SeededGenerator(1)
            var document = YDocument()
            var length = 0
            for batch in 0..<1000 {
                let updates = try (0..<100).map { number in
                    let place = Int.random(in: 0...min(length, 50), using: &random)
                    length += 1
                    return try document.edit(as: UInt64(1 + (batch * 100 + number) % 20)) { edit in
                        try edit.insert("x", at: place, in: .root("t"))
                    }.update
                }
                _ = try await fixture.hub.apply(updates, to: fixture.target(), by: fixture.heaps.ada)
                await fixture.parts.keeper.compact()
            }
            let rows = try await fixture.integer("SELECT count(*) FROM heaper_updates") ?? 0
            let bytes = try await fixture.integer("SELECT length(state) FROM heaper_documents") ?? 0
            let later = try fixture.restarted()
            let start = Self.clock.now
            let text = try await later.text()
            let spent = Self.clock.now - start
            #expect(text.count == 100_000)
            print("figure: opening after 100,000 updates (\(bytes) bytes, \(rows) rows): \(spent)")
        }
    }
}
