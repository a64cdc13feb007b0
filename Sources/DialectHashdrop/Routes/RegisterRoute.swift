import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /api/user/register`: makes an account and mails the code that verifies it.
///
/// - Auth: none.
/// - 201: `id`, `created_at`, `updated_at`, `email`. 400: no JSON, or a password or address that will not do. 409: the
///   address is taken. 500: the mail could not be sent, and the account is not there.
/// - Source: Hashdrop API reference, "Register a new user".
struct RegisterRoute {
    let registration: Registration

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let body = try await JSONBody(request, members: ["email", "password"])
        let account = try await registration.register(email: body.text("email"), password: body.text("password"))
        let time = JSONValue.string(CalendarTime(account.createdAt).internetDateTime)
        return Response(
            .created,
            json: [
                "id": .string(account.id.text), "created_at": time, "updated_at": time, "email": .string(account.email),
            ]
        )
    }
}
