import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /api/upload/{id}/chunk?index=N`: takes one chunk, in any order and in parallel with others.
///
/// - Auth: the id, which only the uploader knows.
/// - Body: up to 16 MiB, whatever size the client likes. A number that was accepted before is read and dropped.
/// - 200: `bytesWritten`, the bytes from the first chunk on without a gap; they are durable. 400: no index, empty body.
///   404: no such session. 413: too large alone or together. 429: too many chunks wait for earlier ones.
/// - Source: SkySend API reference, "POST /api/upload/:id/chunk"; contract, section 6.
struct ChunkRoute {
    let files: FileStore
    let pace: UploadPace

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let text = context.path.query.flatMap({ FormURLEncoded($0).first("index") }),
            let index = Self.index(text)
        else { throw SkySendError.missingChunkIndex }
        guard let session = try await files.session(context.parameters["id"]) else {
            throw SkySendError.unknownSession
        }
        let start = session.upload.firstPartAt ?? files.clock.now
        let written = try await files.parts.add(
            index,
            request.incoming,
            declared: request.declaredLength,
            to: session.upload,
            limits: FileStore.sessionLimits
        )
        try await pace.wait(for: written, since: start)
        return Response(.ok, json: ["bytesWritten": .integer(written)])
    }

    private static func index(_ text: String) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let index = Int64(text), index < 1 << 40
        else { return nil }
        return index
    }
}
