import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /api/me`, also as `GET`: who asks, what they use, and how much they may.
///
/// - Auth: access token.
/// - 200: identity, `subscriptions`, `entitlements`, `usage`, `limits`.
/// - Source: API reference, "POST /api/me"; contract, section 3.
struct ProfileRoute {
    let users: UserStore
    let usage: UsageStore
    let limits: JSONValue

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        guard let user = try await users.user(caller.user) else { throw HeaperError.invalidToken }
        let members: [JSONValue.Member] = [.init("success", true)] + user.members
        let rest: [JSONValue.Member] = [
            .init("subscriptions", []),
            .init("entitlements", []),
            .init("usage", try await usage.usage(of: user.id).json),
            .init("limits", limits),
        ]
        return Response(.ok, json: .object(members + rest))
    }
}
