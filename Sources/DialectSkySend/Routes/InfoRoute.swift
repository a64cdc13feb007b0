import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /api/info/{id}`: what a reader must know before the download.
///
/// - Auth: none.
/// - 200: sizes in bytes, binary values in base64; `passwordAlgo` and `passwordSalt` only with a password,
///   `encryptedMeta` and `nonce` null until they are set. 404: unknown. 410: expired, or used up.
/// - Source: SkySend API reference, "GET /api/info/:id"; contract, section 7.
struct InfoRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let file = try await files.find(context.parameters["id"]) else { throw SkySendError.missing(.upload) }
        try file.requireAlive(at: files.clock.now)
        let isHidden = files.settings.hidesProtectedMeta && file.passwordSalt != nil
        var members: [JSONValue.Member] = [
            .init("id", .string(file.id)),
            .init("size", .integer(file.size)),
            .init("fileCount", .integer(file.fileCount)),
            .init("hasPassword", .bool(file.passwordSalt != nil)),
        ]
        if let salt = file.passwordSalt {
            members.append(.init("passwordAlgo", .string(PasswordAlgorithm.name)))
            members.append(.init("passwordSalt", .string(Base64.encodeURL(salt))))
        }
        members.append(.init("salt", .string(Base64.encodeURL(file.salt))))
        members += Self.members(of: isHidden ? nil : file.meta)
        members += [
            .init("downloadCount", .integer(file.served)),
            .init("maxDownloads", .integer(file.maxDownloads)),
            .init("expiresAt", .time(file.drop.expiresAt ?? file.drop.createdAt)),
            .init("createdAt", .time(file.drop.createdAt)),
        ]
        return Response(.ok, json: .object(members))
    }

    static func members(of meta: StoredFile.Meta?) -> [JSONValue.Member] {
        [
            .init("encryptedMeta", .string(meta.map { Base64.encode($0.ciphertext) })),
            .init("nonce", .string(meta.map { Base64.encode($0.nonce) })),
        ]
    }
}
