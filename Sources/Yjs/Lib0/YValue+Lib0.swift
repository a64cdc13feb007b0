/// The `any` encoding: one tag byte, then a body.
enum AnyTag {
    static let undefined: UInt8 = 127
    static let null: UInt8 = 126
    static let integer: UInt8 = 125
    static let float32: UInt8 = 124
    static let float64: UInt8 = 123
    static let bigInt: UInt8 = 122
    static let `false`: UInt8 = 121
    static let `true`: UInt8 = 120
    static let string: UInt8 = 119
    static let object: UInt8 = 118
    static let array: UInt8 = 117
    static let bytes: UInt8 = 116
}

extension Lib0Decoder {
    /// Reads a tagged value.
    ///
    /// - Returns: the value; nesting is limited to 64 levels.
    public mutating func readAny() throws(YjsError) -> YValue {
        try readAny(depth: 0)
    }

    private mutating func readAny(depth: Int) throws(YjsError) -> YValue {
        let start = position
        let tag = try readByte()
        switch tag {
        case AnyTag.undefined: return .undefined
        case AnyTag.null: return .null
        case AnyTag.integer:
            let (isNegative, magnitude) = try readSignedMagnitude()
            return .number(isNegative ? -Double(magnitude) : Double(magnitude))
        case AnyTag.float32: return .number(Double(Float(bitPattern: try readBigEndian32())))
        case AnyTag.float64: return .number(Double(bitPattern: try readBigEndian64()))
        case AnyTag.bigInt: return .bigInt(Int64(bitPattern: try readBigEndian64()))
        case AnyTag.false: return .bool(false)
        case AnyTag.true: return .bool(true)
        case AnyTag.string: return .string(try readString())
        case AnyTag.bytes: return .bytes(try readBuffer())
        case AnyTag.object:
            guard depth < YLimits.maxNesting else { throw .nestingTooDeep(offset: start) }
            var entries: [YEntry] = []
            for _ in 0..<(try readCount(minimumBytes: 2)) {
                entries.append(YEntry(try readString(), try readAny(depth: depth + 1)))
            }
            return .object(entries)
        case AnyTag.array:
            guard depth < YLimits.maxNesting else { throw .nestingTooDeep(offset: start) }
            var elements: [YValue] = []
            for _ in 0..<(try readCount()) { elements.append(try readAny(depth: depth + 1)) }
            return .array(elements)
        default: throw .invalidTag(tag, offset: start)
        }
    }

    /// Skips a tagged value, checking everything that reading it would check.
    mutating func skipAny(depth: Int = 0) throws(YjsError) {
        let start = position
        let tag = try readByte()
        switch tag {
        case AnyTag.undefined, AnyTag.null, AnyTag.false, AnyTag.true: break
        case AnyTag.integer: _ = try readSignedMagnitude()
        case AnyTag.float32: _ = try skip(4)
        case AnyTag.float64, AnyTag.bigInt: _ = try skip(8)
        case AnyTag.string: _ = try skipString()
        case AnyTag.bytes: _ = try skipBuffer()
        case AnyTag.object:
            guard depth < YLimits.maxNesting else { throw .nestingTooDeep(offset: start) }
            for _ in 0..<(try readCount(minimumBytes: 2)) {
                _ = try skipString()
                try skipAny(depth: depth + 1)
            }
        case AnyTag.array:
            guard depth < YLimits.maxNesting else { throw .nestingTooDeep(offset: start) }
            for _ in 0..<(try readCount()) { try skipAny(depth: depth + 1) }
        default: throw .invalidTag(tag, offset: start)
        }
    }
}

extension Lib0Encoder {
    /// Writes a tagged value in the shortest of the number forms that holds it exactly.
    ///
    /// - Parameter value: the value.
    public mutating func writeAny(_ value: YValue) {
        switch value {
        case .undefined: writeByte(AnyTag.undefined)
        case .null: writeByte(AnyTag.null)
        case .bool(let isTrue): writeByte(isTrue ? AnyTag.true : AnyTag.false)
        case .number(let number): writeNumber(number)
        case .bigInt(let integer):
            writeByte(AnyTag.bigInt)
            writeBigEndian(UInt64(bitPattern: integer), count: 8)
        case .string(let text):
            writeByte(AnyTag.string)
            writeString(text)
        case .bytes(let buffer):
            writeByte(AnyTag.bytes)
            writeBuffer(buffer)
        case .array(let elements):
            writeByte(AnyTag.array)
            writeVarUint(UInt64(elements.count))
            for element in elements { writeAny(element) }
        case .object(let entries):
            writeByte(AnyTag.object)
            writeVarUint(UInt64(entries.count))
            for entry in entries {
                writeString(entry.key)
                writeAny(entry.value)
            }
        }
    }

    private mutating func writeNumber(_ number: Double) {
        if let integer = Int32(exactly: number), integer != Int32.min {
            writeByte(AnyTag.integer)
            writeSignedMagnitude(isNegative: number.sign == .minus, UInt64(integer.magnitude))
        } else if Double(Float(number)) == number {
            writeByte(AnyTag.float32)
            writeBigEndian(UInt64(Float(number).bitPattern), count: 4)
        } else {
            writeByte(AnyTag.float64)
            writeBigEndian(number.bitPattern, count: 8)
        }
    }
}
