import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// Headers and range of an answer with a file's bytes.
///
/// - Source: Heaper contract, section 7.
struct FileAnswer {
    struct Plan: Equatable {
        var status: HTTPResponse.Status
        var headers: HTTPFields
        /// What is sent; nil for nothing.
        var range: Range<Int64>?
    }

    let file: HeaperFile
    let size: Int64
    let isAttachment: Bool

    private var tag: String { "\"\(file.hash)\"" }

    /// - Throws: ``FileFailure/rangeNotSatisfiable(size:)``.
    func plan(_ request: Request) throws -> Plan {
        if let known = request.headers[.ifNoneMatch], Self.names(known, tag) {
            return Plan(status: .notModified, headers: cacheHeaders, range: nil)
        }
        var headers = cacheHeaders
        headers[.contentType] = mediaType
        headers[.acceptRanges] = "bytes"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentDisposition] = ContentDisposition.extended(
            isAttachment ? "attachment" : "inline",
            filename: file.name
        )
        if isActive { headers[.contentSecurityPolicy] = "sandbox; default-src 'none'" }
        let part = try range(request)
        let range = part ?? 0..<size
        if part != nil { headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)" }
        headers[.contentLength] = String(range.count)
        return Plan(status: part == nil ? .ok : .partialContent, headers: headers, range: range)
    }

    private var cacheHeaders: HTTPFields {
        [
            .eTag: tag,
            .lastModified: CalendarTime(file.createdAt).httpDate,
            .cacheControl: "private, max-age=31536000, immutable",
        ]
    }

    /// Nil for the whole; a range has a meaning for `GET` alone (RFC 9110, section 14.2).
    private func range(_ request: Request) throws -> Range<Int64>? {
        guard request.method == .get, let asked = request.headers[.range].flatMap(ByteRange.init) else { return nil }
        if let condition = request.headers[.ifRange], condition != tag { return nil }
        guard let range = asked.resolved(size: size) else { throw FileFailure.rangeNotSatisfiable(size: size) }
        return range
    }

    /// The stored type; what a document has brought need not be one.
    private var mediaType: String {
        let type = UploadFields.mimeType(file.mimeType)
        return type.isEmpty ? "application/octet-stream" : type
    }

    /// Whether browsers would run what is in it.
    private var isActive: Bool {
        guard let type = MediaTypeHeader(mediaType)?.essence else { return false }
        return ["text/html", "text/xml", "application/xml", "text/xsl", "application/xslt"].contains(type)
            // Browsers that replace one part by the next show HTML in them.
            || type.hasSuffix("+xml") || type.hasPrefix("multipart/") || type.hasPrefix("message/")
    }

    /// Whether a list of tags has this one; weak ones count (RFC 9110, section 13.1.2).
    static func names(_ field: String, _ tag: String) -> Bool {
        field.split(separator: ",").contains { entry in
            let name = entry.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
            let text = String(name)
            return text == "*" || text == tag || text == "W/\(tag)"
        }
    }
}
