/// Numbers, each written once with an optional count of repetitions; a negative sign announces the count.
struct UintColumn {
    private var decoder: Lib0Decoder
    private var value: UInt64 = 0
    private var left: UInt64 = 0

    init(_ decoder: Lib0Decoder) {
        self.decoder = decoder
    }

    mutating func read() throws(YjsError) -> UInt64 {
        if left == 0 {
            let (isRepeated, magnitude) = try decoder.readSignedMagnitude()
            value = magnitude
            left = isRepeated ? try decoder.readVarUint() + 2 : 1
        }
        left -= 1
        return value
    }
}

/// Differences to the number before; the lowest bit announces a count of repetitions.
struct DiffColumn {
    private var decoder: Lib0Decoder
    private var value: Int64 = 0
    private var difference: Int64 = 0
    private var left: UInt64 = 0

    init(_ decoder: Lib0Decoder) {
        self.decoder = decoder
    }

    mutating func read() throws(YjsError) -> UInt64 {
        if left == 0 {
            let coded = try decoder.readVarInt()
            difference = coded >> 1
            left = coded & 1 == 1 ? try decoder.readVarUint() + 2 : 1
        }
        left -= 1
        value += difference
        guard value >= 0, value <= Int64(YLimits.maxInteger) else { throw .clockOverflow(offset: decoder.position) }
        return UInt64(value)
    }
}

/// Bytes, each followed by a count of repetitions; the last one repeats for ever.
struct ByteColumn {
    private var decoder: Lib0Decoder
    private var value: UInt8 = 0
    private var left: UInt64 = 0

    init(_ decoder: Lib0Decoder) {
        self.decoder = decoder
    }

    mutating func read() throws(YjsError) -> UInt8 {
        if left == 0 {
            value = try decoder.readByte()
            left = decoder.isAtEnd ? .max : try decoder.readVarUint() + 1
        }
        left -= 1
        return value
    }
}

/// All strings one after the other, then their lengths in UTF-16 units.
struct StringColumn {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int
    private var lengths: UintColumn
    /// Whether the string before ended inside the pair at ``position``.
    private var isInsidePair = false

    init(_ decoder: Lib0Decoder) throws(YjsError) {
        var decoder = decoder
        let text = decoder.isAtEnd ? decoder.position..<decoder.position : try decoder.skipString().range
        bytes = decoder.bytes
        position = text.lowerBound
        end = text.upperBound
        lengths = UintColumn(decoder)
    }

    mutating func read() throws(YjsError) -> [UInt8] {
        var left = try lengths.read()
        var string: [UInt8] = []
        while left > 0 {
            guard position < end else { throw .unexpectedEnd(offset: position) }
            let lead = bytes[position]
            let width = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            if width == 4, isInsidePair || left == 1 {
                string += UTF8Text.replacement
                if isInsidePair { position += width }
                isInsidePair.toggle()
                left -= 1
                continue
            }
            string += bytes[position..<min(position + width, end)]
            position += width
            left -= width == 4 ? 2 : 1
        }
        return string
    }
}
