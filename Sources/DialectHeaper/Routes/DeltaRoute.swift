import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /api/sync/delta`: which blocks of a heap changed, and which are gone, since a time.
///
/// - 200: `{changed_blocks, deleted_blocks, server_time, has_more, total_changed, total_deleted, full_resync?}`.
/// - 400: no `workspace_id`. 404: ``HeaperError/heapNotFound``.
/// - Source: Heaper contract, section 4.
struct DeltaRoute: Sendable {
    let blocks: BlockStore
    let places: any PlaceFinding
    let documents: any DocumentHosting

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let heap = try await RequestFields(request).heap(places, for: caller.user, under: ["workspace_id", "heap_id"])
        let limit = min(max(request.lenientNumber("limit") ?? 1000, 1), 1000)
        let since = max(request.lenientNumber("since") ?? 0, 0)
        try await documents.settle(heap.heap)
        let changes = try await blocks.changes(in: heap.heap, since: since, limit: Int(limit), complete: false)
        var members: [JSONValue.Member] = [
            .init("changed_blocks", .array(changes.blocks.filter { !$0.isGone }.map(Self.changed))),
            .init("deleted_blocks", .array(changes.blocks.filter(\.isGone).map(Self.deleted))),
            .init("server_time", .integer(changes.serverTime)),
            .init("has_more", .bool(changes.hasMore)),
            .init("total_changed", .integer(changes.totalChanged)),
            .init("total_deleted", .integer(changes.totalDeleted)),
        ]
        if changes.isFull { members.append(.init("full_resync", true)) }
        return Response(.ok, json: .object(members))
    }

    private static func changed(_ block: BlockRecord) -> JSONValue {
        [
            "block_id": .string(block.id.text), "workspace_id": .string(block.heap.text),
            "sync_version": .integer(block.version), "updated_at": .integer(block.updatedAt.milliseconds),
            "type": .string(block.type), "title": .string(block.title),
        ]
    }

    private static func deleted(_ block: BlockRecord) -> JSONValue {
        [
            "block_id": .string(block.id.text), "workspace_id": .string(block.heap.text),
            "deleted_at": .integer((block.purgedAt ?? block.deletedAt)?.milliseconds),
            "permanent": .bool(block.purgedAt != nil),
        ]
    }
}
