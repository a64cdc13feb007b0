/// Reads a glob pattern as git does (wildmatch with `WM_PATHNAME`), byte by byte.
struct GlobParser {
    private static let (slash, backslash) = (UInt8(ascii: "/"), UInt8(ascii: "\\"))

    private let pattern: [UInt8]
    private var position = 0
    private var steps: [Glob.Step] = []

    private init(_ pattern: [UInt8]) {
        self.pattern = pattern
    }

    /// - Returns: nil for a pattern that matches nothing, such as one with an open bracket.
    static func steps(of pattern: [UInt8]) -> [Glob.Step]? {
        var parser = GlobParser(pattern)
        while parser.position < pattern.count {
            guard parser.readStep() else { return nil }
        }
        return parser.steps
    }

    private func byte(at position: Int) -> UInt8? {
        pattern.indices.contains(position) ? pattern[position] : nil
    }

    private mutating func readStep() -> Bool {
        switch pattern[position] {
        case UInt8(ascii: "*"): readStars()
        case UInt8(ascii: "?"):
            steps.append(.anyButSlash)
            position += 1
        case UInt8(ascii: "["):
            guard let set = readSet() else { return false }
            steps.append(.oneOf(set))
        case Self.backslash:
            guard let escaped = byte(at: position + 1) else { return false }
            steps.append(.byte(escaped))
            position += 2
        case let plain:
            steps.append(.byte(plain))
            position += 1
        }
        return true
    }

    /// `**` between slashes or the ends crosses folders; any other run of stars stays inside one name.
    private mutating func readStars() {
        let start = position
        while byte(at: position) == UInt8(ascii: "*") { position += 1 }
        let isFirst = start == 0 || byte(at: start - 1) == Self.slash
        let next = byte(at: position)
        let isLast =
            next == nil || next == Self.slash
            || (next == Self.backslash && byte(at: position + 1) == Self.slash)
        guard position - start > 1, isFirst, isLast else {
            steps.append(.manyButSlash)
            return
        }
        // `**/` also stands for no folder at all: the search may go on behind the slash.
        if next == Self.slash { steps.append(.maybeSkip(2)) }
        steps.append(.many)
    }

    private mutating func readSet() -> ByteSet? {
        var set = ByteSet()
        position += 1
        let isInverted = byte(at: position) == UInt8(ascii: "!") || byte(at: position) == UInt8(ascii: "^")
        if isInverted { position += 1 }
        var (isFirst, last) = (true, UInt8?.none)
        while true {
            guard let current = byte(at: position) else { return nil }
            if current == UInt8(ascii: "]"), !isFirst { break }
            isFirst = false
            if current == UInt8(ascii: "-"), let from = last, let next = byte(at: position + 1),
                next != UInt8(ascii: "]")
            {
                guard let to = readMember(at: position + 1) else { return nil }
                if from <= to { set.insert(from...to) }
                last = nil
            } else if current == UInt8(ascii: "["), byte(at: position + 1) == UInt8(ascii: ":") {
                let start = position
                guard readClass(into: &set) else { return nil }
                last = position == start + 1 ? current : nil
            } else {
                guard let member = readMember(at: position) else { return nil }
                set[member] = true
                last = member
            }
        }
        position += 1
        if isInverted { set.invert() }
        set[Self.slash] = false
        return set
    }

    /// One byte of a set, which a backslash may quote.
    private mutating func readMember(at start: Int) -> UInt8? {
        position = start
        if byte(at: position) == Self.backslash { position += 1 }
        defer { position += 1 }
        return byte(at: position)
    }

    /// `[:name:]`; without its end, the bracket is a plain one.
    private mutating func readClass(into set: inout ByteSet) -> Bool {
        let start = position + 2
        guard let end = pattern[start...].firstIndex(of: UInt8(ascii: "]")) else { return false }
        guard end > start, pattern[end - 1] == UInt8(ascii: ":") else {
            set[UInt8(ascii: "[")] = true
            position += 1
            return true
        }
        position = end + 1
        return Self.insert(String(decoding: pattern[start..<end - 1], as: UTF8.self), into: &set)
    }

    private static func insert(_ name: String, into set: inout ByteSet) -> Bool {
        let (digits, upper, lower) = (UInt8(0x30)...UInt8(0x39), UInt8(0x41)...UInt8(0x5A), UInt8(0x61)...UInt8(0x7A))
        let ranges: [ClosedRange<UInt8>]
        switch name {
        case "alnum": ranges = [digits, upper, lower]
        case "alpha": ranges = [upper, lower]
        case "blank": ranges = [0x20...0x20, 0x09...0x09]
        case "cntrl": ranges = [0x00...0x1F, 0x7F...0x7F]
        case "digit": ranges = [digits]
        case "graph": ranges = [0x21...0x7E]
        case "lower": ranges = [lower]
        case "print": ranges = [0x20...0x7E]
        case "punct": ranges = [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]
        case "space": ranges = [0x09...0x0D, 0x20...0x20]
        case "upper": ranges = [upper]
        case "xdigit": ranges = [digits, 0x41...0x46, 0x61...0x66]
        default: return false
        }
        for range in ranges { set.insert(range) }
        return true
    }
}
