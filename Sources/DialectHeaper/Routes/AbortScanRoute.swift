import CofferHTTP
import Hummingbird

/// `POST /api/abort_scan`: tells a scan, or all of a heap, to stop.
///
/// - Auth: an access token of somebody who may write in the heap, or of an administrator.
/// - 200: the scan's state, also of one that is finished. 404: ``ScanFailure/notFound``.
/// - Source: Heaper contract, section 8.
struct AbortScanRoute {
    let places: any PlaceFinding
    let store: ScanStore
    let desk: ScanDesk

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let fields = try await RequestFields(request)
        let scan: Scan
        if let id: BlockID = try fields.id("scan_id") {
            scan = try await abort(id.text, for: caller)
        } else if let id: HeapID = try fields.id("heap_id", "workspace_id") {
            scan = try await abortAll(in: id, for: caller)
        } else {
            throw HeaperError.malformed("scan_id is missing")
        }
        return Response(
            .ok,
            json: ["success": true, "scan_id": .string(scan.id), "status": .string(scan.status.rawValue)]
        )
    }

    private func abort(_ id: String, for caller: Caller) async throws -> Scan {
        let running = desk.running(id)
        let known = if let running { running.scan } else { try await store.scan(id) }
        guard let known else { throw ScanFailure.notFound }
        if !caller.isAdmin {
            guard let heap = try await places.heap(known.heap.text, for: caller.user) else {
                throw ScanFailure.notFound
            }
            guard heap.role.mayWrite else { throw HeaperError.readOnly }
        }
        return running?.abort() ?? known
    }

    private func abortAll(in id: HeapID, for caller: Caller) async throws -> Scan {
        guard let heap = try await places.heap(id.text, for: caller.user) else { throw HeaperError.heapNotFound }
        guard heap.role.mayWrite else { throw HeaperError.readOnly }
        let aborted = desk.running(in: heap.heap).map { $0.abort() }
        guard let first = aborted.first else { throw ScanFailure.notFound }
        return first
    }
}
