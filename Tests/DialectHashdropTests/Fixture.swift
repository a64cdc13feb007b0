import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@testable import DialectHashdrop

/// The stores of Hashdrop with a bucket in memory, and one verified account.
struct Fixture: Sendable {
    static let start = Timestamp(milliseconds: 1_700_000_000_000)
    static let facts = FileFacts(plaintextHash: "h", plaintextBytes: 1, passphraseSalt: "")

    let clock: ManualClock
    let database: SQLiteDatabase
    let bucket: FakeBucket
    let files: FileStore
    let objects: BucketObjects
    let ada: AccountID

    /// `settings`: by their names in lower case.
    static func run(
        _ settings: [String: String] = [:],
        _ body: (Fixture) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let database = try SQLiteDatabase(path: "\(directory.path)/test.sqlite")
        try await database.migrate(DropStore.migrations + HashdropDialect.migrations)
        let random = SystemRandomSource()
        let clock = ManualClock(start)
        let group = SettingsGroup { name in settings[name].map { .init(text: $0, origin: name) } }
        let limits = try FileSettings(group)
        let blobs = InlineBlobStore(base: NoBlobs(), database: database, random: random)
        let bucket = FakeBucket()
        let drops = DropStore(database: database, blobs: blobs, clock: clock, random: random)
        let fixture = Fixture(
            clock: clock,
            database: database,
            bucket: bucket,
            files: FileStore(
                drops: drops,
                keys: ObjectKeys(salt: "uidsalt"),
                settings: limits,
                usesBucket: true,
                clock: clock,
                random: random
            ),
            objects: BucketObjects(
                bucket: bucket,
                embedded: EmbeddedObjects(secret: "secret", settings: limits, drops: drops, clock: clock),
                settings: limits,
                database: database,
                clock: clock
            ),
            ada: AccountID(random: random)
        )
        try await fixture.insert(fixture.ada, email: "ada@example.org")
        try await body(fixture)
        try await database.close()
        withExtendedLifetime(directory) {}
    }

    func insert(_ account: AccountID, email: String) async throws {
        let now = clock.now
        _ = try await database.write { session in
            try session.execute(
                """
                INSERT INTO hashdrop_users (id, email, password_hash, verified, created_at, updated_at)
                VALUES (\(account), \(email), '', 1, \(now), \(now))
                """
            )
        }
    }

    func begin() async throws -> (id: FileID, key: ObjectKey) {
        try await files.begin(NewFile(name: "a", mimeType: ""), of: ada)
    }

    /// What the route does: looks the upload up, asks the bucket for its size, completes it.
    func complete(_ id: FileID) async throws -> Int64? {
        let file = try #require(try await files.pending(id, of: ada))
        guard case .bytes(let size) = try await objects.measure(file) else {
            throw HashdropError.fileNotFound
        }
        let done = try await files.complete(file, Self.facts, measured: size)
        await objects.erase(done.doomed)
        return done.size
    }

    /// Bytes that all accounts count together.
    var total: Int64 {
        get async throws {
            try await database.read { session in
                try session.first("SELECT bytes FROM hashdrop_totals WHERE id = 1") { $0.integer(0) }
            } ?? -1
        }
    }

    var doomed: [String] {
        get async throws {
            try await database.read { session in
                try session.query("SELECT object_key FROM hashdrop_doomed_objects ORDER BY object_key") {
                    $0.text(0)
                }
            }
        }
    }
}

/// Where no blob is kept outside the database.
private struct NoBlobs: BlobStore {
    func makeWriter(_ request: BlobRequest) async throws -> any BlobWriter { throw StorageError.full }
    func openReader(_ blob: Blob) async throws -> any BlobReader { throw BlobError.missing }
    func erase(_ blob: Blob) async {}
    var eraseWidth: Int { 1 }
    func eraseSoon(_ blob: Blob) {}

    func reconcile(
        unclaimedBefore: Timestamp,
        claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>
    ) async throws -> Reconciliation { Reconciliation() }

    func probe() async throws {}
}
