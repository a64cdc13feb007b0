import CofferHTTP
import Hummingbird

/// `GET /api/active_scans` (and `POST`): the scans that wait or run.
///
/// - Auth: an access token.
/// - 200: those that the caller has started; to an administrator, all.
/// - Source: Heaper contract, section 8.
struct ActiveScansRoute {
    let scans: any ActiveScanFinding

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let found = scans.activeScans(of: caller.isAdmin ? nil : caller.user)
        return Response(.ok, json: ["success": true, "scans": .array(found)])
    }
}
