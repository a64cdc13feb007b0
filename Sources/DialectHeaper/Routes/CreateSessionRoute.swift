import CofferHTTP
import Hummingbird

/// `POST /api/auth/create_session`: gives a text to sign; the same for known and unknown keys.
///
/// - Auth: none.
/// - 200: `success`, `challenge`. 400: no public key, or one that is not 32 bytes.
/// - Source: API reference, "POST /api/auth/create_session"; contract, section 3.
struct CreateSessionRoute {
    let challenges: Challenges
    let limits: AuthLimits

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let fields = try await RequestFields(request)
        let key = try fields.publicKey()
        try await limits.count(key)
        let challenge = challenges.issue(to: key, email: try fields.email())
        return Response(.ok, json: ["success": true, "challenge": .string(challenge)])
    }
}
