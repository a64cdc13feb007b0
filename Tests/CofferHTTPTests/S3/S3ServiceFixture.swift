import CofferCore
import CofferTesting
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import CofferHTTP

/// A blob store in the real S3 service, under a prefix of its own.
struct S3ServiceFixture: Sendable {
    let client: S3Client
    let store: S3BlobStore
    let sealed: SealedBlobStore
    let location: S3Location
    let key: SigningKey
    private let directory: TemporaryDirectory

    /// Runs a test with what works in the background.
    static func run(
        identity: String = "me",
        prefix: String? = nil,
        openUploads: @escaping @Sendable (String) async throws -> Set<BlobKey> = { _ in [] },
        _ body: @escaping @Sendable (S3ServiceFixture) async throws -> Void
    ) async throws {
        let fixture = try S3ServiceFixture(identity: identity, prefix: prefix, openUploads: openUploads)
        try await withThrowingTaskGroup { group in
            group.addTask { try await fixture.store.leftovers.run() }
            do {
                try await body(fixture)
            } catch {
                group.cancelAll()
                try await fixture.client.shutdown()
                throw error
            }
            group.cancelAll()
        }
        try await fixture.client.shutdown()
    }

    private init(
        identity: String,
        prefix: String?,
        openUploads: @escaping @Sendable (String) async throws -> Set<BlobKey>
    ) throws {
        let peer = try #require(S3Peer.current)
        let random = SystemRandomSource()
        let clock = SystemWallClock()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        directory = try TemporaryDirectory()
        location = S3Location(
            endpoint: peer.endpoint,
            bucket: peer.bucket,
            prefix: prefix ?? "swift-\(random.hex(byteCount: 6))/",
            style: .path
        )
        key = SigningKey(accessKeyID: peer.key, secret: peer.secret, region: "us-east-1")
        client = S3Client(location, key: key, clock: clock, random: random)
        let local = try LocalBlobStore(
            root: "\(directory.path)/blobs",
            threads: NIOThreadPool.singleton,
            random: random,
            shredPasses: 1,
            logger: logger
        )
        store = S3BlobStore(
            client: client,
            local: local,
            partBytes: 5 * 1024 * 1024,
            identity: { identity },
            openUploads: openUploads,
            clock: clock,
            random: random,
            logger: logger
        )
        sealed = SealedBlobStore(base: store, threads: NIOThreadPool.singleton, random: random)
    }

    func stored() async throws -> [String] {
        try await client.list(S3BlobStore.folder).objects.map(\.key)
    }

    func unfinished() async throws -> [String] {
        try await client.listUploads(S3BlobStore.folder).objects.map(\.key)
    }

    func reconcile(in seconds: Int = 3600, rows: [Blob] = []) async throws -> Reconciliation {
        try await store.reconcile(unclaimedBefore: SystemWallClock().now.advanced(by: .seconds(seconds))) { prefix in
            Set(rows.map(\.key).filter { $0.description.hasPrefix(prefix) })
        }
    }
}

extension BlobStore {
    /// Writes bytes in pieces of odd sizes.
    func stage(
        _ bytes: [UInt8],
        maxBytes: Int64 = 1 << 30,
        wantsSHA256: Bool = false
    ) async throws -> StagedBlob {
        let pieces = AsyncStream<ByteBuffer> { continuation in
            for start in stride(from: 0, to: bytes.count, by: 99_991) {
                continuation.yield(ByteBuffer(bytes: bytes[start..<min(start + 99_991, bytes.count)]))
            }
            continuation.finish()
        }
        return try await write(pieces, BlobRequest(maxBytes: maxBytes, wantsSHA256: wantsSHA256))
    }

    func readAll(_ blob: Blob) async throws -> [UInt8] {
        let reader = try await openReader(blob)
        defer { reader.close() }
        var bytes: [UInt8] = []
        while bytes.count < Int(reader.size) {
            let piece = try await reader.read(from: Int64(bytes.count), count: 300_000)
            guard piece.readableBytes > 0 else { break }
            bytes += Array(piece.readableBytesView)
        }
        return bytes
    }
}

/// Bytes that differ from place to place.
func patternBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &* 7) }
}

/// Asks again until the answer is yes, for a minute at most.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<1200 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(50))
    }
    return false
}
