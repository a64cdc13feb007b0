import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /api/files/all`: everything an account has, the newest first, with what became of it.
///
/// - Auth: access token.
/// - 200: an array, never an empty one, because released clients look at its first element. 404: nothing there.
/// - Source: Hashdrop API reference, "List all files"; contract, section 6.
struct ListRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext, account: AccountID) async throws -> Response {
        let all = try await files.all(of: account)
        guard !all.isEmpty else { throw HashdropError.noFiles }
        let items = all.map { file -> JSONValue in
            [
                "file_name": .string(file.name),
                "encrypted_size_bytes": .integer(file.storedBytes),
                "status": .string(file.status.rawValue),
                "key_management_mode": .string(file.keyMode),
                "created_at": .string(CalendarTime(file.createdAt).internetDateTime),
                "file_id": .string(file.id.text),
            ]
        }
        return Response(.ok, json: .array(items))
    }
}
