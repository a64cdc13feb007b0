import CofferCore
import CofferHTTP
import CofferMedia
import Hummingbird

/// `GET` and `HEAD /api/file/{key}/animated_thumbnail/{size}/{slug}`: a moving picture of a file.
///
/// In this order: what a client uploaded or we made before; a small GIF or WebP original itself; an animated WebP that is
/// made of a large one, or of the beginning of a video.
///
/// - Auth: access token, also as `?token=`.
/// - 200: WebP or GIF. 304: the client has it. 400: size. 404: file, or nothing in it moves. 503: too many are being made.
/// - Source: Heaper API reference, "GET /api/file/:key/animated_thumbnail/:size/:slug"; contract, section 7.
struct AnimatedThumbnailRoute {
    let viewer: ThumbnailViewer
    let originalBytes: Int64

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let size = try ThumbnailSize(context.parameters["size"])
        let wish = ThumbnailWish(subject: .animation, size: size, format: .webp)
        let subject = try await viewer.subject(request, context, caller)
        if wish.best(of: subject.stored, length: subject.length) == nil,
            let original = try await original(subject.found, request, context)
        {
            return original
        }
        return try await viewer.answer(wish, subject, request, context)
    }

    /// The file itself, if it is a GIF or WebP and small enough.
    private func original(
        _ found: FileFinder.Found,
        _ request: Request,
        _ context: CofferContext
    ) async throws -> Response? {
        guard found.file.isUploaded, found.file.size <= originalBytes else { return nil }
        let reader = try await viewer.finder.open(found)
        do {
            guard let format = try await viewer.maker.media.format(of: MediaInput(reader)),
                format == .gif || format == .webp, let picture = PictureFormat(format)
            else {
                reader.close()
                return nil
            }
            return ThumbnailAnswer(original: found.file.hash, picture).response(request, reader, context)
        } catch {
            reader.close()
            throw error
        }
    }
}
