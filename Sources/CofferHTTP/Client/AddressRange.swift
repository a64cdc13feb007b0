/// A block of IP addresses.
///
/// IPv4 and IPv6 are apart: `::/0` holds no IPv4 address, though each has an IPv4-mapped IPv6 form.
package struct AddressRange: Hashable, Sendable, LosslessStringConvertible {
    /// The first address of the range.
    private let base: ClientAddress
    /// How many of the 128 leading bits are fixed; for IPv4 at least 96.
    private let prefixBits: Int

    private var isIPv4: Bool { base.isIPv4 && prefixBits >= 96 }

    /// Reads a single address or CIDR notation such as `10.0.0.0/8` or `fd00::/8`.
    ///
    /// Bits behind the prefix are ignored (`10.1.2.3/8` is `10.0.0.0/8`).
    ///
    /// - Returns: nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = ClientAddress(parsing: first) else { return nil }
        // A mapped address that is written as IPv6 counts its prefix in 128 bits, like any IPv6.
        let offset = first.utf8.contains(UInt8(ascii: ":")) ? 0 : 96
        var prefixBits = 128
        if parts.count == 2 {
            guard let bits = Self.prefixLength(parts[1]), bits + offset <= 128 else { return nil }
            prefixBits = bits + offset
        }
        self.init(address, prefixBits: prefixBits)
    }

    private init(_ address: ClientAddress, prefixBits: Int) {
        base = Self.masked(address, prefixBits)
        self.prefixBits = prefixBits
    }

    package func contains(_ address: ClientAddress) -> Bool {
        isIPv4 == address.isIPv4 && Self.masked(address, prefixBits) == base
    }

    /// The range in CIDR notation; a single address stands without its prefix.
    package var description: String {
        if prefixBits == 128 { return base.description }
        return "\(base)/\(isIPv4 ? prefixBits - 96 : prefixBits)"
    }

    private static func prefixLength(_ text: Substring) -> Int? {
        let digits = text.utf8
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func masked(_ address: ClientAddress, _ prefixBits: Int) -> ClientAddress {
        ClientAddress(
            high: address.high & mask(prefixBits),
            low: address.low & mask(prefixBits - 64)
        )
    }

    /// Sets the leading `bits` of 64; below 0 is none of them, above 64 all.
    private static func mask(_ bits: Int) -> UInt64 {
        // Unlike `<<` on a fixed count, this shift by 64 or more gives 0.
        ~(UInt64.max >> UInt64(max(0, bits)))
    }
}
