import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /api/status/file/{heap_id}/{block_id}/{hash}`: whether a file of a block is here.
///
/// What the caller may not see is `missing`, as what does not exist.
///
/// - Auth: access token.
/// - 200: `uploaded`, `in_progress` or `missing`. 404: heap.
/// - Source: Heaper API reference, "GET /api/status/file"; contract, section 9.
struct FileStatusRoute {
    let files: FileStore
    let finder: FileFinder
    let places: any PlaceFinding

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let path = try UploadPath(context.parameters)
        let hash = try UploadPath.hash(context.parameters)
        guard let heap = try await places.heap(path.heap, for: caller.user) else { throw HeaperError.heapNotFound }
        var found = try await finder.file(hash, of: path.block, for: caller.user)?.file
        if found?.heap != heap.heap { found = nil }
        var more: [JSONValue.Member] = []
        var status = "missing"
        if let found {
            more = [.init("file_id", .string(found.id.text)), .init("file_size", .integer(found.size))]
        }
        if let found, found.isUploaded {
            status = "uploaded"
            more.append(.init("uploaded_bytes", .integer(found.size)))
        } else if let session = try await files.upload(hash, at: path.block, in: heap.heap) {
            status = "in_progress"
            if found == nil { more.append(.init("file_size", .integer(session.size))) }
            more.append(.init("uploaded_bytes", .integer(try await files.progress(of: session).bytes)))
        }
        let common: [JSONValue.Member] = [
            .init("status", .string(status)),
            .init("exists", .bool(found?.isUploaded ?? false)),
            .init("is_uploaded", .bool(found?.isUploaded ?? false)),
            .init("block_id", .string(path.block.text)),
            .init("file_hash", .string(hash.text)),
        ]
        return Response(.ok, json: .object(common + more))
    }
}
