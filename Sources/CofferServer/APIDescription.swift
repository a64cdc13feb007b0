import CofferCore
import CofferHTTP
import Foundation
import Logging
import NIOCore

/// The API description without a running server.
package enum APIDescription {
    /// The merged document of the dialects that the settings name, as compact JSON.
    package static func text(_ settings: Settings) async throws -> String {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("coffer-openapi-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        var settings = settings
        settings.dataPath = directory.path
        let clock = SystemWallClock()
        let logger = Logger(label: "openapi") { _ in SwiftLogNoOpLogHandler() }
        let stores = try Stores(settings, clock: clock, random: SystemRandomSource(), logger: logger)
        try await stores.database.migrate(DialectMaker.migrations)
        let dialects = try await DialectMaker(
            settings,
            stores,
            clock: clock,
            random: SystemRandomSource(),
            logger: logger
        ).dialects()
        let document = HouseDialect.document(of: dialects)
        return String(buffer: document.json.encoded)
    }
}
