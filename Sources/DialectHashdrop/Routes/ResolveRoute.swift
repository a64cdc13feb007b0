import CofferHTTP
import Hummingbird

/// `GET /api/files/resolve?id=…`: the uploaded files whose ids begin with a text.
///
/// - Auth: access token.
/// - 200: an array of `file_name`, `file_id`, never an empty one. 400: no id. 404: none.
/// - Source: Hashdrop API reference, "Resolve file ID conflicts"; contract, section 6.
struct ResolveRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext, account: AccountID) async throws -> Response {
        let found = try await files.uploaded(try FileQuery.prefix(context), of: account)
        guard !found.isEmpty else { throw HashdropError.noFiles }
        let items = found.map { file -> JSONValue in
            ["file_name": .string(file.name), "file_id": .string(file.id.text)]
        }
        return Response(.ok, json: .array(items))
    }
}
