import CofferHTTP
import Hummingbird

/// `PATCH /api/user/verify`: verifies an account by the code that was mailed.
///
/// - Auth: none.
/// - 204. 400: no JSON, or no code that still counts. 401: no account that waits for a code, or a wrong one.
/// - Source: Hashdrop API reference, "Verify account".
struct VerifyRoute {
    let accounts: AccountStore
    let digests: AccountDigests

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let body = try await JSONBody(request, members: ["email", "otp"])
        let code = try body.text("otp")
        let outcome = try await accounts.verify(body.text("email")) { [digests] in digests.otp(code, of: $0) }
        switch outcome {
        case .verified: return Response(status: .noContent)
        case .unknownAccount: throw HashdropError.unknownAccount
        case .noCode: throw HashdropError.noOTP
        case .wrongCode: throw HashdropError.wrongOTP
        }
    }
}
