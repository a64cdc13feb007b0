/// Which of the 256 bytes belong to a set.
struct ByteSet: Equatable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    subscript(byte: UInt8) -> Bool {
        get {
            let bit = UInt64(1) << (byte & 63)
            return switch byte >> 6 {
            case 0: words.0 & bit != 0
            case 1: words.1 & bit != 0
            case 2: words.2 & bit != 0
            default: words.3 & bit != 0
            }
        }
        set {
            let bit = UInt64(1) << (byte & 63)
            switch byte >> 6 {
            case 0: words.0 = newValue ? words.0 | bit : words.0 & ~bit
            case 1: words.1 = newValue ? words.1 | bit : words.1 & ~bit
            case 2: words.2 = newValue ? words.2 | bit : words.2 & ~bit
            default: words.3 = newValue ? words.3 | bit : words.3 & ~bit
            }
        }
    }

    mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range { self[byte] = true }
    }

    mutating func invert() {
        words = (~words.0, ~words.1, ~words.2, ~words.3)
    }

    static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }
}
