/// A writer of the lib0 primitives.
public struct Lib0Encoder: Sendable {
    /// What was written so far.
    public internal(set) var bytes: [UInt8] = []

    /// Creates an empty writer.
    public init() {}

    /// Creates an empty writer with room for `capacity` bytes.
    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// Writes one byte.
    ///
    /// - Parameter byte: the byte.
    @inline(__always)
    public mutating func writeByte(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// Writes an unsigned integer in groups of seven bits.
    ///
    /// - Parameter value: any value; readers accept at most 2^53 - 1.
    @inline(__always)
    public mutating func writeVarUint(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Writes a signed integer: sign and six bits, then groups of seven bits.
    ///
    /// - Parameter value: any value.
    public mutating func writeVarInt(_ value: Int64) {
        writeSignedMagnitude(isNegative: value < 0, value.magnitude)
    }

    /// Writes sign and magnitude, so that negative zero can be told.
    mutating func writeSignedMagnitude(isNegative: Bool, _ magnitude: UInt64) {
        var rest = magnitude >> 6
        let sign: UInt8 = isNegative ? 0x40 : 0
        bytes.append((rest > 0 ? 0x80 : 0) | sign | UInt8(truncatingIfNeeded: magnitude & 0x3F))
        while rest > 0 {
            let more: UInt8 = rest > 0x7F ? 0x80 : 0
            bytes.append(more | UInt8(truncatingIfNeeded: rest & 0x7F))
            rest >>= 7
        }
    }

    /// Writes the lowest `count` bytes of a value, most significant first.
    mutating func writeBigEndian(_ value: UInt64, count: Int) {
        for index in (0..<count).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(index * 8)))
        }
    }

    /// Writes a length-prefixed buffer.
    ///
    /// - Parameter buffer: the bytes.
    public mutating func writeBuffer(_ buffer: [UInt8]) {
        writeVarUint(UInt64(buffer.count))
        bytes.append(contentsOf: buffer)
    }

    /// Writes a string as length-prefixed UTF-8.
    ///
    /// - Parameter text: the text.
    public mutating func writeString(_ text: String) {
        let utf8 = text.utf8
        writeVarUint(UInt64(utf8.count))
        bytes.append(contentsOf: utf8)
    }

    /// Copies a part of another array, without a length.
    @inline(__always)
    mutating func copy(_ source: [UInt8], _ range: Range<Int>) {
        if range.count <= 16 {
            for index in range { bytes.append(source[index]) }
        } else {
            bytes.append(contentsOf: source[range])
        }
    }

    /// Copies a part of another array, with its length in front.
    mutating func writeBuffer(_ source: [UInt8], _ range: Range<Int>) {
        writeVarUint(UInt64(range.count))
        copy(source, range)
    }
}
