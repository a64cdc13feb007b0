import CofferHTTP
import Hummingbird

/// `GET /api/files?id=…`: what is known of the uploaded files whose ids begin with a text.
///
/// - Auth: access token.
/// - 200: an array, never an empty one. 400: no id. 404: none.
/// - Source: Hashdrop API reference, "Get file details"; contract, section 6.
struct DetailsRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext, account: AccountID) async throws -> Response {
        let found = try await files.uploaded(try FileQuery.prefix(context), of: account)
        guard !found.isEmpty else { throw HashdropError.noFiles }
        let items = found.map { file -> JSONValue in
            [
                "file_name": .string(file.name),
                "file_id": .string(file.id.text),
                "status": .string(file.status.rawValue),
                "plaintext_size_bytes": .integer(file.plaintextBytes),
                "encrypted_size_bytes": .integer(file.storedBytes),
                "s3_key": .string(file.key.text),
                "key_management_mode": .string(file.keyMode),
                "plaintext_hash": .string(file.plaintextHash),
            ]
        }
        return Response(.ok, json: .array(items))
    }
}
