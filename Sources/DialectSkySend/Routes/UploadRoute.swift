import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `POST /api/upload`: takes a whole ciphertext in one body.
///
/// - Auth: a login where the server asks for one.
/// - Headers: ``UploadParameters``. Body: the ciphertext, with `Content-Length` or in chunked coding.
/// - 201: `id`, `url`; the bytes are durable by then. 400: parameters, no body, or not as many bytes as declared.
///   413: too large, or more than the quota has left. 429: quota used up.
/// - Source: SkySend API reference, "POST /api/upload"; contract, sections 5 and 6.
struct UploadRoute {
    let files: FileStore
    let blobs: any BlobStore
    let pace: UploadPace

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let parameters = try UploadParameters(request.headers, limits: files.settings.files)
        try Self.requireBody(request, size: parameters.size)
        let reservation = try await files.quota.reserve(parameters.size, for: context.client.limitKey)
        do {
            let staged = try await store(request.incoming, size: parameters.size)
            let id = UUIDText.random(files.random)
            try await files.insert(id, parameters, staged, reservation: reservation)
            return Response(.created, json: Self.answer(id, context))
        } catch {
            await files.quota.release(reservation)
            throw error
        }
    }

    static func answer(_ id: String, _ context: CofferContext) -> JSONValue {
        ["id": .string(id), "url": .string("\(context.baseURL)/file/\(id)")]
    }

    private static func requireBody(_ request: Request, size: Int64) throws {
        guard let length = request.declaredLength else {
            guard request.headers[.transferEncoding] != nil else { throw SkySendError.missingBody }
            return
        }
        guard length > 0 else { throw SkySendError.missingBody }
        guard length == size else { throw SkySendError.sizeMismatch }
    }

    private func store(_ body: IncomingBody, size: Int64) async throws -> StagedBlob {
        let writer = try await blobs.makeWriter(BlobRequest(maxBytes: size, wantsSHA256: false))
        let start = files.clock.now
        do {
            for try await bytes in body {
                try await writer.write(bytes)
                try await pace.wait(for: writer.size, since: start)
            }
            guard writer.size == size else { throw SkySendError.sizeMismatch }
            return try await writer.finish()
        } catch {
            await writer.cancel()
            if case BlobError.tooLarge = error { throw SkySendError.sizeMismatch }
            throw error
        }
    }
}
