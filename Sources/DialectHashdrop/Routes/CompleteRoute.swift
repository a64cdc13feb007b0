import CofferHTTP
import Hummingbird

/// `POST /api/files/complete`: ends an upload whose bytes were put.
///
/// - Auth: access token of whoever began it.
/// - Body: `file_id`, `plaintext_hash`, `plaintext_size_bytes`; `passphrase_salt` for a file without vault.
/// - 200: `s3_object_key`, `uploaded_file_size`. 404: unknown, of another account, not pending, or without bytes; the
///   last may be tried again. 413: too large, and it is a failed upload now.
/// - Source: Hashdrop API reference, "Complete file upload"; contract, section 5.
struct CompleteRoute {
    private static let members = ["file_id", "plaintext_hash", "plaintext_size_bytes", "passphrase_salt"]

    let files: FileStore
    let objects: any ObjectPlace

    @Sendable
    func handle(_ request: Request, context: CofferContext, account: AccountID) async throws -> Response {
        let body = try await JSONBody(request, members: Self.members)
        let id = try body.text("file_id")
        let facts = FileFacts(
            plaintextHash: try body.storedText("plaintext_hash"),
            plaintextBytes: try body.integer("plaintext_size_bytes"),
            passphraseSalt: try body.storedText("passphrase_salt")
        )
        guard !id.isEmpty else { throw HashdropError.fileNotFound }
        guard let file = try await files.pending(try FileID(parsing: id), of: account) else {
            throw HashdropError.fileNotFound
        }
        let done = try await complete(file, facts)
        await objects.erase(done.doomed)
        guard let size = done.size else { throw HashdropError.fileTooLarge }
        return Response(
            .ok,
            json: ["s3_object_key": .string(file.key.text), "uploaded_file_size": .integer(size)]
        )
    }

    private func complete(_ file: StoredFile, _ facts: FileFacts) async throws -> FileStore.Completion {
        switch try await objects.measure(file) {
        case .knownToDatabase: try await files.complete(file, facts, measured: nil)
        case .bytes(let size): try await files.complete(file, facts, measured: size)
        case .missing: throw HashdropError.fileNotFound
        }
    }
}
