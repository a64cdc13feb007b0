import CofferCore
import CofferTesting
import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: documents in memory")
struct DocumentMemoryTests {
    @Test func idleDocumentsAreClosedAndListenedOnesStay() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            try await fixture.apply(typist.type("a"), to: "A")
            let listener = RecordingListener()
            _ = try await fixture.hub.attach(listener, to: fixture.target("B"))
            _ = try await fixture.hub.attach(listener, to: fixture.target("B"))
            #expect(fixture.hub.counts.documents == 2)
            #expect(fixture.hub.counts.listeners == 1)
            fixture.clock.advance(by: DocumentHub.idleTime)
            await fixture.parts.keeper.tidy()
            #expect(fixture.hub.counts.documents == 1)
            #expect(fixture.counters.documents.value == 1)
            await fixture.hub.detach(listener, from: BlockID(unchecked: "B"))
            fixture.clock.advance(by: DocumentHub.idleTime)
            await fixture.parts.keeper.tidy()
            #expect(fixture.hub.counts == (0, 0, 0, 0))
        }
    }

    @Test func idleDocumentsMakeRoomForOthers() async throws {
        try await DocumentFixture.run(memoryBytes: 1 << 20) { fixture async throws in
            let listener = RecordingListener()
            let large = String(repeating: "x", count: 100_000)
            for number in 0..<30 {
                var typist = Typist(client: 1)
                fixture.clock.advance(by: .milliseconds(1))
                if number == 0 { _ = try await fixture.hub.attach(listener, to: fixture.target("D0")) }
                try await fixture.apply(typist.type(large), to: "D\(number)")
                #expect(fixture.hub.counts.bytes <= 1 << 20)
            }
            #expect(fixture.hub.counts.listeners == 1)
            #expect(try await fixture.hub.snapshot(of: BlockID(unchecked: "D1")).text(of: .root("t")) == large)
        }
    }

    @Test func manyOpensAndClosesLeaveNothingBehind() async throws {
        try await DocumentFixture.run { fixture async throws in
            await withTaskGroup(of: Void.self) { group in
                for task in 0..<8 {
                    group.addTask {
                        for number in 0..<1250 {
                            let block = "B\((number * 7 + task) % 50)"
                            let listener = RecordingListener()
                            guard (try? await fixture.hub.attach(listener, to: fixture.target(block))) != nil else {
                                continue
                            }
                            let state = Awareness.encode([.init(client: UInt64(task), clock: 1, state: "{}")])
                            try? await fixture.hub.applyAwareness(state, from: listener, to: BlockID(unchecked: block))
                            if number % 100 == 0 { await fixture.parts.keeper.tidy() }
                            await fixture.hub.detach(listener, from: BlockID(unchecked: block))
                        }
                    }
                }
            }
            fixture.clock.advance(by: DocumentHub.idleTime)
            await fixture.parts.keeper.tidy()
            #expect(fixture.hub.counts == (0, 0, 0, 0))
            #expect(fixture.counters.documents.value == 0)
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_blocks") == 1)
        }
    }
}
