import CofferCore
import CofferHTTP
import CofferTesting
import Logging
import NIOCore
import NIOPosix
import Testing
import Yjs

@testable import DialectHeaper

@Suite("FileStore")
struct FileStoreTests {
    @Test func filesAreNamedInTheDocument() async throws {
        try await FileFixture.run { fixture async throws in
            let file = try await fixture.take([1, 2, 3])
            #expect(file.isUploaded)
            #expect(try await fixture.entry(file) != nil)
            #expect(try await fixture.documents.row("SELECT type FROM heaper_blocks WHERE id = 'BLOCK'") == "file")
        }
    }

    @Test func bytesGoWithTheirLastFile() async throws {
        try await FileFixture.run { fixture async throws in
            try await fixture.take([1, 2, 3], into: "ONE")
            try await fixture.take([1, 2, 3], into: "TWO")
            #expect(try await fixture.contentCount() == 1)
            #expect(try await fixture.blobCount() == 1)
            #expect(try await fixture.remove("ONE").bytes == 0)
            #expect(try await fixture.blobCount() == 1)
            let freed = try await fixture.remove("TWO")
            #expect(freed.bytes == 3)
            await fixture.parts.contents.erase(freed)
            #expect(try await fixture.blobCount() == 0)
            #expect(try await fixture.contentCount() == 0)
        }
    }

    @Test func bytesThatLostTheirFilesUnnoticedAreFound() async throws {
        try await FileFixture.run { fixture async throws in
            try await fixture.take([1, 2, 3])
            _ = try await fixture.documents.database.write { session in
                try session.execute("DELETE FROM heaper_files")
            }
            try await fixture.parts.contents.collect()
            #expect(try await fixture.blobCount() == 1)
            try await fixture.parts.contents.collectAll()
            #expect(try await fixture.blobCount() == 0)
        }
    }

    @Test func whatACrashKeptFromTheDocumentIsNamedLater() async throws {
        try await FileFixture.run { fixture async throws in
            try await fixture.take([1], into: "OTHER")
            let (staged, hash) = try await fixture.staged([1, 2, 3])
            let store = fixture.parts.store
            let arrival = store.arrival(hash, size: 3, name: "a", mimeType: "text/plain", at: fixture.target())
            // The transaction of an upload, and nothing after it.
            let (drops, user) = (fixture.drops, fixture.user)
            let file = try await fixture.documents.database.write { session in
                let drop = store.newDrop(due: nil)
                _ = try drops.insert(drop, in: session)
                _ = try drops.attach(staged, to: drop.id, slot: 0, in: session)
                _ = try store.contents.adopt(drop.id, as: hash, size: 3, at: store.clock.now, in: session)
                return try store.record(arrival, by: user, in: session)
            }
            #expect(try await fixture.entry(file) == nil)
            try await fixture.parts.upkeep.listUnlisted()
            #expect(try await fixture.entry(file) != nil)
        }
    }

    @Test func usageCountsTheSameBytesOnce() async throws {
        try await FileFixture.run { fixture async throws in
            try await fixture.take([1, 2, 3], into: "ONE")
            try await fixture.take([1, 2, 3], into: "TWO")
            try await fixture.take([1, 2, 3, 4], into: "TWO")
            let (user, heap) = (fixture.user, fixture.heap.heap)
            let usage = try await fixture.documents.database.read { session in
                (try FileUsage.of(user, in: session), try FileUsage.of(heap, in: session))
            }
            #expect(usage.0 == FileUsage(files: 3, bytes: 7, largest: 4))
            #expect(usage.1 == usage.0)
        }
    }

    @Test func purgedBlocksTakeNoFiles() async throws {
        try await FileFixture.run { fixture async throws in
            try await fixture.take([1])
            let stamps = fixture.documents.parts.stamps
            try await fixture.documents.database.write { session in
                try BlockRows.purge(BlockID(unchecked: "BLOCK"), stamp: try stamps.next(in: session), session)
            }
            await #expect(throws: HeaperError.blockNotFound) { try await fixture.take([1, 2]) }
            try await fixture.parts.contents.collect()
            #expect(try await fixture.blobCount() == 0)
        }
    }
}
