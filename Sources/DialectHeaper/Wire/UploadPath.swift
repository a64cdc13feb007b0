import CofferCore
import CofferHTTP

/// What stands in the path of an upload: heap, block and, mostly, the file's hash.
struct UploadPath: Sendable {
    /// A workspace id or that of its index block.
    let heap: String
    let block: BlockID

    /// - Throws: ``HeaperError/heapNotFound``, ``HeaperError/malformed(_:)`` for what cannot be an id.
    init(_ parameters: PathParameters) throws {
        heap = parameters["heap_id"]
        guard Identifiers.isValid(heap) else { throw HeaperError.heapNotFound }
        guard let block = BlockID(parameters["block_id"]) else {
            throw HeaperError.malformed("block_id is not a valid id")
        }
        self.block = block
    }

    /// - Throws: ``HeaperError/malformed(_:)``.
    static func hash(_ text: String?) throws -> ContentHash {
        guard let text, let hash = ContentHash(text) else {
            throw HeaperError.malformed("hash must be a SHA-256 of 64 hexadecimal digits")
        }
        return hash
    }

    static func hash(_ parameters: PathParameters) throws -> ContentHash { try hash(parameters["hash"]) }

    /// - Throws: ``HeaperError/malformed(_:)``.
    static func index(_ parameters: PathParameters) throws -> Int64 {
        let text = parameters["index"]
        guard !text.isEmpty, text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
            throw HeaperError.malformed("The chunk's index must be a whole number")
        }
        // A number past 64 bits lies past every end.
        return Int64(text) ?? .max
    }
}
