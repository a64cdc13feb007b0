import CofferCore
import CofferHTTP
import CofferMedia
import HTTPTypes
import Hummingbird
import NIOCore

/// How a thumbnail goes out.
struct ThumbnailAnswer: Sendable {
    let entityTag: String
    let mediaType: String
    /// Whether another `Accept` may give another answer.
    let isNegotiated: Bool

    /// Of one that is stored for a file.
    ///
    /// What we made of a content never changes; what was uploaded may be replaced, under another drop.
    init(_ thumbnail: StoredThumbnail, of hash: ContentHash) {
        let position = thumbnail.kind == .video ? "-\(thumbnail.position?.wholeMilliseconds ?? 0)" : ""
        let kind = thumbnail.kind == .animated ? "-animated" : ""
        let name = "\(thumbnail.size)\(kind)\(position)-\(thumbnail.format.rawValue)"
        entityTag = "\"\(hash)-\(thumbnail.isUploaded ? thumbnail.drop.text : name)\""
        mediaType = thumbnail.format.mediaType
        isNegotiated = thumbnail.kind != .animated
    }

    /// Of one that was just made.
    init(_ picture: Picture, _ wish: ThumbnailWish, of file: HeaperFile) {
        var middle = ""
        if case .frame(let position) = wish.subject {
            middle = "-\(position.moment(in: file.facts.duration)?.wholeMilliseconds ?? 0)"
        }
        if case .animation = wish.subject { middle = "-animated" }
        entityTag = "\"\(file.hash)-\(wish.size.rawValue)\(middle)-\(picture.format.rawValue)\""
        mediaType = picture.format.mediaType
        isNegotiated = wish.kind != .animated
    }

    /// Of a file that is its own thumbnail.
    init(original hash: ContentHash, _ format: PictureFormat) {
        entityTag = "\"\(hash)\""
        mediaType = format.mediaType
        isNegotiated = false
    }

    private func headers(_ size: Int64) -> HTTPFields {
        var headers: HTTPFields = [
            .contentType: mediaType, .contentLength: String(size), .eTag: entityTag,
            .cacheControl: "private, max-age=3600", .xContentTypeOptions: "nosniff",
            .contentSecurityPolicy: "sandbox; default-src 'none'", .contentDisposition: "inline",
        ]
        if isNegotiated { headers[.vary] = "Accept" }
        return headers
    }

    /// 304 when the client has it; nil otherwise.
    func notModified(_ request: Request) -> Response? {
        guard Self.matches(request.headers[.ifNoneMatch], entityTag) else { return nil }
        var headers = headers(0)
        headers[.contentLength] = nil
        headers[.contentType] = nil
        return Response(status: .notModified, headers: headers)
    }

    func response(_ request: Request, _ bytes: ByteBuffer) -> Response {
        if let same = notModified(request) { return same }
        let headers = headers(Int64(bytes.readableBytes))
        guard request.method != .head else { return Response(status: .ok, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: bytes))
    }

    /// Takes over the reader.
    func response(_ request: Request, _ reader: any BlobReader, _ context: CofferContext) -> Response {
        if let same = notModified(request) {
            reader.close()
            return same
        }
        let headers = headers(reader.size)
        guard request.method != .head else {
            reader.close()
            return Response(status: .ok, headers: headers)
        }
        let body = BlobBody(reader, channel: context.channel).responseBody()
        return Response(status: .ok, headers: headers, body: body)
    }

    /// `If-None-Match`: weak comparison (RFC 9110, section 13.1.2).
    static func matches(_ field: String?, _ tag: String) -> Bool {
        guard let field else { return false }
        return field.split(separator: ",").contains { part in
            let given = part.drop { $0 == " " }
            let end = given.lastIndex { $0 != " " }.map { given[...$0] } ?? ""
            return end == "*" || end == tag || end == "W/\(tag)"
        }
    }

    /// Whether `Accept` names WebP; `*/*` does not, as old browsers send it without being able to show one.
    static func acceptsWebP(_ request: Request) -> Bool {
        guard let field = request.headers[.accept]?.lowercased() else { return false }
        return field.split(separator: ",").contains { range in
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " } }
            guard parts.first == "image/webp" else { return false }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            return weight > 0
        }
    }
}
