import CofferTesting
import Foundation
import Testing

@testable import CofferCore

@Suite("LocalBlobStore: reconciling")
struct BlobReconcileTests {
    private let fixture: BlobFixture
    private let later = SystemWallClock().now.advanced(by: .seconds(3600))

    init() throws {
        fixture = try BlobFixture()
    }

    /// Reconciles against rows for exactly these blobs.
    private func reconcile(before limit: Timestamp, rows: [Blob] = []) async throws -> Reconciliation {
        try await fixture.local.reconcile(unclaimedBefore: limit) { prefix in
            Set(rows.map(\.key).filter { $0.description.hasPrefix(prefix) })
        }
    }

    @Test func onlyUnclaimedBytesAreRemoved() async throws {
        let claimed = try await fixture.local.stage([1]).blob
        let orphan = try await fixture.local.stage([2]).blob
        #expect(try await reconcile(before: later, rows: [claimed]) == Reconciliation(orphansRemoved: 1))
        await #expect(throws: BlobError.missing) { try await fixture.local.openReader(orphan) }
        #expect(try await fixture.local.readAll(claimed) == [1])
    }

    @Test func youngBytesStay() async throws {
        _ = try await fixture.local.stage([1])
        let earlier = SystemWallClock().now.advanced(by: .seconds(-3600))
        #expect(try await reconcile(before: earlier) == Reconciliation())
        #expect(fixture.stored.count == 1)
    }

    @Test func rowWithoutBytesIsCounted() async throws {
        let lost = try await fixture.local.stage([1]).blob
        let kept = try await fixture.local.stage([2]).blob
        await fixture.local.erase(lost)
        #expect(try await reconcile(before: later, rows: [lost, kept]) == Reconciliation(missing: 1))
        #expect(fixture.stored.count == 1)
    }

    @Test func openOrphanStaysUntilItsReaderCloses() async throws {
        let blob = try await fixture.local.stage([1]).blob
        let reader = try await fixture.local.openReader(blob)
        #expect(try await reconcile(before: later) == Reconciliation())
        reader.close()
        #expect(try await reconcile(before: later) == Reconciliation(orphansRemoved: 1))
    }

    @Test func orphansAreFoundInEveryFolder() async throws {
        for byte in 0..<60 as Range<UInt8> { _ = try await fixture.local.stage([byte]) }
        #expect(try await reconcile(before: later) == Reconciliation(orphansRemoved: 60))
        #expect(fixture.stored.isEmpty)
    }

    @Test func orphanedBytesAreOverwritten() async throws {
        let blob = try await fixture.sealed.stage(patternBytes(10_000)).blob
        let before = fileBytes(fixture.path(of: blob))
        let link = "\(fixture.directory.path)/link"
        try FileManager.default.linkItem(atPath: fixture.path(of: blob), toPath: link)
        #expect(try await reconcile(before: later) == Reconciliation(orphansRemoved: 1))
        #expect(fileBytes(link) != before)
    }

    @Test func foreignFileIsLeftAlone() async throws {
        let folder = "\(fixture.root)/objects/00"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/README"
        try Data([1]).write(to: URL(fileURLWithPath: path))
        #expect(try await reconcile(before: later) == Reconciliation())
        #expect(fileBytes(path) == [1])
    }

    @Test func failingQuestionRemovesNothing() async throws {
        _ = try await fixture.local.stage([1])
        let limit = later
        await #expect(throws: StorageError.full) {
            try await fixture.local.reconcile(unclaimedBefore: limit) { _ in throw StorageError.full }
        }
        #expect(fixture.stored.count == 1)
    }
}
