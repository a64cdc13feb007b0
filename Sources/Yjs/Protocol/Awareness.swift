/// Who is there and what they show, by the y-protocols awareness rules.
///
/// Encoded as `varuint(count) ( varuint(client) varuint(clock) varstring(JSON) )*`; the text `null` removes a state.
/// Time is the caller's, as a duration since any fixed moment.
public struct Awareness: Sendable {
    /// What is known of one client.
    public struct Entry: Sendable, Equatable {
        /// The client's id.
        public var client: UInt64
        /// Grows with each change of the state.
        public var clock: UInt64
        /// JSON text as received; `nil` if the client is gone.
        public var state: String?

        /// Creates an entry.
        ///
        /// - Parameters:
        ///   - client: the client's id.
        ///   - clock: grows with each change.
        ///   - state: JSON text, or `nil` for a client that is gone.
        public init(client: UInt64, clock: UInt64, state: String?) {
            self.client = client
            self.clock = clock
            self.state = state
        }
    }

    private struct Known {
        var clock: UInt64
        var state: String?
        var renewed: Duration
    }

    /// How long a state lives without being renewed.
    public static let timeout = Duration.seconds(30)

    private var known: [UInt64: Known] = [:]
    private let maxClients: Int

    /// Creates an empty table.
    ///
    /// - Parameter maxClients: how many clients are remembered; when they become more, those that are gone are
    ///   forgotten, and if none is gone, new ones are ignored.
    public init(maxClients: Int = 10_000) {
        self.maxClients = maxClients
    }

    /// Entries of all clients that are there, by client.
    public var entries: [Entry] {
        known.filter { $0.value.state != nil }.keys.sorted().compactMap(entry)
    }

    private func entry(_ client: UInt64) -> Entry? {
        known[client].map { Entry(client: client, clock: $0.clock, state: $0.state) }
    }

    /// Decodes a message that makes up all the bytes.
    ///
    /// - Parameter bytes: the message.
    /// - Returns: its entries; JSON text is not parsed.
    /// - Throws: ``YjsError`` if it is malformed.
    public static func decode(_ bytes: [UInt8]) throws(YjsError) -> [Entry] {
        var decoder = Lib0Decoder(bytes)
        var entries: [Entry] = []
        for _ in 0..<(try decoder.readCount(minimumBytes: 3)) {
            let client = try decoder.readVarUint()
            let clock = try decoder.readVarUint()
            let state = try decoder.readString()
            entries.append(Entry(client: client, clock: clock, state: state == "null" ? nil : state))
        }
        try decoder.finish()
        return entries
    }

    /// Encodes entries.
    ///
    /// - Parameter entries: the entries in the order in which they are written.
    /// - Returns: the message.
    public static func encode(_ entries: [Entry]) -> [UInt8] {
        var encoder = Lib0Encoder()
        encoder.writeVarUint(UInt64(entries.count))
        for entry in entries {
            encoder.writeVarUint(entry.client)
            encoder.writeVarUint(entry.clock)
            encoder.writeString(entry.state ?? "null")
        }
        return encoder.bytes
    }

    /// Applies entries whose clock is newer, and removals of a held state at the same clock.
    ///
    /// - Parameters:
    ///   - entries: decoded entries.
    ///   - now: the time of arrival.
    /// - Returns: the entries that took effect, to be forwarded.
    public mutating func apply(_ entries: [Entry], now: Duration) -> [Entry] {
        if known.count + entries.count > maxClients { known = known.filter { $0.value.state != nil } }
        return entries.filter { entry in
            let held = known[entry.client]
            if held == nil, known.count >= maxClients { return false }
            let clock = held?.clock ?? 0
            let isRemoval = entry.clock == clock && entry.state == nil && held?.state != nil
            guard entry.clock > clock || isRemoval else { return false }
            known[entry.client] = Known(clock: entry.clock, state: entry.state, renewed: now)
            return true
        }
    }

    /// Removes clients whose connection ended.
    ///
    /// - Parameter clients: their ids.
    /// - Returns: entries that tell the others; a removal has the clock of the state that it removes.
    public mutating func remove(_ clients: [UInt64]) -> [Entry] {
        clients.compactMap { client in
            guard let held = known[client], held.state != nil else { return nil }
            known[client] = Known(clock: held.clock, state: nil, renewed: held.renewed)
            return Entry(client: client, clock: held.clock, state: nil)
        }
    }

    /// Removes states that were not renewed for ``timeout``.
    ///
    /// - Parameter now: the present time.
    /// - Returns: entries that tell the others.
    public mutating func removeExpired(now: Duration) -> [Entry] {
        remove(known.filter { now - $0.value.renewed >= Self.timeout }.keys.sorted())
    }
}
