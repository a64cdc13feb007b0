/// How far somebody has followed each client: the next clock that is still unknown.
///
/// Encoded as `varuint(count) ( varuint(client) varuint(nextClock) )*`; an unknown client counts as 0.
public struct StateVector: Sendable, Equatable {
    /// Next clock by client; no entry is 0.
    public private(set) var clocks: [UInt64: UInt64] = [:]

    /// Creates an empty state vector.
    public init() {}

    /// Decodes a state vector; it must use all bytes.
    ///
    /// - Parameter bytes: the encoded state vector.
    /// - Throws: ``YjsError`` if the bytes are malformed.
    public init(decoding bytes: [UInt8]) throws(YjsError) {
        var decoder = Lib0Decoder(bytes)
        for _ in 0..<(try decoder.readCount(minimumBytes: 2)) {
            let client = try decoder.readVarUint()
            self[client] = max(self[client], try decoder.readVarUint())
        }
        try decoder.finish()
    }

    /// The next unknown clock of a client.
    public subscript(client: UInt64) -> UInt64 {
        get { clocks[client] ?? 0 }
        set { clocks[client] = newValue == 0 ? nil : newValue }
    }

    /// Encodes the entries by descending client.
    ///
    /// - Returns: the bytes; `00` if there are no entries.
    public func encoded() -> [UInt8] {
        Self.encode(clocks.sorted { $0.key > $1.key })
    }

    /// Encodes entries in the order given.
    static func encode(_ entries: [(key: UInt64, value: UInt64)]) -> [UInt8] {
        var encoder = Lib0Encoder()
        encoder.writeVarUint(UInt64(entries.count))
        for (client, clock) in entries {
            encoder.writeVarUint(client)
            encoder.writeVarUint(clock)
        }
        return encoder.bytes
    }
}
