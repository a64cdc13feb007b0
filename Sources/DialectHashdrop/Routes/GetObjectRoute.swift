import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `GET /hashdrop-files/{owner}/{object}`: the bytes of an uploaded file, at the URL that a download was sent to.
///
/// - Auth: the signature in the query.
/// - 200: the bytes. 206: a part of them. 403: another URL than we signed, or it is over. 404: deleted meanwhile.
///   416: a range behind the end.
/// - Source: Hashdrop API reference, "Download file"; contract, section 7.
struct GetObjectRoute {
    let objects: EmbeddedObjects
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let key = try objects.verifiedDownload(context)
        guard let slot = try await files.object(key), let blob = slot.blob else { throw ObjectError.noSuchKey }
        var headers: HTTPFields = [
            .contentType: "application/octet-stream",
            .xContentTypeOptions: "nosniff",
            .acceptRanges: "bytes",
            // The bytes of an object never change once it can be read.
            .eTag: "\"\(blob.key)\"",
        ]
        let range = try Self.range(request, tag: headers[.eTag], size: blob.size)
        if let range {
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(blob.size)"
        }
        let status: HTTPResponse.Status = range == nil ? .ok : .partialContent
        if request.method == .head {
            headers[.contentLength] = String(range?.count ?? Int(blob.size))
            return Response(status: status, headers: headers)
        }
        let reader: any BlobReader
        do {
            reader = try await files.drops.openReader(slot)
        } catch BlobError.missing {
            // Deleted since we looked, or lost; the second is found by the sweeper, which tells the operator.
            throw ObjectError.noSuchKey
        }
        let body = BlobBody(reader, range: range, channel: context.channel).responseBody()
        return Response(status: status, headers: headers, body: body)
    }

    /// The part that a request asks for; nil for the whole.
    private static func range(_ request: Request, tag: String?, size: Int64) throws -> Range<Int64>? {
        guard let asked = request.headers[.range].flatMap(ByteRange.init) else { return nil }
        if let condition = request.headers[.ifRange], condition != tag { return nil }
        guard let range = asked.resolved(size: size) else { throw ObjectError.invalidRange(size: size) }
        return range
    }
}
