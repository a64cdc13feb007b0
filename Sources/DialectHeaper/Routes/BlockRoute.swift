import CofferCore
import CofferHTTP
import Hummingbird
import NIOCore
import Yjs

/// `POST /api/block/{blockKey}`, also by `GET`: one block with everything about it, a trashed one too.
///
/// - 200: `{success, block}`. 404: ``HeaperError/blockNotFound``.
struct BlockRoute: Sendable {
    let blocks: BlockStore
    let places: any PlaceFinding
    let documents: any DocumentHosting

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let place = try await places.required(try context.blockKey, for: caller.user)
        try await documents.settle(place.heap.heap)
        let document = try await documents.snapshot(of: place.block)
        guard let (block, relations) = try await blocks.block(place.block), block.purgedAt == nil else {
            throw HeaperError.blockNotFound
        }
        let more: [JSONValue.Member] = [
            .init("relations", .array(relations.map(\.json))),
            .init("apps", .array(Self.apps(of: document))),
            .init("title_doc", Self.json(document.proseMirrorDocument(of: BlockEdits.title))),
            .init("text_doc", Self.json(document.proseMirrorDocument(of: .root("content_v0")))),
            .init("content", .string(document.plainText(of: .root("content_v0")))),
        ]
        return Response(.ok, json: ["success": true, "block": .object(block.members + more)])
    }

    private static func apps(of document: YDocument) -> [JSONValue] {
        guard case .object(let entries) = document.value(of: .root("apps_v0"), as: .map) else { return [] }
        return entries.map { entry in
            let value = json(entry.value)
            guard case .object(let members) = value else { return ["id": .string(entry.key), "value": value] }
            return .object([.init("id", .string(entry.key))] + members.filter { $0.name != "id" })
        }
    }

    private static func json(_ value: YValue) -> JSONValue {
        JSONValue(parsing: ByteBuffer(string: value.jsonText)) ?? .null
    }
}

extension CofferContext {
    /// The block that the path names.
    ///
    /// - Throws: ``HeaperError/malformed(_:)`` for text that is no id.
    var blockKey: BlockID {
        get throws {
            guard let id = BlockID(parameters["blockKey"]) else {
                throw HeaperError.malformed("The block id is not valid")
            }
            return id
        }
    }
}
