package import CofferCore
package import Logging

/// What the server makes once for all dialects.
///
/// Each dialect gets it whole, where it is put together; whatever it makes of it takes only what that one needs.
package struct ServerParts: Sendable {
    package let drops: DropStore
    package let blobs: any BlobStore
    /// Seals what it keeps; opens everything that ``blobs`` keeps, too.
    package let sealedBlobs: any BlobStore
    package let uploads: PartedUploads
    /// Where clients put and get objects past the API; nil where they have no object store to talk to.
    package let bucket: (any ObjectBucket)?
    package let sweeper: Sweeper
    package let counters: any CounterStore
    package let mediaTypes: MediaTypeDetector
    package let passwords: PasswordHasher
    package let mailer: any Mailer
    package let clock: any WallClock
    package let random: any RandomSource
    package let logger: Logger
    /// Of the server.
    package let version: String
    /// The data directory.
    package let dataPath: String

    package var database: any Database { drops.database }

    /// Work that a dialect does in the background; `name` is for the log.
    package func work(_ name: String) -> BackgroundWork { BackgroundWork(name, clock: clock, logger: logger) }

    package init(
        drops: DropStore,
        blobs: any BlobStore,
        sealedBlobs: any BlobStore,
        uploads: PartedUploads,
        bucket: (any ObjectBucket)?,
        sweeper: Sweeper,
        counters: any CounterStore,
        mediaTypes: MediaTypeDetector,
        passwords: PasswordHasher,
        mailer: any Mailer,
        clock: any WallClock,
        random: any RandomSource,
        logger: Logger,
        version: String,
        dataPath: String
    ) {
        self.drops = drops
        self.blobs = blobs
        self.sealedBlobs = sealedBlobs
        self.uploads = uploads
        self.bucket = bucket
        self.sweeper = sweeper
        self.counters = counters
        self.mediaTypes = mediaTypes
        self.passwords = passwords
        self.mailer = mailer
        self.clock = clock
        self.random = random
        self.logger = logger
        self.version = version
        self.dataPath = dataPath
    }
}
