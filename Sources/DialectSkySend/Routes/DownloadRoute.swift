import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `GET /api/download/{id}`: spends one download and sends the ciphertext.
///
/// A transfer counts when it starts. One that breaks off before 1 % or 1 MiB was sent, whichever is less, gives its place
/// back; one that breaks off later may be continued from the same address for ten minutes, with `Range` and `If-Range`.
///
/// - Auth: `X-Auth-Token`.
/// - 200: the bytes. 206: the rest of a broken download. 401: no or a wrong token. 404: unknown. 410: expired or used up.
///   416: a range behind the end. 429: too many wrong tokens from this client.
/// - Source: SkySend API reference, "GET /api/download/:id"; contract, section 8.
struct DownloadRoute {
    private static let resumeTime: Duration = .seconds(600)
    private static let largestRefund: Int64 = 1024 * 1024

    let files: FileStore
    let tokens: TokenGuard

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let (file, slot) = try await find(request, context)
        if let range = Self.resumption(request, of: file),
            let admission = files.drops.resume(file.drop.id, slot: slot.index, by: context.client.description)
        {
            return try await goOn(range, file, slot, admission, context)
        }
        try file.requireAlive(at: files.clock.now)
        guard let opened = try await files.drops.open(slot, of: file.drop) else { throw SkySendError.noLongerAvailable }
        guard case .admitted(let admission) = opened.result else {
            opened.reader.close()
            throw SkySendError.noLongerAvailable
        }
        let body = body(opened.reader, range: 0..<opened.reader.size, isNew: true, file, admission, context)
        return Response(status: .ok, headers: Self.headers(of: file), body: body)
    }

    /// `HEAD`: the same without bytes; it never counts.
    @Sendable
    func describe(_ request: Request, context: CofferContext) async throws -> Response {
        let (file, _) = try await find(request, context)
        try file.requireAlive(at: files.clock.now)
        var headers = Self.headers(of: file)
        headers[.contentLength] = String(file.size)
        return Response(status: .ok, headers: headers)
    }

    private func find(_ request: Request, _ context: CofferContext) async throws -> (StoredFile, DropSlot) {
        let id = context.parameters["id"]
        guard let token = request.headers[.xAuthToken], !token.isEmpty else { throw SkySendError.missingAuthToken }
        try await tokens.requireUnlocked(.upload, id, context)
        guard let file = try await files.find(id) else { throw SkySendError.missing(.upload) }
        try await tokens.require(token, matches: file.auth, of: .upload, id, context, mismatch: .wrongAuthToken)
        if file.drop.isExpired(at: files.clock.now) { throw SkySendError.expired(.upload) }
        guard let slot = file.slot, slot.blob != nil else { throw SkySendError.limitReached(.upload) }
        return (file, slot)
    }

    private static func headers(of file: StoredFile) -> HTTPFields {
        [
            .contentType: "application/octet-stream",
            .xFileCount: String(file.fileCount),
            .acceptRanges: "bytes",
            .eTag: tag(of: file),
        ]
    }

    /// The bytes under an id never change, so the id is a strong validator.
    private static func tag(of file: StoredFile) -> String { "\"\(file.id)\"" }

    // MARK: Continuing

    private static func resumption(_ request: Request, of file: StoredFile) -> ByteRange? {
        guard request.headers[.ifRange] == tag(of: file) else { return nil }
        return request.headers[.range].flatMap(ByteRange.init)
    }

    private func goOn(
        _ range: ByteRange,
        _ file: StoredFile,
        _ slot: DropSlot,
        _ admission: Admission,
        _ context: CofferContext
    ) async throws -> Response {
        do {
            guard let bytes = range.resolved(size: file.size) else {
                throw SkySendError.rangeNotSatisfiable(size: file.size)
            }
            let reader = try await files.drops.openReader(slot)
            var headers = Self.headers(of: file)
            headers[.contentRange] = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(file.size)"
            let body = body(reader, range: bytes, isNew: false, file, admission, context)
            return Response(status: .partialContent, headers: headers, body: body)
        } catch {
            await interrupt(admission, context)
            throw error
        }
    }

    /// `isNew`: it counted just now; what continues an earlier download never gives its place back.
    private func body(
        _ reader: any BlobReader,
        range: Range<Int64>,
        isNew: Bool,
        _ file: StoredFile,
        _ admission: Admission,
        _ context: CofferContext
    ) -> ResponseBody {
        let least = min(Self.largestRefund, (file.size + 99) / 100)
        return BlobBody(reader, range: range, channel: context.channel).responseBody(
            checkpoint: isNew ? least : 0,
            atEnd: { [self] sentBytes, failure in
                // What cannot be recorded now is done by the sweeper, and by the next start.
                if failure == nil {
                    try? await files.drops.release(admission)
                } else if isNew, sentBytes < least {
                    try? await files.drops.release(admission, refund: true)
                } else {
                    await interrupt(admission, context)
                }
            }
        )
    }

    private func interrupt(_ admission: Admission, _ context: CofferContext) async {
        await files.drops.interrupt(
            admission,
            by: context.client.description,
            resumableFor: Self.resumeTime
        )
    }
}
