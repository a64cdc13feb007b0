/// Conversion of version 2 updates, whose fields are run-length coded columns, to version 1.
///
/// `varuint 0`, nine length-prefixed columns, then the rest: counts, first clocks and contents. A few bytes of a
/// column may stand for any number of structs, so the output is limited to 64 times the input and 64 KiB.
struct UpdateV2 {
    private var keyClocks: DiffColumn
    private var clients: UintColumn
    private var leftClocks: DiffColumn
    private var rightClocks: DiffColumn
    private var infos: ByteColumn
    private var strings: StringColumn
    private var parentInfos: ByteColumn
    private var typeRefs: UintColumn
    private var lengths: UintColumn
    private var rest: Lib0Decoder
    private var keys: [[UInt8]] = []
    private var output = Lib0Encoder()
    private let limit: Int

    /// Converts an update.
    static func convert(_ update: [UInt8], limits: YLimits) throws(YjsError) -> [UInt8] {
        let limit = min(limits.maxUpdateBytes, (64 << 10) + 64 * update.count)
        var converter = try UpdateV2(update, limit: limit)
        try converter.convertStructs()
        try converter.convertDeleteSet()
        try converter.rest.finish()
        return converter.output.bytes
    }

    private init(_ update: [UInt8], limit: Int) throws(YjsError) {
        var decoder = Lib0Decoder(update)
        guard try decoder.readVarUint() == 0 else { throw .unsupportedUpdateFormat }
        var columns: [Lib0Decoder] = []
        for _ in 0..<9 { columns.append(Lib0Decoder(update, try decoder.skipBuffer())) }
        keyClocks = DiffColumn(columns[0])
        clients = UintColumn(columns[1])
        leftClocks = DiffColumn(columns[2])
        rightClocks = DiffColumn(columns[3])
        infos = ByteColumn(columns[4])
        strings = try StringColumn(columns[5])
        parentInfos = ByteColumn(columns[6])
        typeRefs = UintColumn(columns[7])
        lengths = UintColumn(columns[8])
        rest = decoder
        self.limit = limit
    }

    private func checkSize() throws(YjsError) {
        guard output.bytes.count <= limit else { throw .updateTooLarge(bytes: output.bytes.count, limit: limit) }
    }

    private mutating func convertStructs() throws(YjsError) {
        let blocks = try rest.readCount(minimumBytes: 2)
        output.writeVarUint(UInt64(blocks))
        for _ in 0..<blocks {
            let count = try rest.readVarUint()
            guard count <= UInt64(limit) else { throw .countExceedsInput(offset: rest.position) }
            output.writeVarUint(count)
            output.writeVarUint(try clients.read())
            output.writeVarUint(try rest.readVarUint())
            for _ in 0..<count {
                try convertStruct()
                try checkSize()
            }
        }
    }

    private mutating func convertStruct() throws(YjsError) {
        let info = try infos.read()
        output.writeByte(info)
        switch info & InfoFlag.refMask {
        case ContentRef.gc: output.writeVarUint(try lengths.read())
        case ContentRef.skip: output.writeVarUint(try rest.readVarUint())
        case let ref:
            try convertHeader(info)
            try convertContent(ref)
        }
    }

    private mutating func convertHeader(_ info: UInt8) throws(YjsError) {
        if info & InfoFlag.origin != 0 {
            output.writeVarUint(try clients.read())
            output.writeVarUint(try leftClocks.read())
        }
        if info & InfoFlag.rightOrigin != 0 {
            output.writeVarUint(try clients.read())
            output.writeVarUint(try rightClocks.read())
        }
        guard info & InfoFlag.neighbours == 0 else { return }
        if try parentInfos.read() == 1 {
            output.writeByte(1)
            try convertString()
        } else {
            output.writeByte(0)
            output.writeVarUint(try clients.read())
            output.writeVarUint(try leftClocks.read())
        }
        if info & InfoFlag.parentSub != 0 { try convertString() }
    }

    private mutating func convertContent(_ ref: UInt8) throws(YjsError) {
        switch ref {
        case ContentRef.deleted: output.writeVarUint(try lengths.read())
        case ContentRef.json: try repeatElements { (self) throws(YjsError) in try self.convertString() }
        case ContentRef.binary: output.writeBuffer(rest.bytes, try rest.skipBuffer())
        case ContentRef.string: try convertString()
        case ContentRef.embed: output.writeString(try rest.readAny().jsonText)
        case ContentRef.format:
            try convertKey()
            output.writeString(try rest.readAny().jsonText)
        case ContentRef.type:
            let reference = try typeRefs.read()
            output.writeVarUint(reference)
            guard let kind = UInt8(exactly: reference).flatMap(YTypeKind.init(rawValue:)) else {
                throw .unknownType(reference, offset: rest.position)
            }
            if kind.isNamed { try convertKey() }
        case ContentRef.any: try repeatElements { (self) throws(YjsError) in try self.convertAny() }
        case ContentRef.doc:
            try convertString()
            try convertAny()
        default: throw .unknownContent(ref, offset: rest.position)
        }
    }

    private mutating func repeatElements(
        _ convert: (inout UpdateV2) throws(YjsError) -> Void
    ) throws(YjsError) {
        let count = try lengths.read()
        output.writeVarUint(count)
        for _ in 0..<count {
            try convert(&self)
            try checkSize()
        }
    }

    private mutating func convertAny() throws(YjsError) {
        let start = rest.position
        try rest.skipAny()
        output.copy(rest.bytes, start..<rest.position)
    }

    private mutating func convertString() throws(YjsError) {
        output.writeBuffer(try strings.read())
    }

    /// Names are written once and then named by number.
    private mutating func convertKey() throws(YjsError) {
        let number = try keyClocks.read()
        if number >= UInt64(keys.count) { keys.append(try strings.read()) }
        output.writeBuffer(keys[min(Int(number), keys.count - 1)])
    }

    private mutating func convertDeleteSet() throws(YjsError) {
        let count = try rest.readCount(minimumBytes: 2)
        output.writeVarUint(UInt64(count))
        for _ in 0..<count {
            output.writeVarUint(try rest.readVarUint())
            let ranges = try rest.readCount(minimumBytes: 2)
            output.writeVarUint(UInt64(ranges))
            var clock: UInt64 = 0
            for _ in 0..<ranges {
                clock += try rest.readVarUint()
                let length = try rest.readVarUint() + 1
                guard length <= YLimits.maxInteger, clock <= YLimits.maxInteger - length else {
                    throw .clockOverflow(offset: rest.position)
                }
                output.writeVarUint(clock)
                output.writeVarUint(length)
                clock += length
            }
        }
    }
}
