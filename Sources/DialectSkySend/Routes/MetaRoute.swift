import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `POST /api/meta/{id}`: stores the encrypted metadata of an upload, once.
///
/// - Auth: `X-Owner-Token`.
/// - Body: JSON, `encryptedMeta` (1 to 100,000 characters) and `nonce` (1 to 100), base64 in either alphabet.
/// - 200: `ok`. 400: the body. 401: no or a wrong token. 404: unknown. 409: it was set before. 413: above 262,144 bytes.
/// - Source: SkySend API reference, "POST /api/meta/:id"; contract, section 7.
struct MetaRoute {
    private static let maxBytes = 262_144

    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let token = request.headers[.xOwnerToken], !token.isEmpty else { throw SkySendError.missingOwnerToken }
        guard let file = try await files.find(context.parameters["id"]) else { throw SkySendError.missing(.upload) }
        try OwnerCheck.require(token, matches: file.owner)
        let bytes = try await request.collected(upTo: Self.maxBytes)
        guard file.meta == nil else { throw SkySendError.metaIsSet }
        guard let body = JSONValue(parsing: bytes), case .object = body else { throw SkySendError.badJSON }
        guard try await files.setMeta(Self.meta(body), of: file) else {
            // Somebody else was faster, with metadata or with a deletion.
            guard try await files.find(file.id) != nil else { throw SkySendError.missing(.upload) }
            throw SkySendError.metaIsSet
        }
        return Response(.ok, json: ["ok": true])
    }

    private static func meta(_ body: JSONValue) throws -> StoredFile.Meta {
        var members = MemberReader(body)
        let ciphertext = members.text("encryptedMeta", upTo: 100_000)
        let nonce = members.text("nonce", upTo: 100)
        guard members.problems.isEmpty, let ciphertext, let nonce else {
            throw SkySendError.metaFields(members.problems)
        }
        let meta = StoredFile.Meta(ciphertext: Base64.decodeLenient(ciphertext), nonce: Base64.decodeLenient(nonce))
        guard !meta.ciphertext.isEmpty else { throw SkySendError.bad("Invalid encryptedMeta encoding") }
        guard !meta.nonce.isEmpty else { throw SkySendError.bad("Invalid nonce encoding") }
        return meta
    }
}
