import CofferHTTP
import Hummingbird
import NIOPosix

/// `POST /api/scan_folder`: begins to look for files in a heap's folders on this machine.
///
/// - Auth: an access token of somebody who may write in the heap.
/// - 200: the scan. 403: ``ScanFailure/pathOutsideRoot``. 404: an unknown heap or folder. 409: ``ScanFailure/active(_:)``.
/// - Source: Heaper contract, section 8.
struct ScanFolderRoute {
    let places: any PlaceFinding
    let folders: HeapFolders
    let desk: ScanDesk

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let fields = try await RequestFields(request)
        guard let id: HeapID = try fields.id("heap_id", "workspace_id") else {
            throw HeaperError.malformed("heap_id is missing")
        }
        let path = try FolderPath(asked: try fields.text("path") ?? "")
        guard let heap = try await places.heap(id.text, for: caller.user) else { throw HeaperError.heapNotFound }
        guard heap.role.mayWrite else { throw HeaperError.readOnly }
        guard !heap.isEncrypted else { throw ScanFailure.heapEncrypted }
        let folders = folders
        try await NIOThreadPool.singleton.runIfActive {
            _ = try folders.starts(path, in: heap.heap, owner: heap.owner)
        }
        let scan = try await desk.order(path, in: heap, by: caller.user)
        return Response(
            .ok,
            json: [
                "success": true, "scan_id": .string(scan.id), "status": .string(scan.status.rawValue),
                "scan": .object(scan.members),
            ]
        )
    }
}
