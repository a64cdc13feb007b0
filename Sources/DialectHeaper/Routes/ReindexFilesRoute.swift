import CofferHTTP
import Hummingbird

/// `POST /api/reindex_files`: has the rows of files made anew from documents and stored bytes.
///
/// - Auth: an access token of somebody who may write in the heap.
/// - 200: how many blocks wait for it. Without a heap, all heaps are meant in which the caller may write.
/// - Source: Heaper contract, section 8.
struct ReindexFilesRoute {
    let places: any PlaceFinding
    let reindexer: Reindexer

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let fields = try await RequestFields(request)
        var heaps: [HeapID] = []
        if let id: HeapID = try fields.id("heap_id", "workspace_id") {
            guard let heap = try await places.heap(id.text, for: caller.user) else { throw HeaperError.heapNotFound }
            guard heap.role.mayWrite else { throw HeaperError.readOnly }
            heaps = [heap.heap]
        } else {
            heaps = try await reindexer.heaps(of: caller.user)
        }
        let job = try await reindexer.order(heaps)
        return Response(
            .ok,
            json: ["success": true, "job_id": .string(job.id), "queued": .integer(job.blocks)]
        )
    }
}
