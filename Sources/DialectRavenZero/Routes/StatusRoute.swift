import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /status/{key}`: reports an upload's state without spending a use.
///
/// - Auth: none.
/// - 200: key, status, remaining_uses, expires_at, is_accessible; an unknown key is `expired_or_burned`.
/// - 429: the client guessed too many keys.
/// - Source: API specification, "GET /status/{key}".
struct StatusRoute {
    let uploads: UploadStore
    let guardian: KeyGuard
    let clock: any WallClock

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let key = try await guardian.key(context, .status)
        guard let upload = try await uploads.find(key) else {
            await guardian.recordFailure(context)
            return answer(key, "expired_or_burned", usesLeft: 0, expiresAt: nil)
        }
        let isExpired = upload.drop.expiresAt.map { $0 < clock.now } ?? false
        let status = isExpired ? "expired" : upload.usesLeft > 0 ? "active" : "burned"
        return answer(key, status, usesLeft: upload.usesLeft, expiresAt: upload.drop.expiresAt)
    }

    private func answer(_ key: String, _ status: String, usesLeft: Int64, expiresAt: Timestamp?) -> Response {
        Response(
            .ok,
            json: [
                "key": .string(key),
                "status": .string(status),
                "remaining_uses": .integer(usesLeft),
                "expires_at": .string(expiresAt.map { CalendarTime($0).internetDateTime }),
                "is_accessible": .bool(status == "active"),
            ]
        )
    }
}
