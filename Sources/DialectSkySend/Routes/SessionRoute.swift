import CofferHTTP
import Hummingbird

/// `GET /auth/session`: who is logged in.
///
/// - Auth: the session cookie, or `Authorization: Bearer`.
/// - 200: `sub`, `name`, `email`. 401: no token, or one that is not valid any more.
/// - Source: SkySend API reference, "GET /auth/session"; contract, section 11.
struct SessionRoute {
    let sessions: LoginSessions

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let token = LoginSessions.token(of: request) else { throw SkySendError.notAuthenticated }
        do {
            let person = try await sessions.person(token)
            return Response(
                .ok,
                json: [
                    "sub": .string(person.subject), "name": .string(person.name), "email": .string(person.email),
                ]
            )
        } catch is LoginSessions.Failure {
            throw SkySendError.sessionInvalid
        }
    }
}
