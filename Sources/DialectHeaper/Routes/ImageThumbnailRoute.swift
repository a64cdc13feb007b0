import CofferCore
import CofferHTTP
import CofferMedia
import Hummingbird

/// `GET` and `HEAD /api/file/{key}/thumbnail/{size}/{slug}`: a still picture of a file.
///
/// `{size}` is `tiny`, `small`, `medium`, `large`, or a number of pixels, 16 to 2048. `{slug}` is for people.
///
/// - Auth: access token, also as `?token=`.
/// - 200: WebP if `Accept` names it, else JPEG, or PNG where pixels may be transparent. 304: the client has it. 400: size.
///   404: file, or no picture can be made of it. 503: too many are being made.
/// - Source: Heaper API reference, "GET /api/file/:key/thumbnail/:size/:slug"; contract, section 7.
struct ImageThumbnailRoute {
    let viewer: ThumbnailViewer

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let wish = ThumbnailWish(
            subject: .image,
            size: try ThumbnailSize(context.parameters["size"]),
            format: ThumbnailAnswer.acceptsWebP(request) ? .webp : .jpeg
        )
        return try await viewer.answer(wish, viewer.subject(request, context, caller), request, context)
    }
}
