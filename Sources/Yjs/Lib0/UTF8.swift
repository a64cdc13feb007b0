/// Counting and cutting UTF-8 text by UTF-16 code units.
///
/// A sequence of four bytes is two units, any other sequence one. Text is ASCII exactly if both counts agree.
enum UTF8Text {
    /// U+FFFD, which stands for each half of a cut surrogate pair.
    static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// Counts the UTF-16 units of bytes that may not be UTF-8.
    ///
    /// - Returns: `nil` if the bytes are not valid UTF-8.
    static func validatedUTF16Length(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var index = 0
        var units = 0
        let count = bytes.count
        while index < count {
            let lead = bytes[index]
            if lead < 0x80 {
                let run = asciiRun(bytes, from: index)
                units += run
                index += run
                continue
            }
            let width = sequenceWidth(bytes, at: index, lead: lead)
            guard width > 0 else { return nil }
            units += width == 4 ? 2 : 1
            index += width
        }
        return units
    }

    /// Length of the ASCII text at `start`, eight bytes at a time where possible.
    private static func asciiRun(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        let raw = UnsafeRawBufferPointer(bytes)
        while index + 8 <= bytes.count,
            raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        return index - start
    }

    /// Width of the multi-byte sequence at `index`, or 0 if it is malformed.
    private static func sequenceWidth(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int, lead: UInt8) -> Int {
        func isTail(_ offset: Int) -> Bool { bytes[index + offset] & 0xC0 == 0x80 }
        switch lead {
        case 0xC2...0xDF:
            return index + 1 < bytes.count && isTail(1) ? 2 : 0
        case 0xE0...0xEF:
            guard index + 2 < bytes.count, isTail(1), isTail(2) else { return 0 }
            let second = bytes[index + 1]
            if lead == 0xE0, second < 0xA0 { return 0 }
            if lead == 0xED, second > 0x9F { return 0 }
            return 3
        case 0xF0...0xF4:
            guard index + 3 < bytes.count, isTail(1), isTail(2), isTail(3) else { return 0 }
            let second = bytes[index + 1]
            if lead == 0xF0, second < 0x90 { return 0 }
            if lead == 0xF4, second > 0x8F { return 0 }
            return 4
        default:
            return 0
        }
    }

    /// Where valid UTF-8 text is cut so that `units` UTF-16 units lie to the left.
    struct Cut {
        /// First byte to the right of the cut, or of the sequence that the cut divides.
        var offset: Int
        /// Whether the cut lies inside the surrogate pair that starts at `offset`.
        var isInsidePair: Bool
    }

    /// Finds the cut after `units` UTF-16 units in valid UTF-8, counting from the nearer end.
    ///
    /// So a text that is cut again and again, at whatever places, costs no more than n log n.
    static func cut(_ bytes: [UInt8], _ range: Range<Int>, after units: Int, utf16Length: UInt64) -> Cut {
        if UInt64(range.count) == utf16Length {
            return Cut(offset: min(range.lowerBound + units, range.upperBound), isInsidePair: false)
        }
        if UInt64(units) > utf16Length / 2, UInt64(units) <= utf16Length {
            return cut(bytes, range, before: Int(utf16Length) - units)
        }
        var index = range.lowerBound
        var left = units
        while left > 0, index < range.upperBound {
            let lead = bytes[index]
            let width = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            if width == 4 {
                if left == 1 { return Cut(offset: index, isInsidePair: true) }
                left -= 2
            } else {
                left -= 1
            }
            index += width
        }
        return Cut(offset: min(index, range.upperBound), isInsidePair: false)
    }

    /// Finds the cut before the last `units` UTF-16 units.
    private static func cut(_ bytes: [UInt8], _ range: Range<Int>, before units: Int) -> Cut {
        var index = range.upperBound
        var right = units
        while right > 0, index > range.lowerBound {
            index -= 1
            while index > range.lowerBound, bytes[index] & 0xC0 == 0x80 { index -= 1 }
            guard bytes[index] >= 0xF0 else {
                right -= 1
                continue
            }
            if right == 1 { return Cut(offset: index, isInsidePair: true) }
            right -= 2
        }
        return Cut(offset: index, isInsidePair: false)
    }

    /// Whether `left` comes before `right` when both are compared by UTF-16 code units.
    static func precedesByUTF16(_ left: String, _ right: String) -> Bool {
        left.utf16.lexicographicallyPrecedes(right.utf16)
    }
}
