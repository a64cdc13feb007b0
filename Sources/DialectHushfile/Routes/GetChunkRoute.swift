import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `GET /api/file/{id}/{index}`: the bytes of one chunk.
///
/// With a limit, each chunk is served that often and no more. A transfer counts when it has come to its last piece,
/// which leaves after the count is durable; one that breaks off before gives its place back.
///
/// - Auth: none.
/// - 200: the bytes. 404: unknown or gone. 412: not finished yet. 416: no such chunk, used up, or all places taken.
/// - Source: Hushfile Server API, "GET /api/file/{id}/{index}".
struct GetChunkRoute {
    static let headers: HTTPFields = [
        .contentType: "application/octet-stream", .xContentTypeOptions: "nosniff",
    ]

    let files: FileStore
    let drops: DropStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let (file, index, slot) = try await find(context)
        guard let opened = try await drops.open(slot, of: file.drop) else {
            // Used up by somebody else just now; with the last chunk the whole file went.
            throw try await files.find(file.id) == nil ? HushfileError.notFound : HushfileError.noSuchChunk(index)
        }
        guard case .admitted(let admission) = opened.result else {
            opened.reader.close()
            if case .missing = opened.result { throw HushfileError.notFound }
            throw HushfileError.noSuchChunk(index)
        }
        guard opened.reader.size > 0 else {
            // Without bytes the head is the last piece, so the count comes before it.
            opened.reader.close()
            _ = try? await drops.count(admission)
            return Response(status: .ok, headers: Self.headers)
        }
        let drops = drops
        let body = BlobBody(opened.reader, channel: context.channel).responseBody(
            beforeLastPiece: {
                do {
                    try await drops.count(admission)
                } catch {
                    // Where no limit depends on it, a count that cannot be stored must not keep the bytes back.
                    guard file.drop.maxDownloads == nil else { throw error }
                }
            },
            atEnd: { _, failure in
                guard failure != nil else { return }
                try? await drops.release(admission)
            }
        )
        return Response(status: .ok, headers: Self.headers, body: body)
    }

    /// `HEAD`: the same without bytes; it takes no place and never counts.
    @Sendable
    func describe(_ request: Request, context: CofferContext) async throws -> Response {
        let (file, index, slot) = try await find(context)
        guard slot.hasRoom(in: file.drop) else { throw HushfileError.noSuchChunk(index) }
        var headers = Self.headers
        headers[.contentLength] = String(slot.size)
        return Response(status: .ok, headers: headers)
    }

    private func find(_ context: CofferContext) async throws -> (StoredFile, Int64, DropSlot) {
        guard let index = ChunkIndex(context.parameters["index"])?.number else { throw HushfileError.badRequest }
        guard let found = try await files.chunk(index, of: context.parameters["id"]) else {
            throw HushfileError.notFound
        }
        guard found.file.isFinished else { throw HushfileError.isUnfinished }
        guard let slot = found.slot, slot.blob != nil else { throw HushfileError.noSuchChunk(index) }
        return (found.file, index, slot)
    }
}
