import CofferCore
import CofferHTTP
import DialectHashdrop
import DialectHeaper
import DialectHushfile
import DialectRavenZero
import DialectSkySend
import Logging

/// Makes the dialects that the settings name.
struct DialectMaker {
    private let settings: Settings
    private let parts: ServerParts

    init(
        _ settings: Settings,
        _ stores: Stores,
        clock: any WallClock,
        random: any RandomSource,
        logger: Logger
    ) {
        self.settings = settings
        parts = ServerParts(
            drops: stores.drops,
            blobs: stores.blobs,
            sealedBlobs: stores.sealedBlobs,
            uploads: stores.parts,
            bucket: stores.bucket,
            sweeper: stores.sweeper,
            counters: stores.counters,
            mediaTypes: stores.mediaTypes,
            passwords: stores.passwords,
            mailer: stores.mailer,
            clock: clock,
            random: random,
            logger: logger,
            version: CofferVersion.text,
            dataPath: settings.dataPath
        )
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
            case "ravenzero": dialects.append(try RavenZeroDialect(settings.ravenZero, parts))
            case "hushfile": dialects.append(HushfileDialect(settings.hushfile, parts))
            case "skysend": dialects.append(await SkySendDialect(settings.skySend, parts))
            case "hashdrop": dialects.append(try await HashdropDialect(settings.hashdrop, parts))
            case "heaper": dialects.append(try await HeaperDialect(settings.heaper, parts))
            default: break
            }
        }
        return dialects
    }
}
