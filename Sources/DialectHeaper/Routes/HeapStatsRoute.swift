import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /api/heap/stats/{id}`: what a heap holds.
///
/// - 200: counts, bytes and the last change. 404: ``HeaperError/heapNotFound``.
struct HeapStatsRoute: Sendable {
    let blocks: BlockStore
    let places: any PlaceFinding
    let documents: any DocumentHosting

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let heap = try await places.required(context.parameters["id"], for: caller.user)
        try await documents.settle(heap.heap)
        let stats = try await blocks.database.snapshot { try HeapStats.of(heap, in: $0) }
        return Response(
            .ok,
            json: [
                "success": true,
                "heap_id": .string(heap.heap.text),
                "block_count": .integer(stats.blocks),
                "trashed_count": .integer(stats.trashed),
                "file_count": .integer(stats.files.files),
                "storage_bytes": .integer(stats.files.bytes),
                "thumbnail_bytes": .integer(stats.thumbnailBytes),
                "duplicate_count": .integer(stats.duplicates),
                "by_type": .object(stats.byType.map { .init($0.type, .integer($0.count)) }),
                "last_change": .integer(stats.lastChange),
            ]
        )
    }
}
