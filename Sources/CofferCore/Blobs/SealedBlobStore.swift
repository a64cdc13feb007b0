import Crypto
import NIOCore
package import NIOPosix

/// Seals every blob under a random key of its own before it reaches another store.
///
/// The key is part of the ``Blob``, so it lives in the database and nowhere else: once the row is gone the stored bytes
/// are noise. The base store then overwrites and removes them. See ``SealedFormat`` for the layout.
package final class SealedBlobStore: BlobStore {
    private let base: any BlobStore
    private let threads: NIOThreadPool
    private let random: any RandomSource

    package init(base: any BlobStore, threads: NIOThreadPool, random: any RandomSource) {
        self.base = base
        self.threads = threads
        self.random = random
    }

    package func makeWriter(_ request: BlobRequest) async throws -> any BlobWriter {
        let stored = BlobRequest(maxBytes: SealedFormat.sealedSize(of: request.maxBytes), wantsSHA256: false)
        return SealedBlobWriter(
            base: try await base.makeWriter(stored),
            request: request,
            key: SealKey(bytes: random.bytes(32)),
            threads: threads
        )
    }

    package func openReader(_ blob: Blob) async throws -> any BlobReader {
        let stored = try await base.openReader(blob)
        guard let seal = blob.seal else { return stored }
        return SealedBlobReader(base: stored, blob: blob, key: SymmetricKey(data: seal.bytes), threads: threads)
    }

    package func erase(_ blob: Blob) async {
        await base.erase(blob)
    }

    package var eraseWidth: Int { base.eraseWidth }

    package func eraseSoon(_ blob: Blob) {
        base.eraseSoon(blob)
    }

    package func reconcile(
        unclaimedBefore: Timestamp,
        claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>
    ) async throws -> Reconciliation {
        try await base.reconcile(unclaimedBefore: unclaimedBefore, claimed: claimed)
    }

    package func removeStragglers(
        claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>
    ) async throws -> Int {
        try await base.removeStragglers(claimed: claimed)
    }

    package func probe() async throws {
        try await base.probe()
    }
}
