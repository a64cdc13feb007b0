import CofferHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /api/file/{id}/metadata`: the encrypted metadata; no bytes when none was stored.
///
/// - Auth: none.
/// - 200: the bytes. 404: unknown or gone. 412: not finished yet.
/// - Source: Hushfile Server API, "GET /api/file/{id}/metadata".
struct GetMetadataRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let file = try await files.find(context.parameters["id"]) else { throw HushfileError.notFound }
        guard file.isFinished else { throw HushfileError.isUnfinished }
        let bytes = ByteBuffer(bytes: try await files.metadata(of: file))
        return Response(status: .ok, headers: GetChunkRoute.headers, body: .init(byteBuffer: bytes))
    }
}
