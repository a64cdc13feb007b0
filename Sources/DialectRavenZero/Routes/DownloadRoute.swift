import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `GET /download/{key}`: spends one use and sends the file.
///
/// - Auth: none.
/// - 200: the plain bytes, verified before the first of them leaves. The last use deletes the upload once every
///   admitted reader has finished.
/// - 404: unknown, expired, or burned and removed (counts as a guess). 410: no use left, a last reader is still active.
/// - 429: the client guessed too many keys. 500: the stored bytes are not those that were uploaded.
/// - Source: API specification, "GET /download/{key}".
struct DownloadRoute {
    let uploads: UploadStore
    let drops: DropStore
    let guardian: KeyGuard
    let integrity: BlobIntegrity
    let clock: any WallClock

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let key = try await guardian.key(context, .download)
        guard let upload = try await uploads.find(key), !upload.drop.isGone(at: clock.now) else {
            throw try await failure(.notFound, context)
        }
        guard let slot = upload.slot, slot.blob != nil else { throw try await failure(.usedUp, context) }
        guard let opened = try await drops.open(slot, of: upload.drop) else {
            throw try await failure(.notFound, context)
        }
        switch opened.result {
        case .missing:
            opened.reader.close()
            throw try await failure(.notFound, context)
        case .exhausted:
            opened.reader.close()
            throw try await failure(.usedUp, context)
        case .admitted(let admission):
            let reader = try await verified(opened.reader, admission, upload)
            return answer(upload, reader, admission, context)
        }
    }

    private func failure(_ error: RavenZeroError, _ context: CofferContext) async throws -> RavenZeroError {
        await guardian.recordFailure(context)
        return error
    }

    /// No byte of a damaged file may leave, so all of it is opened before the first is sent; a fault costs no use.
    private func verified(
        _ reader: any BlobReader,
        _ admission: Admission,
        _ upload: Upload
    ) async throws -> any BlobReader {
        do {
            switch try await integrity.verify(reader) {
            case .intact(let reader): return reader
            case .damaged(let actual):
                throw RavenZeroError.integrity(expected: Hex.encode(upload.sha256), actual: Hex.encode(actual))
            }
        } catch {
            reader.close()
            try await drops.release(admission, refund: true)
            throw error
        }
    }

    private func answer(
        _ upload: Upload,
        _ reader: any BlobReader,
        _ admission: Admission,
        _ context: CofferContext
    ) -> Response {
        let isText = upload.mediaType.hasPrefix("text/")
        var headers: HTTPFields = [
            .contentType: isText ? "\(upload.mediaType); charset=utf-8" : upload.mediaType,
            .contentDisposition: ContentDisposition.attachment(filename: upload.filename),
        ]
        if let name = HTTPField.Name("X-SHA256") { headers[name] = Hex.encode(upload.sha256) }
        let drops = drops
        let body = BlobBody(reader, channel: context.channel).responseBody(
            // The first byte goes out on its own: a piece that the socket took in part would count as not sent.
            checkpoint: 1,
            // Whoever holds the whole file sees it gone after its last use; the last bytes are in memory by now.
            beforeLastPiece: { try await drops.release(admission) },
            atEnd: { sentBytes, failure in
                guard failure != nil else { return }
                // A use is spent on admission; it comes back only when not one byte could be sent.
                try? await drops.release(admission, refund: sentBytes == 0)
            }
        )
        return Response(status: .ok, headers: headers, body: body)
    }
}
