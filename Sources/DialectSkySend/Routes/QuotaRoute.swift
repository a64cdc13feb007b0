import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /api/quota`: what the asking client may still upload.
///
/// - Auth: none.
/// - 200: `enabled`, `limit`, `used`, `remaining` (bytes), `resetsAt`, `window` (seconds); zeros and null when off.
/// - Source: SkySend contract, section 4.
struct QuotaRoute {
    let quota: ClientQuota

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard quota.isOn else {
            return Response(
                .ok,
                json: ["enabled": false, "limit": 0, "used": 0, "remaining": 0, "resetsAt": nil, "window": 0]
            )
        }
        let usage = try await quota.usage(of: context.client.limitKey)
        return Response(
            .ok,
            json: [
                "enabled": true,
                "limit": .integer(quota.settings.limit),
                "used": .integer(usage.used),
                "remaining": .integer(usage.remaining),
                "resetsAt": .time(usage.resetsAt),
                "window": .integer(quota.settings.window.components.seconds),
            ]
        )
    }
}
