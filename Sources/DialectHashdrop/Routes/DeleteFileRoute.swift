import CofferHTTP
import Hummingbird

/// `DELETE /api/files?id=…`: removes the one uploaded file whose id begins with a text, bytes and record.
///
/// - Auth: access token of the owner.
/// - 204: gone, for links that were handed out too. 400: no id. 404: none. 409: several.
/// - Source: Hashdrop API reference, "Delete file"; contract, section 6.
struct DeleteFileRoute {
    let files: FileStore
    let objects: any ObjectPlace

    @Sendable
    func handle(_ request: Request, context: CofferContext, account: AccountID) async throws -> Response {
        let doomed = try await files.delete(try FileQuery.prefix(context), of: account)
        await objects.erase(doomed)
        return Response(status: .noContent)
    }
}
