import CofferCore
import CofferHTTP
import Hummingbird
import NIOCore

/// `PUT /api/file/{id}/{index}?uploadpassword=…`: stores one encrypted chunk, in place of one of the same number.
///
/// - Auth: the upload password.
/// - 200: `index`, `finished` (always false). 400: unknown, finished, multipart. 403: wrong password. 413: too large.
/// - Source: Hushfile Server API, "PUT /api/file/{id}/{index}".
struct PutChunkRoute {
    let files: FileStore
    let blobs: any BlobStore
    let settings: HushfileSettings

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let index = ChunkIndex(context.parameters["index"]) else { throw HushfileError.badRequest }
        let file = try await files.writable(context.parameters["id"], password: WriteRequest.password(context))
        try WriteRequest.requireRawBody(request)
        let limit = try await room(for: index, in: file, declared: request.declaredLength)
        let staged: StagedBlob
        do {
            staged = try await blobs.write(request.incoming, BlobRequest(maxBytes: limit.bytes, wantsSHA256: false))
        } catch BlobError.tooLarge {
            throw limit.error
        }
        try await files.setChunk(index.number, staged, of: file, limit.claim, from: context.client)
        return Response(.ok, json: ["index": .integer(index.number), "finished": false])
    }

    /// How many bytes may come, and what to say when there are more.
    ///
    /// A declared size is judged before reading.
    private func room(
        for index: ChunkIndex,
        in file: StoredFile,
        declared: Int64?
    ) async throws -> (bytes: Int64, error: HushfileError, claim: UploadReservations.Claim) {
        let stored = try await files.sizeBeside(index.number, in: file)
        let left = Int64(settings.maxFileBytes) - stored
        let limit: (bytes: Int64, error: HushfileError) =
            left < Int64(settings.maxChunkBytes)
            ? (max(0, left), .fileTooLarge(limit: settings.maxFileBytes))
            : (Int64(settings.maxChunkBytes), .chunkTooLarge(limit: settings.maxChunkBytes))
        if let declared, declared > Int64(settings.maxChunkBytes) {
            throw HushfileError.chunkTooLarge(limit: settings.maxChunkBytes)
        }
        let claim = files.reservations.claim(
            declared ?? 0,
            for: index.number,
            of: file.drop.id,
            stored: stored,
            limit: Int64(settings.maxFileBytes)
        )
        guard let claim else { throw HushfileError.fileTooLarge(limit: settings.maxFileBytes) }
        return (limit.bytes, limit.error, claim)
    }
}
