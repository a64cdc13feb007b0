import CofferCore
import NIOCore
import Synchronization

/// Makes sure that a bucket, or a prefix in it, belongs to one database only.
///
/// Blobs without a row are removed, so a second database would take all blobs of the first for left-overs. The first
/// one leaves its name in the bucket; nobody of another name works there.
final class S3Owner: Sendable {
    static let key = "coffer-owner"

    private let client: S3Client
    private let name: @Sendable () async throws -> String
    private let isKnown = Mutex(false)

    init(client: S3Client, name: @escaping @Sendable () async throws -> String) {
        self.client = client
        self.name = name
    }

    /// Asks S3 once; later calls return at once.
    ///
    /// - Throws: ``S3Conflict``; ``StorageError``.
    func check() async throws {
        guard !isKnown.withLock({ $0 }) else { return }
        let name = try await name()
        if try await owner() == nil { try await client.put(Self.key, .bytes(ByteBuffer(string: name))) }
        // Read again: of two that came at the same time, one has lost.
        guard try await owner() == name else { throw S3Conflict(place: client.location) }
        isKnown.withLock { $0 = true }
    }

    private func owner() async throws -> String? {
        try await client.small(Self.key).map { String(buffer: $0) }
    }
}

/// The bucket belongs to another database.
package struct S3Conflict: Error, CustomStringConvertible {
    package let description: String

    init(place: S3Location) {
        description =
            "The \(place.name) is used by another data directory. Give each its own COFFER_S3_PREFIX; only if the other "
            + "is gone for good, delete the object \(place.prefix)\(S3Owner.key), and everything that it has left there."
    }
}
