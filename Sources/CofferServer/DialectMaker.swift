import CofferCore
import CofferHTTP
import DialectHashdrop
import DialectHeaper
import DialectHushfile
import DialectRavenZero
import DialectSkySend
import Logging

/// Makes the dialects that the settings name, each with what it needs of the stores.
struct DialectMaker {
    private let settings: Settings
    private let stores: Stores
    private let clock: any WallClock
    private let random: any RandomSource
    private let logger: Logger

    init(
        _ settings: Settings,
        _ stores: Stores,
        clock: any WallClock,
        random: any RandomSource,
        logger: Logger
    ) {
        self.settings = settings
        self.stores = stores
        self.clock = clock
        self.random = random
        self.logger = logger
    }

    /// Of all dialects, served or not, so that a data directory keeps what it holds.
    static let migrations =
        DropStore.migrations + StoreIdentity.migrations + PartedUploads.migrations + ClientQuota.migrations
        + RavenZeroDialect.migrations + HushfileDialect.migrations + SkySendDialect.migrations
        + HashdropDialect.migrations + HeaperDialect.migrations

    /// - Throws: when a dialect cannot use what its settings name.
    func dialects() async throws -> [any Dialect] {
        var dialects: [any Dialect] = []
        for name in settings.dialects {
            switch name {
            case "ravenzero": dialects.append(try ravenZero())
            case "hushfile": dialects.append(hushfile())
            case "skysend": dialects.append(await skySend())
            case "hashdrop": dialects.append(try await hashdrop())
            case "heaper": dialects.append(try await heaper())
            default: break
            }
        }
        return dialects
    }

    private func ravenZero() throws -> RavenZeroDialect {
        try RavenZeroDialect(
            settings.ravenZero,
            .init(
                drops: stores.drops,
                blobs: stores.sealedBlobs,
                mediaTypes: stores.mediaTypes,
                counters: stores.counters,
                sweeper: stores.sweeper,
                clock: clock,
                random: random,
                logger: logger
            )
        )
    }

    private func hushfile() -> HushfileDialect {
        HushfileDialect(
            settings.hushfile,
            .init(
                drops: stores.drops,
                blobs: stores.blobs,
                passwords: stores.passwords,
                clock: clock,
                random: random,
                logger: logger
            )
        )
    }

    private func hashdrop() async throws -> HashdropDialect {
        try await HashdropDialect(
            settings.hashdrop,
            .init(
                drops: stores.drops,
                blobs: stores.blobs,
                bucket: stores.bucket,
                passwords: stores.passwords,
                mailer: stores.mailer,
                counters: stores.counters,
                clock: clock,
                random: random,
                logger: logger
            )
        )
    }

    private func heaper() async throws -> HeaperDialect {
        try await HeaperDialect(
            settings.heaper,
            .init(
                drops: stores.drops,
                blobs: stores.blobs,
                parts: stores.parts,
                counters: stores.counters,
                clock: clock,
                random: random,
                logger: logger,
                version: CofferVersion.text,
                dataPath: settings.dataPath
            )
        )
    }

    private func skySend() async -> SkySendDialect {
        await SkySendDialect(
            settings.skySend,
            .init(
                drops: stores.drops,
                blobs: stores.blobs,
                parts: stores.parts,
                counters: stores.counters,
                clock: clock,
                random: random,
                logger: logger,
                version: CofferVersion.text
            )
        )
    }
}
