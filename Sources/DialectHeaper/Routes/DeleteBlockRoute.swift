import CofferHTTP
import Hummingbird

/// `POST /api/delete_block`: takes blocks to the trash; those that are in it count as deleted.
///
/// - Body: `{id}` or `{block_ids}`; unknown ones among several are passed over.
/// - 200: `{success, deleted}`. 400: the index block of a heap. 403: ``HeaperError/readOnly``.
/// - 404: ``HeaperError/blockNotFound``, when none is known.
struct DeleteBlockRoute: Sendable {
    let life: BlockLife

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        guard let ids = try await RequestFields(request).blocks(["block_ids", "id", "block_id", "ids"]) else {
            throw HeaperError.malformed("id or block_ids is required")
        }
        let asked = ids.map { (block: $0, heap: String?.none) }
        let standings = try await life.places.standings(of: asked, for: caller.user)
        let found = standings.compactMap { standing in
            if case .present(let place) = standing { place } else { nil }
        }
        guard !found.isEmpty || ids.isEmpty else { throw HeaperError.blockNotFound }
        for place in found {
            try place.heap.requireWriting()
            guard place.block != place.heap.indexBlock else {
                throw HeaperError.malformed("The index block goes with its heap")
            }
        }
        let deleted = try await life.trash(found, by: caller.user)
        return Response(.ok, json: ["success": true, "deleted": .array(deleted.map { .string($0.text) })])
    }
}
