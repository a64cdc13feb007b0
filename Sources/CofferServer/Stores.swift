package import CofferCore
package import CofferHTTP
import Logging
import NIOPosix

/// Everything that keeps state, made once from the settings and shared by all dialects.
package struct Stores: Sendable {
    package let directory: DataDirectory
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

    init(_ settings: Settings, clock: any WallClock, random: any RandomSource, logger: Logger) throws {
        directory = try DataDirectory(path: settings.dataPath)
        let database = try SQLiteDatabase(path: directory.databasePath)
        self.database = database
        threads = NIOThreadPool(numberOfThreads: 4)
        threads.start()
        let files = try LocalBlobStore(
            root: directory.blobsPath,
            threads: threads,
            random: random,
            shredPasses: settings.shredPasses,
            logger: logger
        )
        let plain = InlineBlobStore(
            base: files,
            database: database,
            random: random,
            maxInlineBytes: settings.inlineBytes
        )
        // It opens blobs without a seal as they are, so readers of every dialect go through it.
        let sealed = SealedBlobStore(base: plain, threads: threads, random: random)
        blobs = plain
        sealedBlobs = sealed
        drops = DropStore(database: database, blobs: sealed, clock: clock, random: random)
        parts = PartedUploads(drops: drops, store: files, random: random)
        var timing = Sweeper.Timing()
        timing.reconcileInterval = settings.cleanupInterval
        timing.orphanAge = settings.orphanAge
        sweeper = Sweeper(
            drops: drops,
            clock: clock,
            timing: timing,
            logger: logger,
            forgetDeletedRows: { try await database.forgetDeletedRows() }
        )
        counters = MemoryCounterStore()
        mailer = try Self.mailer(settings, directory, threads, clock: clock, random: random, logger: logger)
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

    func close() async throws {
        try await database.close()
        try await threads.shutdownGracefully()
    }
}
