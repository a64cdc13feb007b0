import CofferCore
import CofferHTTP

/// What an operator may change about live synchronization.
struct LiveSettings: Sendable {
    /// How often a silent client is asked for a sign of life; one that owes two is cut off.
    var pingSeconds: Int
    /// Documents that one socket may have open.
    var maxDocuments: Int

    init(_ settings: SettingsGroup) throws {
        pingSeconds = try settings.integer("socket_ping_seconds", default: 30, in: 1...3600)
        maxDocuments = try settings.integer("socket_max_documents", default: 2000, in: 1...100_000)
    }

    var limits: LiveLimits {
        var limits = LiveLimits()
        limits.maxNames = maxDocuments
        return limits
    }

    /// Of the connection below.
    func socketLimits(maxMessageBytes: Int) -> WebSocketLimits {
        var limits = WebSocketLimits()
        limits.maxMessageBytes = maxMessageBytes
        limits.pingInterval = .seconds(pingSeconds)
        limits.silentClose = LiveClose.connectionTimeout.wire
        return limits
    }
}
