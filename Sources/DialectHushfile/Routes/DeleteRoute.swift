import CofferCore
import CofferHTTP
import Hummingbird

/// `DELETE /api/file/{id}?deletepassword=…`: removes a file, finished or not, before it answers.
///
/// - Auth: the delete password that the upload was opened with.
/// - 200: `fileid`, `deleted`. 403: wrong password, or a file that has none. 404: unknown or gone.
/// - Source: Hushfile Server API, "DELETE /api/file/{id}".
struct DeleteRoute {
    let files: FileStore
    let passwords: PasswordHasher

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let id = context.parameters["id"]
        guard let file = try await files.find(id) else { throw HushfileError.notFound }
        let password = context.path.query.flatMap { FormURLEncoded($0).first("deletepassword") } ?? ""
        guard !password.isEmpty, let hash = file.deletePasswordHash,
            try await passwords.verify(password, against: hash)
        else { throw HushfileError.wrongDeletePassword }
        guard try await files.delete(file) else { throw HushfileError.notFound }
        return Response(.ok, json: ["fileid": .string(id), "deleted": true])
    }
}
