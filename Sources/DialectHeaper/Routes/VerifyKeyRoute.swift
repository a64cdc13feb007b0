import CofferHTTP
import HTTPTypes
import Hummingbird

/// `POST /api/auth/verify_key`: logs in with a signed challenge, in the words of older clients.
///
/// - Auth: none.
/// - 200: `verified`, tokens and the server's key; `approval_required` instead of tokens for an account that waits.
///   401: as `verify_session`, with `verified` false besides. 403: no account for new keys, or it was rejected.
/// - Source: API reference, "POST /api/auth/verify_key"; contract, section 3.
struct VerifyKeyRoute {
    let login: Login
    let limits: AuthLimits

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let fields = try await RequestFields(request)
        let key = try fields.publicKey()
        try await limits.count(key)
        let proof = try Login.Proof(fields, key: key, signature: "signed_message")
        let outcome: Login.Outcome
        do {
            outcome = try await login.prove(proof)
        } catch let error as HeaperError where error.wire.status == .unauthorized {
            return Response(.unauthorized, json: error.body(with: [.init("verified", false)]), headers: error.headers)
        }
        let members: [JSONValue.Member] = [.init("success", true), .init("verified", true)]
        guard let tokens = outcome.tokens else {
            return Response(.ok, json: .object(members + [.init("approval_required", true)] + outcome.server))
        }
        let pair: [JSONValue.Member] = [
            .init("access_token", .string(tokens.access)), .init("refresh_token", .string(tokens.refresh)),
        ]
        return Response(.ok, json: .object(members + pair + outcome.server))
    }
}
