import CofferCore
import CofferHTTP
import NIOCore

/// What clients tell of files, read from a request.
enum UploadFields {
    private static let mostExifBytes = 65_536
    private static let mostTypeBytes = 255

    /// A name to show, cleaned of what cannot be shown.
    static func name(_ text: String?) -> String { FileName(cleaning: text ?? "").text }

    /// A media type that may stand in a header; empty for anything else, and for the one that says nothing.
    static func mimeType(_ text: String?) -> String {
        guard let text, text.utf8.count <= mostTypeBytes, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
            let type = MediaTypeHeader(text), type.essence != "application/octet-stream"
        else { return "" }
        return text
    }

    /// - Throws: ``HeaperError/malformed(_:)``.
    static func facts(_ fields: RequestFields) throws -> MediaFacts {
        MediaFacts(
            width: try pixels(fields, "width"),
            height: try pixels(fields, "height"),
            duration: try duration(fields),
            exif: try exif(fields)
        )
    }

    private static func pixels(_ fields: RequestFields, _ name: String) throws -> Int64? {
        guard let number = try fields.integer(name) else { return nil }
        guard (0...1 << 31).contains(number) else { throw HeaperError.malformed("\(name) is out of range") }
        return number
    }

    private static func duration(_ fields: RequestFields) throws -> Duration? {
        let seconds: Double
        switch fields["duration"] {
        case nil: return nil
        case .integer(let number)?: seconds = Double(number)
        case .double(let number)?: seconds = number
        default: throw HeaperError.malformed("duration must be a number of seconds")
        }
        guard (0...1e9).contains(seconds) else { throw HeaperError.malformed("duration is out of range") }
        return .milliseconds(Int64((seconds * 1000).rounded()))
    }

    private static func exif(_ fields: RequestFields) throws -> String? {
        guard let value = fields["exif_data"] else { return nil }
        var text = value.encoded
        if case .string(let inner) = value {
            guard let parsed = JSONValue(parsing: .init(string: inner)) else {
                throw HeaperError.malformed("exif_data must be JSON")
            }
            text = parsed.encoded
        }
        guard text.readableBytes <= mostExifBytes else { throw HeaperError.malformed("exif_data is too large") }
        return String(buffer: text)
    }
}
