import CofferHTTP
import Hummingbird

/// `POST /api/insert_block`: makes a block, or finds the one that the same request made before.
///
/// - Body: `{workspace_id, id?, type?, title?}`.
/// - 200: `{success, block}`. 403: ``HeaperError/readOnly``. 404: ``HeaperError/heapNotFound``. 409: ``HeaperError/idTaken``.
struct InsertBlockRoute: Sendable {
    let life: BlockLife

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let fields = try await RequestFields(request)
        let heap = try await fields.heap(life.places, for: caller.user, under: ["workspace_id", "heap_id"])
        try heap.requireWriting()
        let type = try fields.text("type") ?? "note"
        guard BlockColumn.type.takes(type) else {
            throw HeaperError.malformed("type must have 1 to \(BlockColumn.maxTypeCharacters) characters")
        }
        let id = try await life.insert(
            try fields.id("id", "block_id"),
            type: type,
            title: try fields.text("title") ?? "",
            in: heap,
            by: caller.user
        )
        return try await life.answer(id)
    }
}

extension BlockLife {
    /// `{success, block}`.
    func answer(_ id: BlockID) async throws -> Response {
        guard let block = try await blocks.block(id)?.block, block.purgedAt == nil else {
            throw HeaperError.blockNotFound
        }
        return Response(.ok, json: ["success": true, "block": block.json])
    }
}
