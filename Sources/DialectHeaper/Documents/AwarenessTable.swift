import CofferCore
import Yjs

/// The awareness states of one document, and which listener brought them.
struct AwarenessTable {
    /// States of one listener; a client has one, a program that bridges many people has more.
    static let maxClientsPerListener = 64
    static let maxStateBytes = 64 << 10

    private var awareness = Awareness(maxClients: 4096)
    private var owners: [UInt64: ObjectIdentifier] = [:]
    private var clients: [ObjectIdentifier: Set<UInt64>] = [:]

    var isEmpty: Bool { owners.isEmpty }

    /// All states as one message; nil when there are none.
    var message: [UInt8]? {
        owners.isEmpty ? nil : Awareness.encode(awareness.entries)
    }

    /// Takes a listener's states.
    ///
    /// A state belongs to the listener that renewed it last: when a client comes back on another connection, the end of its
    /// old one removes nothing.
    ///
    /// - Returns: what took effect, as a message.
    mutating func apply(
        _ message: [UInt8],
        from listener: ObjectIdentifier,
        at now: Timestamp
    ) throws(YjsError) -> [UInt8]? {
        var entries = try Self.decode(message)
        var free = Self.maxClientsPerListener - (clients[listener]?.count ?? 0)
        entries.removeAll { entry in
            guard let state = entry.state else { return false }
            if clients[listener]?.contains(entry.client) != true {
                guard free > 0 else { return true }
                free -= 1
            }
            return state.utf8.count > Self.maxStateBytes
        }
        let effective = awareness.apply(entries, now: .milliseconds(now.milliseconds))
        for entry in effective {
            disown(entry.client)
            guard entry.state != nil else { continue }
            owners[entry.client] = listener
            clients[listener, default: []].insert(entry.client)
        }
        return Self.encode(effective)
    }

    /// Takes states that another node told; they are nobody's here, and go when they are not renewed.
    mutating func apply(remote message: [UInt8], at now: Timestamp) -> [UInt8]? {
        guard let entries = try? Awareness.decode(message) else { return nil }
        let effective = awareness.apply(entries, now: .milliseconds(now.milliseconds))
        for entry in effective {
            disown(entry.client)
            if entry.state != nil { owners[entry.client] = ObjectIdentifier(Self.self) }
        }
        return Self.encode(effective)
    }

    /// Removes the states of a listener that is gone.
    mutating func remove(_ listener: ObjectIdentifier) -> [UInt8]? {
        let gone = clients.removeValue(forKey: listener) ?? []
        for client in gone { owners[client] = nil }
        return removed(awareness.remove(gone.sorted()))
    }

    /// Removes the states that nobody renewed in time.
    mutating func removeExpired(at now: Timestamp) -> [UInt8]? {
        let expired = awareness.removeExpired(now: .milliseconds(now.milliseconds))
        for entry in expired { disown(entry.client) }
        return removed(expired)
    }

    /// Entries whose states are JSON: whoever is told anything else fails over it.
    private static func decode(_ message: [UInt8]) throws(YjsError) -> [Awareness.Entry] {
        var entries = try Awareness.decode(message)
        for index in entries.indices {
            guard let state = entries[index].state else { continue }
            if try YValue(json: state) == .null { entries[index].state = nil }
        }
        return entries
    }

    private mutating func removed(_ entries: [Awareness.Entry]) -> [UInt8]? {
        // Clocks of clients that are gone are only worth keeping beside others.
        if owners.isEmpty { awareness = Awareness(maxClients: 4096) }
        return Self.encode(entries)
    }

    private mutating func disown(_ client: UInt64) {
        guard let owner = owners.removeValue(forKey: client) else { return }
        clients[owner]?.remove(client)
        if clients[owner]?.isEmpty == true { clients[owner] = nil }
    }

    private static func encode(_ entries: [Awareness.Entry]) -> [UInt8]? {
        entries.isEmpty ? nil : Awareness.encode(entries)
    }
}
