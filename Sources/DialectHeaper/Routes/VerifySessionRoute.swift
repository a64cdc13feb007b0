import CofferHTTP
import Hummingbird

/// `POST /api/auth/verify_session`: logs in with a signed challenge.
///
/// - Auth: none.
/// - 200: tokens, who the server is, and the account; or `success` false with `approval_required`, without tokens.
///   401: the challenge is not open for this key, or the signature is wrong; either uses the challenge up.
///   403: no account for new keys, or the account was rejected.
/// - Source: API reference, "POST /api/auth/verify_session"; contract, section 3.
struct VerifySessionRoute {
    let login: Login
    let limits: AuthLimits
    let instance: Instance

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let fields = try await RequestFields(request)
        let key = try fields.publicKey()
        try await limits.count(key)
        let outcome = try await login.prove(try Login.Proof(fields, key: key, signature: "signature"))
        guard let tokens = outcome.tokens else {
            let members: [JSONValue.Member] = [.init("success", false), .init("approval_required", true)]
            return Response(.ok, json: .object(members + outcome.server))
        }
        let user = outcome.user
        let members: [JSONValue.Member] = [
            .init("success", true),
            .init("accessToken", .string(tokens.access)),
            .init("refreshToken", .string(tokens.refresh)),
        ]
        let identity: [JSONValue.Member] = [
            .init("selfhosted", true),
            .init(
                "user",
                [
                    "id": .string(user.id.text), "public_key": .string(user.key.text), "email": .string(user.email),
                    "is_admin": .bool(user.isAdmin),
                ]
            ),
        ]
        return Response(
            .ok,
            json: .object(members + outcome.server + instance.members(baseURL: context.baseURL) + identity)
        )
    }
}
