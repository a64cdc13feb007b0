package import CofferCore
package import CofferHTTP
import Logging
import NIOPosix
package import ServiceLifecycle

/// Everything that keeps state, made once from the settings and shared by all dialects.
package struct Stores: Sendable {
    package let directory: DataDirectory
    /// Files in the data directory: the blobs themselves, or what is on its way to S3.
    package let files: LocalBlobStore
    /// The blobs in S3; nil when they are local.
    package let remote: S3BlobStore?
    /// The bucket that clients of Hashdrop put to and get from; nil when blobs are local.
    package let bucket: S3Bucket?
    package let database: SQLiteDatabase
    package let blobs: any BlobStore
    package let sealedBlobs: any BlobStore
    package let drops: DropStore
    package let parts: PartedUploads
    package let sweeper: Sweeper
    package let counters: any CounterStore
    package let mediaTypes = MediaTypeDetector()
    package let passwords = PasswordHasher()
    package let mailer: any Mailer
    private let threads: NIOThreadPool
    private let client: S3Client?

    /// What the stores do in the background.
    package var services: [any Service] { [sweeper] + (remote?.services ?? []) }

    init(_ settings: Settings, clock: any WallClock, random: any RandomSource, logger: Logger) throws {
        directory = try DataDirectory(path: settings.dataPath)
        let database = try SQLiteDatabase(path: directory.databasePath)
        self.database = database
        threads = NIOThreadPool(numberOfThreads: 4)
        threads.start()
        mailer = try Self.mailer(settings, directory, threads, clock: clock, random: random, logger: logger)
        files = try LocalBlobStore(
            root: directory.blobsPath,
            threads: threads,
            random: random,
            shredPasses: settings.shredPasses,
            logger: logger
        )
        (client, bucket, remote) = Self.remote(settings.s3, files, database, clock: clock, random: random, logger)
        let plain = InlineBlobStore(
            base: remote ?? files,
            database: database,
            random: random,
            maxInlineBytes: settings.inlineBytes
        )
        // It opens blobs without a seal as they are, so readers of every dialect go through it.
        let sealed = SealedBlobStore(base: plain, threads: threads, random: random)
        blobs = plain
        sealedBlobs = sealed
        drops = DropStore(database: database, blobs: sealed, clock: clock, random: random)
        parts = PartedUploads(drops: drops, store: remote ?? files, random: random)
        sweeper = Sweeper(
            drops: drops,
            clock: clock,
            timing: Self.timing(settings),
            logger: logger,
            forgetDeletedRows: { try await database.forgetDeletedRows() }
        )
        counters = MemoryCounterStore()
    }

    private static func mailer(
        _ settings: Settings,
        _ directory: DataDirectory,
        _ threads: NIOThreadPool,
        clock: any WallClock,
        random: any RandomSource,
        logger: Logger
    ) throws -> any Mailer {
        let sender = settings.mail.sender
        guard let server = settings.mail.server else {
            return OutboxMailer(
                path: directory.outboxPath,
                sender: sender,
                threads: threads,
                clock: clock,
                random: random,
                logger: logger
            )
        }
        return try SMTPMailer(server, sender: sender, clock: clock, random: random)
    }

    private static func timing(_ settings: Settings) -> Sweeper.Timing {
        var timing = Sweeper.Timing()
        timing.reconcileInterval = settings.cleanupInterval
        timing.orphanAge = settings.orphanAge
        return timing
    }

    private static func remote(
        _ settings: S3Settings?,
        _ files: LocalBlobStore,
        _ database: any Database,
        clock: any WallClock,
        random: any RandomSource,
        _ logger: Logger
    ) -> (S3Client?, S3Bucket?, S3BlobStore?) {
        guard let settings else { return (nil, nil, nil) }
        // Services elsewhere compare signatures with the real time, whatever ours is in a test.
        let realTime = SystemWallClock()
        let client = S3Client(settings, clock: realTime, random: random)
        let identity = StoreIdentity(database: database, random: random)
        let store = S3BlobStore(
            client: client,
            local: files,
            partBytes: settings.partBytes,
            identity: { try await identity.name() },
            openUploads: { prefix in
                try await database.read { try PartedUploads.openKeys(withPrefix: prefix, in: $0) }
            },
            clock: clock,
            random: random,
            logger: logger
        )
        return (client, S3Bucket(client: client, cloudFront: settings.cloudFront, clock: realTime), store)
    }

    /// Makes sure that the bucket is not another data directory's; one that does not answer is no reason not to start.
    ///
    /// - Throws: ``S3Conflict``.
    func checkBucket(_ logger: Logger) async throws {
        do {
            try await remote?.checkOwner()
        } catch let error as StorageError {
            logger.error("object store cannot be used now", metadata: ["error": "\(error)"])
        }
    }

    func close() async throws {
        defer { directory.release() }
        try await client?.shutdown()
        try await database.close()
        try await threads.shutdownGracefully()
    }
}
