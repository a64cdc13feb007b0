import CofferHTTP
import Hummingbird
import Yjs

/// `POST /api/heap/add`: makes a heap, or finds the one that the same request made before.
///
/// - Body: `{name or title, id?, heap_id?, encrypted?}`; `heap_id` is that of the index block.
/// - 200: `{success, id, heap, workspace}`. 409: ``HeaperError/idTaken``.
struct AddHeapRoute: Sendable {
    let heaps: HeapStore
    let documents: any DocumentHosting

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let fields = try await RequestFields(request)
        guard let name = try fields.text("name") ?? fields.text("title"), !name.isEmpty else {
            throw HeaperError.malformed("name is required")
        }
        guard name.utf8.count <= Projection.maxTitleBytes else { throw HeaperError.malformed("name is too long") }
        let draft = HeapStore.Draft(
            id: try fields.id("id", "workspace_id"),
            indexBlock: try fields.id("heap_id"),
            name: name,
            isEncrypted: try fields.flag("encrypted") ?? false
        )
        let place = try await heaps.add(draft, for: caller.user).place
        try await giveTitle(name, to: place, by: caller.user)
        guard let heap = try await heaps.heap(place.heap, of: caller.user) else { throw HeaperError.heapNotFound }
        return Response(
            .ok,
            json: ["success": true, "id": .string(place.heap.text), "heap": heap.json, "workspace": heap.json]
        )
    }

    /// The title of the index block names the heap; a request that was cut off before left none.
    private func giveTitle(_ name: String, to place: HeapPlace, by user: UserID) async throws {
        guard !place.isEncrypted else { return }
        let document = try await documents.snapshot(of: place.indexBlock)
        guard document.stateVector.clocks.isEmpty else { return }
        try await documents.edit(DocumentTarget(new: place.indexBlock, in: place), by: user) {
            try BlockEdits.setTitle(name, &$0)
        }
        try await documents.settle(place.heap)
    }
}
