/// A bounds-checked reader of the lib0 primitives.
///
/// Every method either consumes exactly one value or throws ``YjsError``; nothing is allocated in proportion to a
/// count that the input merely declares.
public struct Lib0Decoder: Sendable {
    let bytes: [UInt8]
    let end: Int
    /// Offset of the next byte.
    public internal(set) var position: Int

    /// Creates a reader of a whole array.
    ///
    /// - Parameter bytes: the input.
    public init(_ bytes: [UInt8]) {
        self.init(bytes, 0..<bytes.count)
    }

    /// Creates a reader of a part of an array; the range must lie inside.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = min(range.upperBound, bytes.count)
    }

    /// Whether all bytes are read.
    public var isAtEnd: Bool { position >= end }

    /// Number of unread bytes.
    public var remaining: Int { end - position }

    /// Reads one byte.
    ///
    /// - Returns: the byte.
    @inline(__always)
    public mutating func readByte() throws(YjsError) -> UInt8 {
        guard position < end else { throw .unexpectedEnd(offset: position) }
        let byte = bytes[position]
        position += 1
        return byte
    }

    /// Reads an unsigned integer of at most 2^53 - 1.
    ///
    /// - Returns: the value; non-minimal forms of up to eight bytes are accepted.
    @inline(__always)
    public mutating func readVarUint() throws(YjsError) -> UInt64 {
        guard position < end else { throw .unexpectedEnd(offset: position) }
        let byte = bytes[position]
        if byte < 0x80 {
            position += 1
            return UInt64(byte)
        }
        return try readLongVarUint()
    }

    /// Reads eight bytes at once where the input has them.
    private mutating func readLongVarUint() throws(YjsError) -> UInt64 {
        guard end - position >= 8 else { return try readLastVarUint() }
        let word = bytes.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        }
        let stops = ~word & 0x8080_8080_8080_8080
        guard stops != 0 else { throw .integerTooLarge(offset: position) }
        // All bits up to the lowest stop, then groups of 7, 14 and 28 bits moved together.
        let groups = word & (stops ^ (stops - 1))
        let pairs = groups & 0x007F_007F_007F_007F | (groups & 0x7F00_7F00_7F00_7F00) >> 1
        let quads = pairs & 0x0000_3FFF_0000_3FFF | (pairs & 0x3FFF_0000_3FFF_0000) >> 2
        let value = quads & 0x0FFF_FFFF | (quads & 0x0FFF_FFFF_0000_0000) >> 4
        guard value <= YLimits.maxInteger else { throw .integerTooLarge(offset: position) }
        position += stops.trailingZeroBitCount / 8 + 1
        return value
    }

    private mutating func readLastVarUint() throws(YjsError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            guard shift < 56 else { throw .integerTooLarge(offset: start) }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 {
                guard value <= YLimits.maxInteger else { throw .integerTooLarge(offset: start) }
                return value
            }
            shift += 7
        }
        throw .unexpectedEnd(offset: position)
    }

    /// Reads a signed integer, sign and magnitude apart, so that negative zero survives.
    mutating func readSignedMagnitude() throws(YjsError) -> (isNegative: Bool, magnitude: UInt64) {
        let start = position
        let first = try readByte()
        var magnitude = UInt64(first & 0x3F)
        var byte = first
        var shift: UInt64 = 6
        while byte & 0x80 != 0 {
            guard shift < 55 else { throw .integerTooLarge(offset: start) }
            byte = try readByte()
            magnitude |= UInt64(byte & 0x7F) &<< shift
            shift += 7
        }
        guard magnitude <= YLimits.maxInteger else { throw .integerTooLarge(offset: start) }
        return (first & 0x40 != 0, magnitude)
    }

    /// Reads a signed integer of at most 2^53 - 1 in magnitude.
    ///
    /// - Returns: the value; negative zero reads as 0.
    public mutating func readVarInt() throws(YjsError) -> Int64 {
        let (isNegative, magnitude) = try readSignedMagnitude()
        return isNegative ? -Int64(magnitude) : Int64(magnitude)
    }

    /// Reads a big-endian integer of eight bytes.
    mutating func readBigEndian64() throws(YjsError) -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<8 { value = value << 8 | UInt64(try readByte()) }
        return value
    }

    /// Reads a big-endian integer of four bytes.
    mutating func readBigEndian32() throws(YjsError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 { value = value << 8 | UInt32(try readByte()) }
        return value
    }

    /// Reads the count of elements of at least `minimumBytes` each.
    @inline(__always)
    mutating func readCount(minimumBytes: Int = 1) throws(YjsError) -> Int {
        let start = position
        let count = try readVarUint()
        guard count <= UInt64(remaining / minimumBytes) else { throw .countExceedsInput(offset: start) }
        return Int(count)
    }

    /// Skips `count` bytes and answers where they lie.
    mutating func skip(_ count: Int) throws(YjsError) -> Range<Int> {
        guard count <= remaining else { throw .unexpectedEnd(offset: end) }
        let range = position..<position + count
        position = range.upperBound
        return range
    }

    /// Skips a length-prefixed buffer and answers where its bytes lie.
    mutating func skipBuffer() throws(YjsError) -> Range<Int> {
        try skip(readCount())
    }

    /// Reads a length-prefixed buffer.
    ///
    /// - Returns: a copy of its bytes.
    public mutating func readBuffer() throws(YjsError) -> [UInt8] {
        let range = try skipBuffer()
        return Array(bytes[range])
    }

    /// Skips a string and answers where its bytes lie and its length in UTF-16 units.
    mutating func skipString() throws(YjsError) -> (range: Range<Int>, utf16Length: Int) {
        let range = try skipBuffer()
        if range.count == 1, bytes[range.lowerBound] < 0x80 { return (range, 1) }
        let units = bytes.withUnsafeBufferPointer { all in
            UTF8Text.validatedUTF16Length(UnsafeBufferPointer(rebasing: all[range]))
        }
        guard let units else { throw .invalidUTF8(offset: range.lowerBound) }
        return (range, units)
    }

    /// Reads a string.
    ///
    /// - Returns: the text, exactly as sent.
    public mutating func readString() throws(YjsError) -> String {
        let (range, _) = try skipString()
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// Fails unless every byte is read.
    ///
    /// - Throws: ``YjsError/trailingBytes(offset:)``.
    public func finish() throws(YjsError) {
        guard isAtEnd else { throw .trailingBytes(offset: position) }
    }
}
