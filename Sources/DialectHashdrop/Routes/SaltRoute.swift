import CofferHTTP
import Hummingbird

/// `GET /api/files/salt?id=…`: the salt of a file's passphrase, as its owner gave it.
///
/// - Auth: access token of the owner.
/// - 200: `salt`. 400: no id, or no whole UUID. 404: no such uploaded file, or one whose key is in a vault.
/// - Source: Hashdrop API reference, "Get passphrase salt"; contract, section 6.
struct SaltRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext, account: AccountID) async throws -> Response {
        let file = try await files.uploaded(try FileQuery.id(context), of: account)
        guard let salt = file?.passphraseSalt, !salt.isEmpty else { throw HashdropError.noSalt }
        return Response(.ok, json: ["salt": .string(salt)])
    }
}
