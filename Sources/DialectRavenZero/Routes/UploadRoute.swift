import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /upload/`: takes a file and gives it a key of three words.
///
/// - Auth: none.
/// - Body: `multipart/form-data` with `file` (a part that has a filename), `expiry` (minutes, 1 to 60, default 10) and
///   `uses` (1 to 5, default 1). Unknown fields are ignored, the last of a repeated one wins.
/// - 201: nine members. The file is sealed and durable by then.
/// - 400: form problems, a file that is too large, empty or of a refused type. 429: too many uploads from this client.
/// - Source: API specification, "POST /upload/".
struct UploadRoute {
    private static let limitScope = "ravenzero.upload"

    let settings: RavenZeroSettings
    let uploads: UploadStore
    let blobs: any BlobStore
    let mediaTypes: MediaTypeDetector
    let limiter: RateLimiter
    let words: WordList
    let clock: any WallClock
    let random: any RandomSource

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        // A client that is over its limit is refused before its body is read.
        try Self.refuse(await limiter.peek(Self.limitScope, by: context.client))
        let form = UploadForm(maxFileBytes: settings.maxFileBytes, blobs: blobs)
        do {
            try await form.read(request)
            return try await store(form, context)
        } catch {
            await form.discard()
            // The reference gives uploads a sentence of their own for a fault of the server.
            if case StorageError.unavailable = error { throw RavenZeroError.uploadFailed }
            throw error
        }
    }

    private func store(_ form: UploadForm, _ context: CofferContext) async throws -> Response {
        let fields = try form.validated()
        // Every request whose form is right counts, whatever becomes of it.
        try Self.refuse(await limiter.hit(Self.limitScope, by: context.client))
        guard fields.file.size <= Int64(settings.maxFileBytes) else {
            throw RavenZeroError.tooLarge(bytes: fields.file.size, limit: settings.maxFileBytes)
        }
        guard fields.file.size > 0 else { throw RavenZeroError.empty }
        // What the client declares counts only where looking at the bytes fails.
        let mediaType =
            mediaTypes.mediaType(of: fields.file.sample) ?? fields.file.declaredType ?? "application/octet-stream"
        guard settings.allows(mediaType) else { throw RavenZeroError.mediaTypeRefused(mediaType) }
        let staged = try await fields.file.finish()
        let createdAt = clock.now
        let upload = UploadStore.NewUpload(
            id: DropID(random: random),
            filename: fields.file.name,
            mediaType: mediaType,
            createdAt: createdAt,
            expiresAt: createdAt.advanced(by: .seconds(60 * fields.minutes)),
            uses: fields.uses
        )
        let key = try await uploads.insert(upload, staged) { [words, random] in words.drawKey(random) }
        return answer(key, upload, staged.blob, context)
    }

    private func answer(
        _ key: String,
        _ upload: UploadStore.NewUpload,
        _ blob: Blob,
        _ context: CofferContext
    ) -> Response {
        Response(
            .created,
            json: [
                "key": .string(key),
                "preview_url": .string("\(context.baseURL)/preview/\(key)"),
                "download_url": .string("\(context.baseURL)/download/\(key)"),
                "expiry": .string(CalendarTime(upload.expiresAt).internetDateTime),
                "uses": .integer(upload.uses),
                "filename": .string(upload.filename),
                "size": .integer(blob.size),
                "created_at": .string(CalendarTime(upload.createdAt).internetDateTime),
                "sha256": .string(Hex.encode(blob.sha256 ?? [])),
            ]
        )
    }

    private static func refuse(_ outcome: RateLimitOutcome) throws {
        if let seconds = outcome.retryAfterSeconds { throw RavenZeroError.rateLimited(retryAfter: seconds) }
    }
}
