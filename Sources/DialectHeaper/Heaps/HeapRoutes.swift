import CofferCore
import CofferHTTP
import HTTPTypes

/// The routes of synchronization over HTTP, heaps, blocks and trash, in the reference's order.
struct HeapRoutes {
    let all: [Route]

    init(_ parts: HeapParts, gates: HeaperGates) {
        all = Self.sync(parts, gates) + Self.heaps(parts, gates) + Self.blocks(parts, gates)
    }

    private static func sync(_ parts: HeapParts, _ gates: HeaperGates) -> [Route] {
        let (blocks, places, documents) = (parts.blocks, parts.places, parts.life.documents)
        let bodies = SyncBodies()
        let delta = DeltaRoute(blocks: blocks, places: places, documents: documents)
        let push = PushRoute(pushing: Pushing(life: parts.life), bodies: bodies)
        let pull = PullRoute(blocks: blocks, places: places, documents: documents, bodies: bodies)
        return [
            .get("/api/sync/delta", use: gates.caller(delta.handle)),
            .post("/api/sync/push", use: gates.caller(push.handle)),
            .post("/api/sync/pull", use: gates.caller(pull.handle)),
        ]
    }

    private static func heaps(_ parts: HeapParts, _ gates: HeaperGates) -> [Route] {
        let (heaps, blocks, places, documents) = (parts.heaps, parts.blocks, parts.places, parts.life.documents)
        let add = AddHeapRoute(heaps: heaps, documents: documents)
        let delete = DeleteHeapRoute(heaps: heaps, places: places, documents: documents, events: parts.life.events)
        let stats = HeapStatsRoute(blocks: blocks, places: places, documents: documents)
        let list = HeapBlocksRoute(blocks: blocks, places: places, documents: documents)
        let count = HeapCountRoute(blocks: blocks, places: places, documents: documents)
        let changed = ChangedBlocksRoute(blocks: blocks, places: places, documents: documents)
        let mine = HeapsRoute(heaps: heaps, documents: documents, name: "heaps")
        let workspaces = HeapsRoute(heaps: heaps, documents: documents, name: "workspaces")
        return query("/api/heaps", gates.caller(mine.handle))
            + query("/api/workspaces", gates.caller(workspaces.handle))
            + [
                .post("/api/heap/add", use: gates.caller(add.handle)),
                .delete("/api/heap/{id}", use: gates.caller(delete.handle)),
                .get("/api/heap/stats/{id}", use: gates.caller(stats.handle)),
            ]
            + query("/api/heap", gates.caller(list.handle))
            + query("/api/heap_count", gates.caller(count.handle))
            + query("/api/heap/changed_blocks", gates.caller(changed.handle))
    }

    private static func blocks(_ parts: HeapParts, _ gates: HeaperGates) -> [Route] {
        let (blocks, places, documents, life) = (parts.blocks, parts.places, parts.life.documents, parts.life)
        let block = BlockRoute(blocks: blocks, places: places, documents: documents)
        let updates = BlockUpdatesRoute(blocks: blocks, places: places, documents: documents)
        let trash = TrashRoute(blocks: blocks, places: places, documents: documents)
        return query("/api/block/{blockKey}", gates.caller(block.handle))
            + query("/api/block_updates/{blockKey}", gates.caller(updates.handle))
            + [
                .get("/api/trash/{heapId}", use: gates.caller(trash.handle)),
                .delete("/api/trash/{heapId}", use: gates.caller(EmptyTrashRoute(life: life).handle)),
                .post("/api/trash/{heapId}/restore", use: gates.caller(RestoreRoute(life: life).handle)),
                .post("/api/insert_block", use: gates.caller(InsertBlockRoute(life: life).handle)),
                .post("/api/update_block", use: gates.caller(UpdateBlockRoute(life: life).handle)),
                .post("/api/delete_block", use: gates.caller(DeleteBlockRoute(life: life).handle)),
            ]
    }

    /// A route that only looks answers by either method (contract, section 1).
    private static func query(_ path: String, _ handler: @escaping Route.Handler) -> [Route] {
        [.post(path, use: handler), .get(path, use: handler)]
    }
}
