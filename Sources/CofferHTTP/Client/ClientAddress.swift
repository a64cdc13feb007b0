import Glibc

/// The IP address of a client, in one canonical form.
///
/// IPv4 and IPv4-mapped IPv6 (`::ffff:192.0.2.1`) are the same address. No port, no zone, no host name.
package struct ClientAddress: Hashable, Sendable, LosslessStringConvertible {
    /// The first and the last 8 of the 16 bytes, most significant byte first; IPv4 stands in its mapped form.
    let high: UInt64
    let low: UInt64

    private static let mappedPrefix: UInt64 = 0xFFFF_0000_0000
    /// `64:ff9b::/96` of RFC 6052, under which translators show IPv4 clients to servers that have IPv6 only.
    private static let translatedPrefix: UInt64 = 0x0064_FF9B_0000_0000

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Takes the bytes of an address in network order.
    ///
    /// - Returns: nil unless there are 4 or 16 of them.
    package init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4:
            self.init(high: 0, low: bytes.reduce(0xFFFF) { $0 << 8 | UInt64($1) })
        case 16:
            self.init(
                high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
            )
        default:
            return nil
        }
    }

    /// Reads an address in any of its usual spellings; never asks a name server.
    ///
    /// - Returns: nil for anything else, also for leading zeros in IPv4, ports, brackets, zones and blanks.
    package init?(_ text: String) {
        self.init(parsing: text)
    }

    init?(parsing text: some StringProtocol) {
        // inet_pton reads up to a zero byte and would take what stands before it for the whole.
        guard text.utf8.count < Int(INET6_ADDRSTRLEN), !text.utf8.contains(0) else { return nil }
        let isIPv6 = text.utf8.contains(UInt8(ascii: ":"))
        var bytes: [UInt8] = Array(repeating: 0, count: isIPv6 ? 16 : 4)
        guard text.withCString({ inet_pton(isIPv6 ? AF_INET6 : AF_INET, $0, &bytes) }) == 1 else { return nil }
        self.init(bytes: bytes)
    }

    /// `127.0.0.1`, which also stands for peers without an address, such as local sockets.
    package static let loopback = ClientAddress(high: 0, low: mappedPrefix | 0x7F00_0001)

    package var isIPv4: Bool { high == 0 && low >> 32 == Self.mappedPrefix >> 32 }

    /// The 16 bytes in network order.
    package var bytes: [UInt8] {
        [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) } }
    }

    /// A dotted quad, or IPv6 as in RFC 5952: lower case, no leading zeros, the longest run of zero groups cut.
    package var description: String { isIPv4 ? dottedQuad : Self.groupedText(high, low) }

    /// Names whom a limit counts: an IPv4 address, or the /64 network of an IPv6 address.
    ///
    /// A household or a rented machine gets a whole /64 and may use a new address in it for every request, so limits
    /// per IPv6 address would stop nobody. Addresses of RFC 6052 translators count singly: their /64 is all of IPv4.
    package var limitKey: String {
        if isIPv4 { return dottedQuad }
        if high == Self.translatedPrefix, low >> 32 == 0 { return description }
        return Self.groupedText(high, 0) + "/64"
    }

    private var dottedQuad: String {
        String(unsafeUninitializedCapacity: 15) { buffer in
            var length = 0
            for shift in [24, 16, 8, 0] {
                let value = UInt8(truncatingIfNeeded: low >> shift)
                if shift < 24 { Self.append(UInt8(ascii: "."), to: buffer, &length) }
                if value >= 100 { Self.append(0x30 + value / 100, to: buffer, &length) }
                if value >= 10 { Self.append(0x30 + value / 10 % 10, to: buffer, &length) }
                Self.append(0x30 + value % 10, to: buffer, &length)
            }
            return length
        }
    }

    private static func append(_ byte: UInt8, to buffer: UnsafeMutableBufferPointer<UInt8>, _ length: inout Int) {
        buffer[length] = byte
        length += 1
    }

    /// Writes the eight groups of IPv6, at most 39 characters.
    private static func groupedText(_ high: UInt64, _ low: UInt64) -> String {
        let hole = longestZeroRun(high, low)
        return String(unsafeUninitializedCapacity: 39) { buffer in
            var length = 0
            for index in 0..<8 where !hole.contains(index) || index == hole.lowerBound {
                if index > 0 || !hole.isEmpty && hole.lowerBound == 0 {
                    append(UInt8(ascii: ":"), to: buffer, &length)
                }
                if hole.contains(index) {
                    if hole.upperBound == 8 { append(UInt8(ascii: ":"), to: buffer, &length) }
                    continue
                }
                let value = group(index, high, low)
                for shift in [12, 8, 4, 0] where shift == 0 || value >> shift > 0 {
                    let digit = UInt8(value >> shift & 0xF)
                    append(digit < 10 ? 0x30 + digit : 0x57 + digit, to: buffer, &length)
                }
            }
            return length
        }
    }

    private static func group(_ index: Int, _ high: UInt64, _ low: UInt64) -> UInt16 {
        UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> (48 - 16 * (index & 3)))
    }

    /// Finds the first of the longest runs of zero groups, if it has at least two.
    private static func longestZeroRun(_ high: UInt64, _ low: UInt64) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in 0..<8 {
            if group(index, high, low) != 0 {
                start = index + 1
            } else if index + 1 - start > max(1, longest.count) {
                longest = start..<index + 1
            }
        }
        return longest
    }
}
