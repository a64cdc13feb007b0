import CofferCore
import CofferTesting
import NIOCore
import Synchronization
import Testing

@testable import CofferHTTP

@Suite("S3BlobStore against a service: reconciling", .enabled(if: S3Peer.current != nil))
struct S3ReconcileServiceTests {
    /// An object that no process of ours has just written.
    private func putOrphan(_ fixture: S3ServiceFixture) async throws -> BlobKey {
        let key = BlobKey(random: SystemRandomSource())
        try await fixture.client.put("blobs/\(key)", .bytes(ByteBuffer(string: "orphan")))
        return key
    }

    @Test func onlyUnclaimedBytesAreRemoved() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let claimed = try await fixture.store.stage([1]).blob
            for _ in 0..<20 { _ = try await putOrphan(fixture) }
            #expect(try await fixture.reconcile(rows: [claimed]) == Reconciliation(orphansRemoved: 20))
            #expect(try await fixture.stored() == ["blobs/\(claimed.key)"])
            #expect(try await fixture.store.readAll(claimed) == [1])
        }
    }

    @Test func youngBytesStay() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let orphan = try await putOrphan(fixture)
            #expect(try await fixture.reconcile(in: -60) == Reconciliation())
            #expect(try await fixture.stored() == ["blobs/\(orphan)"])
        }
    }

    /// S3 may tell the time at which an upload in parts began, which can be long ago.
    @Test func whatWasJustWrittenStaysWhateverItsTime() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let blob = try await fixture.store.stage([1]).blob
            fixture.store.fresh.begin(blob.key)
            #expect(try await fixture.reconcile() == Reconciliation())
            #expect(try await fixture.stored().count == 1)
        }
    }

    @Test func rowWithoutBytesIsCounted() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let lost = try await fixture.store.stage([1]).blob
            let kept = try await fixture.store.stage([2]).blob
            await fixture.store.erase(lost)
            #expect(try await fixture.reconcile(rows: [lost, kept]) == Reconciliation(missing: 1))
        }
    }

    @Test func unfinishedUploadIsGivenUp() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let key = BlobKey(random: SystemRandomSource())
            let upload = try await fixture.client.createUpload("blobs/\(key)")
            let body = S3Body.bytes(ByteBuffer(bytes: patternBytes(5 * 1024 * 1024)))
            _ = try await fixture.client.putPart("blobs/\(key)", upload: upload, number: 1, body)
            #expect(try await fixture.reconcile(in: -60) == Reconciliation())
            #expect(try await fixture.unfinished().count == 1)
            _ = try await fixture.reconcile()
            #expect(try await fixture.unfinished() == [])
        }
    }

    /// They may have come into being a moment ago, by a request of a process that is gone.
    @Test func stragglersAreRemovedWhateverTheirTime() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let claimed = try await fixture.store.stage([1]).blob
            let own = try await fixture.store.stage([2]).blob
            _ = try await fixture.client.createUpload("blobs/\(BlobKey(random: SystemRandomSource()))")
            _ = try await putOrphan(fixture)
            let removed = try await fixture.store.removeStragglers { prefix in
                claimed.key.description.hasPrefix(prefix) ? [claimed.key] : []
            }
            #expect(removed == 1)
            #expect(try await Set(fixture.stored()) == ["blobs/\(claimed.key)", "blobs/\(own.key)"])
            #expect(try await fixture.unfinished() == [])
        }
    }

    @Test func foreignObjectIsLeftAlone() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            try await fixture.client.put("blobs/README", .bytes(ByteBuffer(string: "x")))
            try await fixture.client.put("other/\(BlobKey(random: SystemRandomSource()))", .bytes(ByteBuffer()))
            #expect(try await fixture.reconcile() == Reconciliation())
            #expect(try await fixture.client.list("").objects.count == 3)
        }
    }

    @Test func failingQuestionRemovesNothing() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            _ = try await putOrphan(fixture)
            await #expect(throws: StorageError.full) {
                try await fixture.store.reconcile(unclaimedBefore: SystemWallClock().now) { _ in
                    throw StorageError.full
                }
            }
            #expect(try await fixture.stored().count == 1)
        }
    }

    @Test func localFileOfAnOpenUploadStaysAndACopyGoes() async throws {
        let open = Mutex<Set<BlobKey>>([])
        let isOpen = { @Sendable (prefix: String) async throws -> Set<BlobKey> in
            open.withLock { $0.filter { $0.description.hasPrefix(prefix) } }
        }
        try await S3ServiceFixture.run(openUploads: isOpen) { fixture async throws in
            let blob = Blob(
                key: BlobKey(random: SystemRandomSource()),
                size: 6_000_000,
                sha256: nil,
                seal: nil,
                place: .stored
            )
            open.withLock { _ = $0.insert(blob.key) }
            let file = try await fixture.store.openPartFile(blob.key)
            try await file.write([ByteBuffer(bytes: patternBytes(6_000_000))], at: 0)
            #expect(try await fixture.reconcile(rows: [blob]) == Reconciliation())
            try await fixture.store.publish(blob)
            file.close()
            _ = try await fixture.reconcile(rows: [blob])
            #expect(try await fixture.store.local.present([blob.key]) == [blob.key])
            open.withLock { $0 = [] }
            _ = try await fixture.reconcile(rows: [blob])
            #expect(try await fixture.store.local.present([blob.key]) == [])
            #expect(try await fixture.store.readAll(blob) == patternBytes(6_000_000))
        }
    }
}
