import CofferCore
import CofferTesting
import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: documents")
struct DocumentHubTests {
    @Test func firstUpdateMakesTheBlock() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            #expect(try await fixture.apply(typist.type("hello")) == [.applied])
            #expect(try await fixture.text() == "hello")
            #expect(try await fixture.restarted().text() == "hello")
            #expect(try await fixture.row("SELECT owner_id FROM heaper_blocks WHERE id = 'BLOCK'") == "ADA")
            #expect(try await fixture.integer("SELECT sync_version FROM heaper_blocks WHERE id = 'BLOCK'") == 1)
        }
    }

    @Test func snapshotOfUnknownBlockIsEmptyAndMakesNothing() async throws {
        try await DocumentFixture.run { fixture async throws in
            #expect(try await fixture.hub.snapshot(of: BlockID(unchecked: "X")).stateVector == StateVector())
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_documents") == 0)
        }
    }

    @Test func knownUpdateIsUnchangedAndLeavesNoTrace() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            let update = try typist.type("a")
            try await fixture.apply(update)
            let listener = RecordingListener()
            _ = try await fixture.hub.attach(listener, to: fixture.target())
            let stamp = try await fixture.integer("SELECT stamp FROM heaper_blocks WHERE id = 'BLOCK'")
            #expect(try await fixture.apply(update, YUpdate.empty) == [.unchanged, .unchanged])
            #expect(listener.updates.isEmpty)
            #expect(try await fixture.integer("SELECT stamp FROM heaper_blocks WHERE id = 'BLOCK'") == stamp)
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_updates") == 1)
        }
    }

    @Test func badUpdatesAreRefusedOneByOne() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            let outcomes = try await fixture.apply(
                [1, 2, 3],
                typist.type("a"),
                [UInt8](repeating: 0, count: (16 << 20) + 1),
                typist.type("b", at: 1)
            )
            guard case .invalid = outcomes[0] else {
                Issue.record("outcome \(outcomes[0])")
                return
            }
            #expect(Array(outcomes.dropFirst()) == [.applied, .tooLarge, .applied])
            #expect(try await fixture.restarted().text() == "ab")
            #expect(fixture.counters.updatesApplied.value == 2)
            #expect(fixture.counters.updatesRejected.value == 2)
            #expect(fixture.counters.pendingStores.value == 0)
        }
    }

    @Test func refusedUpdateOfUnknownBlockMakesNoBlock() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await fixture.apply([9, 9, 9])
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_blocks WHERE id = 'BLOCK'") == 0)
        }
    }

    @Test func updateWithoutPredecessorIsKeptAndTakesEffectLater() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            let first = try typist.type("a")
            let second = try typist.type("b", at: 1)
            let listener = RecordingListener()
            _ = try await fixture.hub.attach(listener, to: fixture.target())
            #expect(try await fixture.apply(second) == [.applied])
            #expect(listener.updates.isEmpty)
            let later = try fixture.restarted()
            #expect(try await later.text() == "")
            #expect(try await later.apply(first) == [.applied])
            #expect(try await later.text() == "ab")
        }
    }

    @Test func batchIsOneRowAndOneBroadcast() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            let updates = try (0..<50).map { try typist.type("x", at: $0) }
            let listener = RecordingListener()
            _ = try await fixture.hub.attach(listener, to: fixture.target())
            let outcomes = try await fixture.hub.apply(updates, to: fixture.target(), by: fixture.heaps.ada)
            #expect(outcomes == updates.map { _ in .applied })
            #expect(listener.updates.count == 1)
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_updates") == 1)
            let heard = try YDocument(state: listener.updates[0])
            #expect(heard.text(of: .root("t")).count == 50)
        }
    }

    @Test func attachedDocumentAndNewsFitTogether() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            try await fixture.apply(typist.type("a"))
            let listener = RecordingListener()
            var copy = try await fixture.hub.attach(listener, to: fixture.target()).document
            #expect(copy.text(of: .root("t")) == "a")
            try await fixture.apply(typist.type("b", at: 1))
            for update in listener.updates { try copy.apply(update) }
            #expect(copy.text(of: .root("t")) == "ab")
            await fixture.hub.detach(listener, from: BlockID(unchecked: "BLOCK"))
            try await fixture.apply(typist.type("c", at: 2))
            #expect(listener.updates.count == 1)
        }
    }

    @Test func editIsStoredAndTold() async throws {
        try await DocumentFixture.run { fixture async throws in
            let listener = RecordingListener()
            _ = try await fixture.hub.attach(listener, to: fixture.target())
            try await fixture.hub.edit(fixture.target(), by: fixture.heaps.ada) { edit in
                try edit.insert("server", at: 0, in: .root("t"))
            }
            try await fixture.hub.edit(fixture.target(), by: fixture.heaps.ada) { _ in }
            #expect(listener.updates.count == 1)
            #expect(try await fixture.restarted().text() == "server")
            await #expect(throws: HeaperError.readOnly) {
                try await fixture.hub.edit(fixture.target(), by: fixture.heaps.ada) { edit in
                    try edit.insert("never", at: 0, in: .root("t"))
                    throw HeaperError.readOnly
                }
            }
            #expect(try await fixture.text() == "server")
        }
    }

    @Test func purgedBlockTakesNothing() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            try await fixture.apply(typist.type("a"))
            let stamps = fixture.parts.stamps
            _ = try await fixture.database.write { session in
                try BlockRows.purge(BlockID(unchecked: "BLOCK"), stamp: stamps.next(in: session), session)
            }
            #expect(try await fixture.apply(typist.type("b", at: 1)) == [.deleted])
            await #expect(throws: HeaperError.blockNotFound) {
                try await fixture.hub.edit(fixture.target(), by: fixture.heaps.ada) { edit in
                    try edit.insert("x", at: 0, in: .root("t"))
                }
            }
            #expect(try await fixture.text() == "")
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_updates") == 0)
            #expect(try await fixture.integer("SELECT floor_version FROM heaper_blocks WHERE id = 'BLOCK'") == 2)
        }
    }

    @Test func deletedHeapTakesNothing() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await fixture.heaps.execute("UPDATE heaper_heaps SET deleted_at = 1")
            var typist = Typist(client: 1)
            #expect(try await fixture.apply(typist.type("a")) == [.deleted])
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_blocks WHERE id = 'BLOCK'") == 0)
        }
    }

    @Test(arguments: [StorageError.full, .unavailable("gone")])
    func failedCommitLeavesMemoryAsTheDatabaseIs(_ failure: StorageError) async throws {
        try await HeapFixture.run { heaps async throws in
            let database = FailingDatabase(heaps.database)
            let fixture = try DocumentFixture(heaps, database: database)
            var typist = Typist(client: 1)
            try await fixture.apply(typist.type("a"))
            let listener = RecordingListener()
            _ = try await fixture.hub.attach(listener, to: fixture.target())
            let second = try typist.type("b", at: 1)
            database.fail(with: failure)
            await #expect(throws: failure) { _ = try await fixture.apply(second) }
            #expect(listener.updates.isEmpty)
            #expect(try await fixture.text() == "a")
            database.fail(with: nil)
            #expect(try await fixture.apply(second) == [.applied])
            #expect(listener.updates.count == 1)
            #expect(try await fixture.restarted().text() == "ab")
        }
    }

    @Test func closedDocumentTellsWhyAndForgets() async throws {
        try await DocumentFixture.run { fixture async throws in
            let listener = RecordingListener()
            _ = try await fixture.hub.attach(listener, to: fixture.target())
            await fixture.hub.close([BlockID(unchecked: "BLOCK"), BlockID(unchecked: "OTHER")], reason: "deleted")
            #expect(listener.reasons == ["deleted"])
            #expect(fixture.hub.counts.documents == 0)
            await fixture.hub.detach(listener, from: BlockID(unchecked: "BLOCK"))
            #expect(fixture.hub.counts.documents == 0)
        }
    }

    @Test func damagedDocumentIsUnavailable() async throws {
        try await DocumentFixture.run { fixture async throws in
            var typist = Typist(client: 1)
            try await fixture.apply(typist.type("a"))
            try await fixture.heaps.execute("UPDATE heaper_updates SET bytes = x'0909'")
            let later = try fixture.restarted()
            await #expect(throws: StorageError.self) { _ = try await later.text() }
            await #expect(throws: StorageError.self) { _ = try await later.apply(typist.type("b", at: 1)) }
        }
    }
}
