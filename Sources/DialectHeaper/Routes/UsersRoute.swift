import CofferHTTP
import Hummingbird

/// `GET /api/admin/users` and `GET /api/admin/pending-users`: all accounts, or those that wait, oldest first.
///
/// - Auth: access token of an administrator.
/// - 200: `users`. 403: not an administrator.
/// - Source: contract, section 3.
struct UsersRoute {
    let users: UserStore
    /// Nil for all.
    let state: User.State?

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let users = try await users.users(state).map { JSONValue.object($0.members) }
        return Response(.ok, json: ["success": true, "users": .array(users)])
    }
}
