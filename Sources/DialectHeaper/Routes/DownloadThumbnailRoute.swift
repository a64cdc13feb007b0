import CofferCore
import CofferHTTP
import Hummingbird

/// `GET` and `HEAD /api/download/thumbnail/{block_id}/{file_hash}/{thumbnail_type}/{thumbnail_size}`: a stored thumbnail
/// as it is; nothing is made, and of what was made only that is there which was shown with the block.
///
/// `{thumbnail_size}` is the size or the key that it was uploaded with, or the name of one of our sizes.
///
/// - Auth: access token, also as `?token=`.
/// - 200: the picture. 304: the client has it. 400: type or hash. 404: file, or nothing is stored under that name.
/// - Source: Heaper API reference, "GET /api/download/thumbnail"; contract, section 7.
struct DownloadThumbnailRoute {
    let finder: FileFinder
    let store: ThumbnailStore

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        guard let hash = ContentHash(context.parameters["file_hash"]) else {
            throw HeaperError.malformed("file_hash must be 64 hex digits")
        }
        guard let kind = ThumbnailKind(rawValue: context.parameters["thumbnail_type"]) else {
            throw HeaperError.malformed("thumbnail_type must be image, video or animated")
        }
        guard let block = BlockID(context.parameters["block_id"]),
            let found = try await finder.file(hash, of: block, for: caller.user)
        else { throw FileFailure.notFound }
        let name = context.parameters["thumbnail_size"]
        let stored = try await store.list(hash, of: block).filter { $0.kind == kind }
        let chosen =
            stored.first { $0.isUploaded && ($0.size == name || $0.key == name) }
            ?? stored.first { !$0.isUploaded && $0.isShown && $0.size == name }
        guard let chosen else { throw ThumbnailFailure.notFound }
        let answer = ThumbnailAnswer(chosen, of: found.file.hash)
        do {
            return answer.response(request, try await store.open(chosen), context)
        } catch BlobError.missing {
            throw ThumbnailFailure.notFound
        }
    }
}
