import CofferHTTP
import Hummingbird

/// `GET /api/`: says who this server is.
///
/// - Auth: optional; a token that is not good counts as none.
/// - 200: `status`, `version`, `public_key`, `name`, `public_url`, `selfhosted`; with a token `is_admin` and `license`;
///   `setup_required` while there is no account.
/// - Source: API reference, "GET /api/"; contract, section 2.
struct InstanceRoute {
    let instance: Instance
    let users: UserStore
    let callers: any CallerChecking

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        var members: [JSONValue.Member] = [.init("status", "ok")] + instance.members(baseURL: context.baseURL)
        members.append(.init("public_key", .string(instance.publicKey)))
        members.append(.init("selfhosted", true))
        if let token = HeaperGates.bearer(of: request), let caller = try await caller(of: token) {
            members.append(.init("is_admin", .bool(caller.isAdmin)))
            members.append(.init("license", ["status": "active", "plan": "self-hosted", "storage_limit": nil]))
        }
        if try await users.isEmpty { members.append(.init("setup_required", true)) }
        return Response(.ok, json: .object(members))
    }

    /// Faults are faults here, too; only a bad token is none.
    private func caller(of token: String) async throws -> Caller? {
        do {
            return try await callers.caller(ofAccessToken: token)
        } catch is HeaperError {
            return nil
        }
    }
}
