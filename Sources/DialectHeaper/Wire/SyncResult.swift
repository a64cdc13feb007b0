import CofferHTTP
import NIOCore

/// What became of one block of a `push` or `pull` request.
struct SyncResult: Sendable {
    enum Status: String, Sendable {
        // Of a push.
        case applied, created, unchanged, deleted, forbidden, invalid
        case versionMismatch = "version_mismatch"
        case tooLarge = "too_large"
        // Of a pull, besides.
        case update, full
        case notFound = "not_found"

        var isSuccess: Bool { self == .applied || self == .created || self == .unchanged }

        var sentence: String? {
            switch self {
            case .versionMismatch: "The block has another version; take its full state"
            case .deleted: "The block is gone for good"
            case .forbidden: "Not a block or heap that you may write to"
            case .invalid: "The update cannot be read"
            case .tooLarge: "The update is larger than 16 MiB"
            default: nil
            }
        }
    }

    /// As the request named the block.
    let name: String?
    let status: Status
    let form: BinaryForm
    var version: Int64?
    var stateVector: [UInt8]?
    var update: [UInt8]?
    var fullState: [UInt8]?
    /// Instead of the status' own.
    var sentence: String?

    init(_ entry: SyncEntry, _ status: Status, _ sentence: String? = nil) {
        name = entry.name
        form = entry.form
        self.status = status
        self.sentence = sentence
    }

    /// Writes the members that every result has, those of its kind, and the bytes.
    private func write(_ members: [JSONValue.Member], to text: inout ByteBuffer) {
        var encoded = JSONValue.object(members).encoded
        encoded.moveWriterIndex(to: encoded.writerIndex - 1)
        text.writeBuffer(&encoded)
        for (name, bytes) in [("state_vector", stateVector), ("update", update), ("full_state", fullState)] {
            guard let bytes else { continue }
            text.writeString(",\"\(name)\":")
            text.write(bytes, as: form)
        }
        text.writeStaticString("}")
    }

    /// As a push answers it.
    func writePushed(to text: inout ByteBuffer) {
        var members: [JSONValue.Member] = [
            .init("block_id", .string(name)), .init("success", .bool(status.isSuccess)),
            .init("status", .string(status.rawValue)), .init("sync_version", .integer(version)),
        ]
        if let sentence = sentence ?? status.sentence { members.append(.init("error", .string(sentence))) }
        write(members, to: &text)
    }

    /// As a pull answers it; `place`: further members.
    func writePulled(_ more: [JSONValue.Member], to text: inout ByteBuffer) {
        var members: [JSONValue.Member] = [.init("block_id", .string(name)), .init("status", .string(status.rawValue))]
        if let version { members.append(.init("sync_version", .integer(version))) }
        write(members + more, to: &text)
    }
}
