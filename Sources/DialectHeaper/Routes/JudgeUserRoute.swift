import CofferHTTP
import Hummingbird

/// `POST /api/admin/approve_user` and `POST /api/admin/reject_user`: lets an account in, or keeps it out.
///
/// - Auth: access token of an administrator.
/// - 200: `success`, `user`; also when the account is in that state. 400: no account named. 403: not an administrator.
///   404: no such account. 409: an administrator's account is never rejected.
/// - Source: contract, section 3.
struct JudgeUserRoute {
    let users: UserStore
    let verdict: User.State

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let fields = try await RequestFields(request)
        let user: User
        if let id = try fields.id("user_id", as: UserID.self) {
            user = try await users.judge(.id(id), verdict)
        } else {
            user = try await users.judge(.key(try fields.publicKey()), verdict)
        }
        return Response(.ok, json: ["success": true, "user": .object(user.members)])
    }
}
