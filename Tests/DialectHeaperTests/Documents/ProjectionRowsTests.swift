import CofferCore
import CofferTesting
import Synchronization
import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: rows follow documents")
struct ProjectionRowsTests {
    private static let hash = String(repeating: "ab", count: 32)

    private func edit(
        _ fixture: DocumentFixture,
        _ block: String = "BLOCK",
        _ body: @escaping @Sendable (inout YEdit) throws -> Void
    ) async throws {
        try await fixture.hub.edit(fixture.target(block), by: fixture.heaps.ada, body)
    }

    /// Makes a document too large for being shown with each update.
    private func grow(_ fixture: DocumentFixture) async throws {
        try await edit(fixture) { try $0.insert(String(repeating: "x", count: 20_000), at: 0, in: .root("t")) }
    }

    private func relations(_ fixture: DocumentFixture) async throws -> [String] {
        try await fixture.database.read { session in
            try session.query("SELECT from_id, type, to_id FROM heaper_relations ORDER BY 1, 2, 3") {
                "\($0.text(0)) \($0.text(1)) \($0.text(2))"
            }
        }
    }

    @Test func smallDocumentIsShownAtOnce() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await fixture.apply(
                EditorUpdate.make("title_v0", client: 1, [.text("Title")]),
                EditorUpdate.make("content_v0", client: 2, [.text("Text "), .reference(to: "B", label: "Bee")])
            )
            #expect(
                try await fixture.row("SELECT title || '/' || text FROM heaper_blocks WHERE id = 'BLOCK'")
                    == "Title/Text Bee"
            )
            #expect(try await relations(fixture) == ["BLOCK mention B"])
            #expect(try await fixture.parts.hub.around.log.behind().isEmpty)
        }
    }

    @Test func largeDocumentFollowsButItsTitleDoesNot() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await grow(fixture)
            try await fixture.apply(
                EditorUpdate.make("title_v0", client: 1, [.text("Title")]),
                EditorUpdate.make("content_v0", client: 2, [.text("Text")])
            )
            let columns: SQL = "SELECT title || '/' || text FROM heaper_blocks WHERE id = 'BLOCK'"
            #expect(try await fixture.row(columns) == "Title/")
            let stamp = try await fixture.integer("SELECT stamp FROM heaper_blocks WHERE id = 'BLOCK'")
            try await fixture.hub.settle(HeapID(unchecked: "OTHER"))
            #expect(try await fixture.row(columns) == "Title/")
            try await fixture.hub.settle(HeapID(unchecked: "HEAP"))
            #expect(try await fixture.row(columns) == "Title/Text")
            #expect(try await fixture.integer("SELECT stamp FROM heaper_blocks WHERE id = 'BLOCK'") == stamp)
        }
    }

    @Test func keeperShowsWhatAnEarlierProcessDidNot() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await grow(fixture)
            try await fixture.apply(EditorUpdate.make("content_v0", client: 2, [.text("Text")]))
            let later = try fixture.restarted()
            #expect(try await later.hub.around.log.behind() == [BlockID(unchecked: "BLOCK")])
            try await later.hub.project(later.hub.around.log.behind())
            #expect(try await fixture.row("SELECT text FROM heaper_blocks WHERE id = 'BLOCK'") == "Text")
            #expect(try await later.hub.around.log.behind().isEmpty)
        }
    }

    @Test func tagsComeAndGo() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await edit(fixture) { edit in
                for tag in ["T1", "T2"] {
                    let map = try edit.setType(.map, forKey: tag, in: .root("relations_v1"))
                    try edit.set(.string("tag"), forKey: "type", in: map)
                }
            }
            #expect(try await relations(fixture) == ["T1 tag BLOCK", "T2 tag BLOCK"])
            try await edit(fixture) { try $0.remove(forKey: "T1", in: .root("relations_v1")) }
            #expect(try await relations(fixture) == ["T2 tag BLOCK"])
        }
    }

    @Test func filesKeepWhatIsKnownAndGoWithTheDocument() async throws {
        try await DocumentFixture.run { fixture async throws in
            let key = "\(Self.hash):5"
            try await edit(fixture) { try $0.set(.null, forKey: key, in: .root("files_v0")) }
            let columns: SQL =
                "SELECT is_uploaded || '/' || in_document || '/' || file_size || '/' || name FROM heaper_files"
            #expect(try await fixture.row(columns) == "0/1/5/")
            try await fixture.heaps.execute("UPDATE heaper_files SET is_uploaded = 1, name = 'up', file_size = 6")
            try await edit(fixture) { try $0.set(.bool(true), forKey: key, in: .root("files_v0")) }
            #expect(try await fixture.row(columns) == "1/1/6/up")
            try await edit(fixture) { try $0.remove(forKey: key, in: .root("files_v0")) }
            #expect(try await fixture.row(columns) == nil)
            #expect(try await fixture.row("SELECT hash FROM heaper_loose_contents") == Self.hash)
        }
    }

    /// What a large document said a moment ago is shown late, and may lack a file that is back.
    @Test func fileThatAnEarlierStateLacksStays() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await grow(fixture)
            let key = "\(Self.hash):5"
            try await edit(fixture) { try $0.set(.null, forKey: key, in: .root("files_v0")) }
            try await fixture.hub.settle(fixture.heaps.heap.heap)
            try await edit(fixture) { try $0.remove(forKey: key, in: .root("files_v0")) }
            let block = BlockID(unchecked: "BLOCK")
            let without = Projection(of: try await fixture.hub.snapshot(of: block), block: block)
            let sequence = try #require(
                try await fixture.integer("SELECT sequence FROM heaper_documents WHERE block_id = 'BLOCK'")
            )
            try await edit(fixture) { try $0.set(.null, forKey: key, in: .root("files_v0")) }
            _ = try await fixture.parts.hub.around.log.project(without, of: block, upTo: sequence)
            #expect(try await fixture.integer("SELECT COUNT(*) FROM heaper_files") == 1)
        }
    }

    @Test func filesPastTheLongestListStay() async throws {
        try await DocumentFixture.run { fixture async throws in
            let keys = (1...Projection.maxFiles).map { "\(String(repeating: "e", count: 58))\(100_000 + $0):5" }
            try await edit(fixture) { edit in
                for key in keys { try edit.set(.null, forKey: key, in: .root("files_v0")) }
            }
            try await fixture.hub.settle(fixture.heaps.heap.heap)
            #expect(try await fixture.integer("SELECT COUNT(*) FROM heaper_files") == Int64(Projection.maxFiles))
            try await edit(fixture) { edit in
                try edit.set(.null, forKey: "\(Self.hash):5", in: .root("files_v0"))
            }
            try await fixture.hub.settle(fixture.heaps.heap.heap)
            #expect(try await fixture.integer("SELECT COUNT(*) FROM heaper_files") == Int64(Projection.maxFiles) + 1)
        }
    }

    @Test func fileThatTheDocumentDoesNotNameYetStays() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await edit(fixture) { try $0.insert("a", at: 0, in: .root("t")) }
            try await fixture.heaps.execute(
                """
                INSERT INTO heaper_files (id, heap_id, block_id, hash, is_uploaded, created_at)
                VALUES ('F', 'HEAP', 'BLOCK', \(Self.hash), 1, 0)
                """
            )
            try await edit(fixture) { try $0.insert("a", at: 0, in: .root("t")) }
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_files") == 1)
        }
    }

    @Test(arguments: [false, true])
    func trashRestoreAndPurgeAreTold(_ isLarge: Bool) async throws {
        try await DocumentFixture.run { fixture async throws in
            let heard = HeapRecorder()
            fixture.parts.events.attach(heard, to: HeapID(unchecked: "HEAP"))
            let listener = RecordingListener()
            if isLarge { try await grow(fixture) }
            _ = try await fixture.hub.attach(listener, to: fixture.target())
            try await edit(fixture) { try $0.set(.number(1000), forKey: "deleted_at", in: .root("meta_v0")) }
            #expect(try await fixture.integer("SELECT deleted_at FROM heaper_blocks WHERE id = 'BLOCK'") == 1000)
            try await edit(fixture) { try $0.remove(forKey: "deleted_at", in: .root("meta_v0")) }
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_blocks WHERE deleted_at IS NOT NULL") == 0)
            try await edit(fixture) { try $0.set(.bool(true), forKey: "permanently_deleted_at", in: .root("meta_v0")) }
            #expect(heard.kinds.suffix(3) == [.blockDeleted, .blockRestored, .blockPurged])
            #expect(listener.reasons == ["deleted"])
            #expect(fixture.hub.counts.documents == 0)
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_documents") == 0)
            var typist = Typist(client: 5)
            #expect(try await fixture.apply(typist.type("late")) == [.deleted])
        }
    }

    @Test func deletionTimeToComeCountsAsNow() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await edit(fixture) { try $0.set(.number(8e15), forKey: "deleted_at", in: .root("meta_v0")) }
            #expect(try await fixture.integer("SELECT stamp - deleted_at FROM heaper_blocks WHERE id = 'BLOCK'") == 0)
        }
    }

    @Test func indexBlockNamesItsHeapAndStays() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await fixture.apply(EditorUpdate.make("title_v0", client: 1, [.text("New name")]), to: "INDEX")
            #expect(try await fixture.row("SELECT name FROM heaper_heaps") == "New name")
            try await edit(fixture, "INDEX") { edit in
                try edit.set(.bool(true), forKey: "permanently_deleted_at", in: .root("meta_v0"))
                try edit.set(.string("note"), forKey: "type", in: .root("meta_v0"))
            }
            #expect(try await fixture.row("SELECT type FROM heaper_blocks WHERE id = 'INDEX'") == "index")
            #expect(try await fixture.integer("SELECT count(*) FROM heaper_blocks WHERE purged_at IS NOT NULL") == 0)
        }
    }

    @Test func encryptedHeapShowsOnlyTheLifecycle() async throws {
        try await DocumentFixture.run { fixture async throws in
            try await fixture.heaps.execute("UPDATE heaper_heaps SET encrypted = 1")
            try await fixture.apply(
                EditorUpdate.make("title_v0", client: 1, [.text("Secret")]),
                EditorUpdate.make("content_v0", client: 2, [.text("secret"), .reference(to: "B", label: "Bee")])
            )
            try await edit(fixture) { try $0.set(.number(5), forKey: "deleted_at", in: .root("meta_v0")) }
            #expect(try await fixture.row("SELECT title || text FROM heaper_blocks WHERE id = 'BLOCK'") == "")
            #expect(try await relations(fixture).isEmpty)
            #expect(try await fixture.integer("SELECT deleted_at FROM heaper_blocks WHERE id = 'BLOCK'") == 5)
        }
    }
}

/// Keeps the events that it hears.
final class HeapRecorder: HeapListener {
    private let events = Mutex<[HeapEvent]>([])
    private let closed = Mutex(0)

    var kinds: [HeapEvent.Kind] { events.withLock { $0.map(\.kind) } }
    var closings: Int { closed.withLock { $0 } }

    func heap(_ heap: HeapID, didHear event: HeapEvent) { events.withLock { $0.append(event) } }
    func heapDidClose(_ heap: HeapID) { closed.withLock { $0 += 1 } }
}
