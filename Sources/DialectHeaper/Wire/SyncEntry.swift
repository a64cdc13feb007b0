import CofferHTTP
import NIOCore

/// One block of a `push` or `pull` request.
struct SyncEntry: Sendable {
    /// As it was sent, for the answer; nil unless it is text.
    var name: String?
    var workspace: String?
    var stateVector = BinaryField.none
    var update = BinaryField.none
    var version: Int64?
    /// A member is of another type than it must be.
    var isBroken = false

    var block: BlockID? { name.flatMap { BlockID($0) } }

    /// How bytes go out: as they came in.
    var form: BinaryForm { stateVector.form == .numbers ? .numbers : update.form }

    /// The blocks of a body; everything else in it is ignored.
    ///
    /// - Throws: ``HeaperError/malformed(_:)`` unless it is JSON with an array of `blocks`, ``HeaperError/tooManyBlocks``.
    static func blocks(of body: ByteBuffer, atMost limit: Int) throws -> [SyncEntry] {
        let found: (entries: [SyncEntry]?, count: Int)? = body.withUnsafeReadableBytes { raw in
            var reader = JSONReader(raw)
            return try? reader.whole { (reader) throws(JSONReader.Malformed) in try blocks(&reader, atMost: limit) }
        }
        guard let found else { throw HeaperError.malformed("The body must be a JSON object") }
        guard let entries = found.entries else { throw HeaperError.malformed("blocks must be an array") }
        guard found.count <= limit else { throw HeaperError.tooManyBlocks(limit) }
        return entries
    }

    private static func blocks(
        _ reader: inout JSONReader,
        atMost limit: Int
    ) throws(JSONReader.Malformed) -> (entries: [SyncEntry]?, count: Int) {
        var entries: [SyncEntry]?
        var count = 0
        guard reader.kind() == .object else { throw JSONReader.Malformed() }
        try reader.forEachMember { (name, reader) throws(JSONReader.Malformed) in
            guard name == "blocks" else { return try reader.skipValue() }
            guard reader.kind() == .array else {
                entries = nil
                return try reader.skipValue()
            }
            var read: [SyncEntry] = []
            count = 0
            try reader.forEachElement { (reader) throws(JSONReader.Malformed) in
                count += 1
                guard count <= limit else { return try reader.skipValue() }
                read.append(try SyncEntry(&reader))
            }
            entries = read
        }
        return (entries, count)
    }

    private init(_ reader: inout JSONReader) throws(JSONReader.Malformed) {
        guard reader.kind() == .object else {
            isBroken = true
            try reader.skipValue()
            return
        }
        var copy = SyncEntry()
        try reader.forEachMember { (name, reader) throws(JSONReader.Malformed) in
            switch name {
            case "block_id": copy.name = try copy.text(&reader)
            case "workspace_id", "heap_id": copy.workspace = try copy.text(&reader) ?? copy.workspace
            case "state_vector": copy.stateVector = try BinaryField(&reader)
            case "update": copy.update = try BinaryField(&reader)
            case "sync_version": copy.version = try copy.number(&reader)
            default: try reader.skipValue()
            }
        }
        self = copy
    }

    private init() {}

    private mutating func text(_ reader: inout JSONReader) throws(JSONReader.Malformed) -> String? {
        switch reader.kind() {
        case .string: return try reader.string()
        case .other where try reader.value() == .null: return nil
        case .other: break
        default: try reader.skipValue()
        }
        isBroken = true
        return nil
    }

    private mutating func number(_ reader: inout JSONReader) throws(JSONReader.Malformed) -> Int64? {
        switch reader.kind() {
        case .string:
            if let number = Int64(try reader.string()) { return number }
        case .other:
            switch try reader.value() {
            case .null: return nil
            case .integer(let number): return number
            default: break
            }
        default: try reader.skipValue()
        }
        isBroken = true
        return nil
    }
}
