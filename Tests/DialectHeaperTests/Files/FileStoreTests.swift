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
            let file = try await recorded([1, 2, 3], fixture)
            #expect(try await fixture.entry(file) == nil)
            try await fixture.parts.upkeep.listUnlisted()
            #expect(try await fixture.entry(file) != nil)
        }
    }

    /// The transaction of an upload, and nothing after it.
    private func recorded(_ bytes: [UInt8], _ fixture: FileFixture) async throws -> HeaperFile {
        let (staged, hash) = try await fixture.staged(bytes)
        let (store, size) = (fixture.parts.store, Int64(bytes.count))
        let arrival = store.arrival(hash, size: size, name: "a", mimeType: "text/plain", at: fixture.target())
        let (drops, user) = (fixture.drops, fixture.user)
        return try await fixture.documents.database.write { session in
            let drop = store.newDrop(due: nil)
            _ = try drops.insert(drop, in: session)
            _ = try drops.attach(staged, to: drop.id, slot: 0, in: session)
            _ = try store.contents.adopt(drop.id, as: hash, size: size, at: store.clock.now, in: session)
            return try store.record(arrival, by: user, in: session)
        }
    }

    @Test(arguments: [(isFreed: false, isLarge: false), (true, false), (false, true)])
    func fileWhoseEntryIsRemovedBeforeTheUploadEndsIsThereOrRefused(isFreed: Bool, isLarge: Bool) async throws {
        try await FileFixture.run { fixture async throws in
            let (store, contents) = (fixture.parts.store, fixture.parts.contents)
            // The block, and its document, whose rows follow it at once or, if it is large, a moment later.
            try await fixture.take([1])
            if isLarge {
                try await fixture.documents.hub.edit(fixture.documents.target(), by: fixture.user) { edit in
                    try edit.insert(String(repeating: "x", count: 20_000), at: 0, in: .root("t"))
                }
            }
            let file = try await recorded([1, 2, 3], fixture)
            try await fixture.documents.database.write { try FileRows.remove(file.hash, of: file.block, in: $0) }
            if isFreed { try await contents.collect() }
            let end = {
                try await store.finish(file, at: fixture.target(), by: fixture.user, isNews: true, renames: false)
            }
            if isFreed {
                await #expect { _ = try await end() } throws: { $0 is StorageError }
            } else {
                #expect(try await end().isUploaded)
                try await fixture.documents.hub.settle(fixture.heap.heap)
                try await contents.collectAll()
                #expect(try await fixture.contentCount() == 2)
            }
        }
    }

    /// Their bytes count for nobody's quota any more.
    @Test func uploadsOfPurgedBlocksAreDueAtOnce() async throws {
        try await FileFixture.run { fixture async throws in
            try await fixture.take([1])
            let wish = UploadWish(
                hash: ContentHash(stored: String(repeating: "ab", count: 32)),
                size: 3_000_000,
                chunkBytes: 1_000_000,
                name: "a",
                mimeType: "",
                restarts: false
            )
            _ = try await fixture.parts.store.begin(wish, at: fixture.target(), by: fixture.user)
            let stamps = fixture.documents.parts.stamps
            let pending: SQL = "SELECT COUNT(*) FROM drops WHERE state = 'pending' AND due_at <= "
            let end = fixture.parts.store.clock.now.advanced(by: .seconds(5))
            #expect(try await fixture.documents.integer("\(part: pending)\(end)") == 0)
            try await fixture.documents.database.write { session in
                try BlockRows.purge(BlockID(unchecked: "BLOCK"), stamp: try stamps.next(in: session), session)
            }
            #expect(try await fixture.documents.integer("\(part: pending)\(end)") == 1)
            #expect(try await fixture.documents.integer("SELECT COUNT(*) FROM heaper_uploads") == 0)
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
