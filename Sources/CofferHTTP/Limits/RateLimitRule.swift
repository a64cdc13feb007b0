/// So many hits in so much time.
///
/// Written `N/unit`, `N per unit` or `N per M unit`; the units are second, minute, hour, day, month (30 days) and
/// year (365 days), singular or plural. Letter case and blanks do not matter. N and M are at least 1, the time is at
/// most 1,000 years.
package struct RateLimitRule: Hashable, Sendable, CustomStringConvertible {
    package enum Unit: String, CaseIterable, Sendable {
        case second, minute, hour, day, month, year, millisecond

        /// Those that a setting may name.
        static let named = allCases.filter { $0 != .millisecond }

        var seconds: Int64 {
            switch self {
            case .second: 1
            case .minute: 60
            case .hour: 3600
            case .day: 86_400
            case .month: 30 * 86_400
            case .year: 365 * 86_400
            case .millisecond: 0
            }
        }
    }

    private static let maxWindowSeconds = 1000 * Unit.year.seconds

    /// Hits allowed within a window, 1 or more.
    package let maxHits: Int
    package let unitCount: Int64
    package let unit: Unit

    package var window: Duration {
        unit == .millisecond ? .milliseconds(unitCount) : .seconds(unitCount * unit.seconds)
    }

    /// The rule in words, such as `30 per 1 hour`.
    package var description: String {
        "\(maxHits) per \(unitCount) \(unit.rawValue)\(unitCount == 1 ? "" : "s")"
    }

    /// A rule whose time was given as a number; both are held to 1 or more.
    package init(maxHits: Int, milliseconds: Int64) {
        self.maxHits = max(1, maxHits)
        unitCount = max(1, milliseconds)
        unit = .millisecond
    }

    /// Reads one rule.
    ///
    /// - Throws: ``RateLimitRuleError`` that quotes `text`.
    package init(parsing text: some StringProtocol) throws(RateLimitRuleError) {
        let part = String(text)
        var tokens = try Self.tokens(of: part)[...]
        guard let hits = tokens.popFirst(), Self.isNumber(hits) else { throw .malformed(part: part) }
        guard let per = tokens.popFirst(), per == "/" || per == "per" else { throw .malformed(part: part) }
        let multiple = tokens.first.flatMap { Self.isNumber($0) ? $0 : nil }
        if multiple != nil { tokens.removeFirst() }
        guard let unitName = tokens.popFirst(), tokens.isEmpty else { throw .malformed(part: part) }
        guard let unit = Unit.named.first(where: { unitName == $0.rawValue || unitName == $0.rawValue + "s" }) else {
            throw .unknownUnit(unitName, part: part)
        }
        guard let maxHits = Int(hits), let unitCount = Int64(multiple ?? "1"),
            unitCount <= Self.maxWindowSeconds / unit.seconds
        else { throw .tooLarge(part: part) }
        guard maxHits > 0, unitCount > 0 else { throw .zero(part: part) }
        self.maxHits = maxHits
        self.unitCount = unitCount
        self.unit = unit
    }

    private static func isNumber(_ token: String) -> Bool { token.utf8.allSatisfy { (0x30...0x39).contains($0) } }

    /// Cuts a rule into numbers, words in lower case, and slashes.
    private static func tokens(of part: String) throws(RateLimitRuleError) -> [String] {
        enum Kind { case digit, letter, slash, blank }
        var tokens: [String] = []
        var previous = Kind.blank
        for byte in part.utf8 {
            let kind: Kind
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): kind = .digit
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): kind = .letter
            case UInt8(ascii: "/"): kind = .slash
            case UInt8(ascii: " "), UInt8(ascii: "\t"): kind = .blank
            default: throw .malformed(part: part)
            }
            let character = Character(Unicode.Scalar(byte)).lowercased()
            if kind == previous, kind != .blank, let last = tokens.popLast() {
                tokens.append(last + character)
            } else if kind != .blank {
                tokens.append(character)
            }
            previous = kind
        }
        return tokens
    }
}

/// Rules that hold at the same time; none at all means no limit.
package struct RateLimit: Hashable, Sendable {
    package static let off = RateLimit([])

    /// At most one rule per length of time.
    package let rules: [RateLimitRule]

    /// Of several rules over the same time only the strictest is kept.
    package init(_ rules: [RateLimitRule]) {
        self.rules = rules.enumerated().filter { index, rule in
            !rules.enumerated().contains { other, stricter in
                stricter.window == rule.window
                    && (stricter.maxHits, other) < (rule.maxHits, index)
            }
        }.map(\.element)
    }

    /// Reads a setting: rules joined by `,` `;` or `|`, or `off` or nothing for no limit.
    ///
    /// - Throws: ``RateLimitRuleError`` that quotes the first part it could not use.
    package init(parsing text: String) throws(RateLimitRuleError) {
        let parts = text.split(omittingEmptySubsequences: false) { ",;|".contains($0) }.map(Self.trimmed)
        if parts.count == 1, parts[0].isEmpty || parts[0].lowercased() == "off" {
            self = .off
            return
        }
        var rules: [RateLimitRule] = []
        for part in parts { rules.append(try RateLimitRule(parsing: part)) }
        self.init(rules)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}

/// Why a rate limit could not be read.
package enum RateLimitRuleError: Error, Hashable, CustomStringConvertible {
    case malformed(part: String)
    case unknownUnit(String, part: String)
    case zero(part: String)
    case tooLarge(part: String)

    package var description: String {
        switch self {
        case .malformed(let part):
            "rate limit \"\(part)\": expected \"N/unit\", \"N per unit\" or \"N per M unit\", or \"off\" alone"
        case .unknownUnit(let unit, let part):
            "rate limit \"\(part)\": unknown unit \"\(unit)\"; use second, minute, hour, day, month or year"
        case .zero(let part):
            "rate limit \"\(part)\": numbers start at 1; write \"off\" for no limit"
        case .tooLarge(let part):
            "rate limit \"\(part)\": number too large; the time is at most 1000 years"
        }
    }
}
