/// The proxies in front of the server, and what may be believed of the headers they send.
///
/// Each proxy adds the address it was called from at the right end, so the list is read from there, and only as far
/// as those who wrote it are trusted. Nothing is believed of a peer that is not trusted itself.
package struct TrustedProxies: Hashable, Sendable {
    package static let none = TrustedProxies(ranges: [])

    private static let keywords: [String: [String]] = [
        "loopback": ["127.0.0.0/8", "::1"],
        "private": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
    ]

    package let ranges: [AddressRange]

    package init(ranges: [AddressRange]) {
        self.ranges = ranges
    }

    /// Reads a setting: addresses, CIDR ranges, `loopback`, and `private` (RFC 1918 and RFC 4193), in any letter case.
    ///
    /// - Throws: ``TrustedProxiesError/malformed(entry:)`` for the first entry that is none of these.
    package init(parsing entries: [String]) throws(TrustedProxiesError) {
        var ranges: [AddressRange] = []
        for entry in entries {
            for text in Self.keywords[entry.lowercased()] ?? [entry] {
                guard let range = AddressRange(text) else { throw .malformed(entry: entry) }
                ranges.append(range)
            }
        }
        self.ranges = ranges
    }

    package func contains(_ address: ClientAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// Tells who sent a request: the first address from the right that is not a trusted proxy.
    ///
    /// An element that is no IP address (`unknown`, an obfuscated name, an empty one) ends the search at the proxy
    /// that wrote it. If all are trusted, it is the left-most. When both headers are there and differ, one of them
    /// came from the client and nobody can tell which, so it is the peer. `forwardedFor` takes all `X-Forwarded-For`
    /// lines in order, `forwarded` all lines of RFC 7239, `realIP` all of `X-Real-IP`, which counts only where neither of
    /// the others is there.
    package func clientAddress(
        peer: ClientAddress,
        forwardedFor: [String],
        forwarded: [String],
        realIP: [String] = []
    ) -> ClientAddress {
        guard contains(peer) else { return peer }
        if forwardedFor.isEmpty, forwarded.isEmpty, realIP.count == 1 {
            return ClientAddress(realIP[0]) ?? peer
        }
        let candidates = [
            forwardedFor.isEmpty ? nil : walk(forwardedFor, from: peer, ForwardedElement.nodeAddress),
            forwarded.isEmpty ? nil : walk(forwarded, from: peer, ForwardedElement.forAddress),
        ].compactMap(\.self)
        guard let candidate = candidates.first, candidates.allSatisfy({ $0 == candidate }) else { return peer }
        return candidate
    }

    /// Tells the scheme the client used, or nil if no trusted peer names one.
    ///
    /// `forwardedProto` takes all `X-Forwarded-Proto` lines in order; the last value counts.
    package func scheme(peer: ClientAddress, forwardedProto: [String]) -> ForwardedScheme? {
        guard contains(peer), let line = forwardedProto.last else { return nil }
        return ForwardedElement.list(line).last.flatMap { ForwardedScheme(rawValue: $0.lowercased()) }
    }

    private func walk(
        _ lines: [String],
        from peer: ClientAddress,
        _ address: (Substring) -> ClientAddress?
    ) -> ClientAddress {
        var nearest = peer
        for line in lines.reversed() {
            for element in ForwardedElement.list(line).reversed() {
                guard let next = address(element) else { return nearest }
                guard contains(next) else { return next }
                nearest = next
            }
        }
        return nearest
    }
}

/// A scheme that a proxy reports.
package enum ForwardedScheme: String, Sendable { case http, https }

/// Why the list of trusted proxies could not be read.
package enum TrustedProxiesError: Error, Hashable, CustomStringConvertible {
    case malformed(entry: String)

    package var description: String {
        switch self {
        case .malformed(let entry):
            "trusted proxy \"\(entry)\": expected an IP address, a range such as 10.0.0.0/8, loopback or private"
        }
    }
}

/// Reads single elements of `X-Forwarded-For` and `Forwarded`.
private enum ForwardedElement {
    /// Cuts a line at its commas.
    ///
    /// Commas inside quotes cut too, so that no text of the client can hide what a proxy added behind it; half of a
    /// quoted string never reads as an element. Bytes, because a comma may be part of a larger `Character`.
    static func list(_ line: String) -> [Substring] {
        line.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { trimmed(Substring($0)) }
    }

    /// Reads the `for` of an element such as `for="[2001:db8::1]:443";proto=https`.
    ///
    /// - Returns: nil if there is none or more than one, if it is no address, or if any other pair is malformed.
    static func forAddress(_ element: Substring) -> ClientAddress? {
        var found: ClientAddress?
        for pair in element.split(separator: ";").map(trimmed) {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let value = unquoted(sides[1]) else { return nil }
            guard sides[0].lowercased() == "for" else { continue }
            guard found == nil, let address = nodeAddress(value) else { return nil }
            found = address
        }
        return found
    }

    /// Reads an address with or without quotes, brackets and port.
    static func nodeAddress(_ element: Substring) -> ClientAddress? {
        guard let node = unquoted(element) else { return nil }
        if node.first == "[" {
            guard let end = node.firstIndex(of: "]") else { return nil }
            let inside = node[..<end].dropFirst()
            guard inside.contains(":"), isPort(node[end...].dropFirst()) else { return nil }
            return ClientAddress(parsing: inside)
        }
        let colons = node.indices.filter { node[$0] == ":" }
        guard colons.count == 1 else { return ClientAddress(parsing: node) }
        return isPort(node[colons[0]...]) ? ClientAddress(parsing: node[..<colons[0]]) : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text.drop { $0 == " " || $0 == "\t" }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return rest
    }

    /// Takes the quotes off; nil if they do not match or anything inside would need them for more than a node name.
    private static func unquoted(_ text: Substring) -> Substring? {
        let isQuoted = text.utf8.count >= 2 && text.first == "\"" && text.last == "\""
        let inner = isQuoted ? text.dropFirst().dropLast() : text
        guard !inner.isEmpty, !inner.contains(where: { "\"\\ \t".contains($0) }) else { return nil }
        return inner
    }

    /// Tells whether a text is empty or a colon with 1 to 5 digits.
    private static func isPort(_ text: Substring) -> Bool {
        if text.isEmpty { return true }
        let digits = text.utf8.dropFirst()
        return text.first == ":" && (1...5).contains(digits.count) && digits.allSatisfy { (0x30...0x39).contains($0) }
    }
}
