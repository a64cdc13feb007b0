import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `GET` and `HEAD /api/file/{key}/raw/{slug}` and `/api/stream/{key}/{slug}`: the bytes of a file, or a part of them.
///
/// `{key}` is a block's id, a file's id, or a SHA-256 that only one of the caller's files has; `?hash=` picks one of several
/// files of a block. `{slug}` is for people.
///
/// - Auth: access token, also as `?token=`.
/// - 200: all. 206: one range. 304: the client has them. 404: unknown, foreign, or not uploaded yet. 416: a range
///   behind the end.
/// - Source: Heaper API reference, "GET /api/file/:key/raw/:slug" and "GET /api/stream/:key/:slug"; contract, section 7.
struct RawFileRoute {
    let finder: FileFinder
    /// Whether `?download=1` makes browsers save the file.
    let mayDownload: Bool

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let query = request.uri.queryParameters
        let hash = try query["hash"].map { try UploadPath.hash(String($0)) }
        guard let found = try await finder.file(context.parameters["key"], hash: hash, for: caller.user) else {
            throw FileFailure.notFound
        }
        let isAttachment = mayDownload && query["download"].map { $0 != "0" && $0 != "false" } ?? false
        let reader = try await finder.open(found)
        let answer = FileAnswer(file: found.file, size: reader.size, isAttachment: isAttachment)
        let plan: FileAnswer.Plan
        do {
            plan = try answer.plan(request)
        } catch {
            reader.close()
            throw error
        }
        guard let range = plan.range, request.method != .head else {
            reader.close()
            return Response(status: plan.status, headers: plan.headers)
        }
        let body = BlobBody(reader, range: range, channel: context.channel).responseBody()
        return Response(status: plan.status, headers: plan.headers, body: body)
    }
}
