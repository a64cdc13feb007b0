/// The one range of a `Range: bytes=…` field (RFC 9110, section 14.1.2).
package enum ByteRange: Equatable, Sendable {
    /// `first-` or `first-last`, both included.
    case from(Int64, through: Int64?)
    /// `-count`: the last bytes.
    case suffix(Int64)

    /// Reads the field.
    ///
    /// - Returns: nil for another unit, several ranges, or anything malformed; the field is to be ignored then.
    package init?(_ field: String) {
        let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
        let bounds = parts[1].filter { $0 != " " }.split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return nil }
        if bounds[0].isEmpty {
            guard let count = Self.number(bounds[1]) else { return nil }
            self = .suffix(count)
            return
        }
        guard let first = Self.number(bounds[0]) else { return nil }
        if bounds[1].isEmpty {
            self = .from(first, through: nil)
            return
        }
        guard let last = Self.number(bounds[1]), last >= first else { return nil }
        self = .from(first, through: last)
    }

    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
        // A number past 64 bits lies past every end.
        return Int64(text) ?? .max
    }

    /// The bytes it means of a representation of this size.
    ///
    /// - Returns: nil when there are none: the answer is 416.
    package func resolved(size: Int64) -> Range<Int64>? {
        switch self {
        case .from(let first, let last):
            guard first < size else { return nil }
            return first..<(last.map { min($0, size - 1) } ?? size - 1) + 1
        case .suffix(let count):
            guard count > 0, size > 0 else { return nil }
            return max(0, size - count)..<size
        }
    }
}
