import CofferHTTP
import Hummingbird

/// `GET /api/files/hash?id=…`: the digest of a file's plaintext, as its owner gave it.
///
/// - Auth: access token of the owner.
/// - 200: `hash`. 400: no id, or no whole UUID. 404: no such uploaded file.
/// - Source: Hashdrop API reference, "Get file hash"; contract, section 6.
struct HashRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext, account: AccountID) async throws -> Response {
        guard let file = try await files.uploaded(try FileQuery.id(context), of: account) else {
            throw HashdropError.fileNotFound
        }
        return Response(.ok, json: ["hash": .string(file.plaintextHash)])
    }
}
