import CofferHTTP
import Hummingbird

/// `POST /api/heap/changed_blocks`, also by `GET`: the blocks that changed since a marker, whole.
///
/// - 200: `{success, blocks, deleted, marker, has_more}`. 404: ``HeaperError/heapNotFound``.
struct ChangedBlocksRoute: Sendable {
    /// How often a page that would be empty waits for the first block to show its document; one that cannot is shown as it is.
    private static let patience = 3

    let blocks: BlockStore
    let places: any PlaceFinding
    let documents: any DocumentHosting

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let fields = try await RequestFields(request)
        let heap = try await fields.heap(places, for: caller.user)
        let limit = try fields.integer("limit", in: 1...1000, default: 1000)
        let marker = Marker.stamp(fields["marker"] ?? fields["since"])
        // A marker of another server may lie in what is the future here.
        let since = try await marker > blocks.serverTime() ? 0 : marker
        let changes = try await changes(in: heap.heap, since: since, limit: limit)
        let gone = changes.blocks.filter(\.isGone)
        return Response(
            .ok,
            json: [
                "success": true,
                "blocks": .array(changes.blocks.filter { !$0.isGone }.map(\.json)),
                "deleted": .array(gone.map { .string($0.id.text) }),
                "marker": .string(String(changes.serverTime)),
                "has_more": .bool(changes.hasMore),
            ]
        )
    }

    private func changes(in heap: HeapID, since: Int64, limit: Int) async throws -> BlockStore.Changes {
        for _ in 0..<Self.patience {
            try await documents.settle(heap)
            let changes = try await blocks.changes(in: heap, since: since, limit: limit, complete: true)
            guard changes.isHeldUp, changes.blocks.isEmpty else { return changes }
        }
        return try await blocks.changes(in: heap, since: since, limit: limit, complete: true, showsLate: true)
    }
}

extension BlockRecord {
    /// Trashed or purged.
    var isGone: Bool { deletedAt != nil || purgedAt != nil }
}
