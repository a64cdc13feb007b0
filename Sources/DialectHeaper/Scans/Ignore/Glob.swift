/// A glob pattern over paths, compared by bytes.
///
/// Matching takes at most pattern times path steps, whatever the pattern: all ways to read it are followed at once.
struct Glob: Equatable, Sendable {
    enum Step: Equatable, Sendable {
        case byte(UInt8)
        case anyButSlash
        case oneOf(ByteSet)
        case manyButSlash
        case many
        /// May be passed over, with as many steps that follow.
        case maybeSkip(Int)
    }

    private enum Form: Equatable, Sendable {
        case literal([UInt8])
        /// Any text without a slash, then these bytes.
        case suffix([UInt8])
        case general([Step])
    }

    private static let slash = UInt8(ascii: "/")

    private let form: Form

    /// - Returns: nil for a pattern that matches nothing.
    init?(_ pattern: [UInt8]) {
        guard let steps = GlobParser.steps(of: pattern) else { return nil }
        if let literal = Self.literal(steps[...]) {
            form = .literal(literal)
        } else if steps.first == .manyButSlash, let suffix = Self.literal(steps.dropFirst()) {
            form = .suffix(suffix)
        } else {
            form = .general(steps)
        }
    }

    private static func literal(_ steps: ArraySlice<Step>) -> [UInt8]? {
        var bytes: [UInt8] = []
        for step in steps {
            guard case .byte(let byte) = step else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    /// Whether the whole of `text` matches.
    func matches(_ text: some RandomAccessCollection<UInt8>) -> Bool {
        switch form {
        case .literal(let bytes):
            bytes.count == text.count && text.elementsEqual(bytes)
        case .suffix(let bytes):
            text.count >= bytes.count && text.suffix(bytes.count).elementsEqual(bytes)
                && !text.dropLast(bytes.count).contains(Self.slash)
        case .general(let steps):
            Self.run(steps, over: text)
        }
    }

    private static func run(_ steps: [Step], over text: some Collection<UInt8>) -> Bool {
        var current = [Bool](repeating: false, count: steps.count + 1)
        current[0] = true
        spread(&current, steps)
        for byte in text {
            var next = [Bool](repeating: false, count: steps.count + 1)
            var isAlive = false
            for index in steps.indices where current[index] {
                guard let target = steps[index].target(of: byte, from: index) else { continue }
                next[target] = true
                isAlive = true
            }
            guard isAlive else { return false }
            spread(&next, steps)
            current = next
        }
        return current[steps.count]
    }

    /// Adds what is reached without reading a byte; these moves lead forward only, so one pass finds them all.
    private static func spread(_ states: inout [Bool], _ steps: [Step]) {
        for index in steps.indices where states[index] {
            switch steps[index] {
            case .manyButSlash, .many: states[index + 1] = true
            case .maybeSkip(let count):
                states[index + 1] = true
                states[index + 1 + count] = true
            default: break
            }
        }
    }
}

extension Glob.Step {
    /// The step to stand at after reading a byte; nil when the byte does not fit.
    fileprivate func target(of byte: UInt8, from index: Int) -> Int? {
        let slash = UInt8(ascii: "/")
        return switch self {
        case .byte(let wanted): byte == wanted ? index + 1 : nil
        case .anyButSlash: byte != slash ? index + 1 : nil
        case .oneOf(let set): set[byte] ? index + 1 : nil
        case .manyButSlash: byte != slash ? index : nil
        case .many: index
        case .maybeSkip: nil
        }
    }
}
