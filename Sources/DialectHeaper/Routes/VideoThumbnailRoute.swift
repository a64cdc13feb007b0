import CofferCore
import CofferHTTP
import CofferMedia
import Hummingbird

/// `GET` and `HEAD /api/file/{key}/video_thumbnail/{size}/{position}`: a frame of a video.
///
/// `{position}` is seconds (`12.5`) or percent (`50%`); a moment after the end gives the last frame.
///
/// - Auth: access token, also as `?token=`.
/// - 200: WebP if `Accept` names it, else JPEG. 304: the client has it. 400: size or position. 404: file, or it has no
///   frames. 503: too many are being made.
/// - Source: Heaper API reference, "GET /api/file/:key/video_thumbnail/:size/:position"; contract, section 7.
struct VideoThumbnailRoute {
    let viewer: ThumbnailViewer

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let wish = ThumbnailWish(
            subject: .frame(try FramePosition(context.parameters["position"])),
            size: try ThumbnailSize(context.parameters["size"]),
            format: ThumbnailAnswer.acceptsWebP(request) ? .webp : .jpeg
        )
        return try await viewer.answer(wish, viewer.subject(request, context, caller), request, context)
    }
}
