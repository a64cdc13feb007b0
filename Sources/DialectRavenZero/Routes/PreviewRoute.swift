import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /preview/{key}`: shows what an upload is, once.
///
/// - Auth: none.
/// - 200: eleven members; exactly one caller per upload ever gets them.
/// - 404: unknown key (counts as a guess), or already previewed (does not).
/// - 429: the client guessed too many keys.
/// - Source: API specification, "GET /preview/{key}".
struct PreviewRoute {
    let uploads: UploadStore
    let guardian: KeyGuard
    let clock: any WallClock

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let key = try await guardian.key(context, .preview)
        let now = clock.now
        guard let upload = try await uploads.find(key), !upload.drop.isGone(at: now) else {
            await guardian.recordFailure(context)
            throw RavenZeroError.previewUnknown
        }
        // The flag flips before the answer is made: a caller who leaves now has used the preview up.
        guard try await uploads.claimPreview(of: upload.drop.id) else { throw RavenZeroError.previewSpent }
        let expiresAt = upload.drop.expiresAt ?? now
        let url = "\(context.baseURL)/download/\(upload.key)"
        return Response(
            .ok,
            json: [
                "key": .string(upload.key),
                "filename": .string(upload.filename),
                "size": .integer(upload.slot?.size ?? 0),
                "mime_type": .string(upload.mediaType),
                "expiry": .string(CalendarTime(expiresAt).internetDateTime),
                "uses": .integer(upload.usesLeft),
                "minutes_left": .integer(max(0, now.duration(to: expiresAt).wholeMilliseconds / 60_000)),
                "download_url": .string(url),
                "curl_example": .string("curl -O \(url)"),
                "created_at": .string(CalendarTime(upload.drop.createdAt).internetDateTime),
                "sha256": .string(Hex.encode(upload.sha256)),
            ]
        )
    }
}
