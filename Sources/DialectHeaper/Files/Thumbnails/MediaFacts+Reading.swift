import CofferCore
import CofferHTTP
import CofferMedia
import NIOCore

extension MediaFacts {
    /// As columns keep it.
    init(_ report: MediaReport) {
        self.init(
            width: report.width.map(Int64.init),
            height: report.height.map(Int64.init),
            duration: report.duration,
            exif: report.exif.isEmpty ? nil : Self.json(report.exif)
        )
    }

    private static func json(_ tags: [String: ExifValue]) -> String {
        let members = tags.sorted { $0.key < $1.key }.map { name, value in
            switch value {
            case .text(let text): JSONValue.Member(name, .string(text))
            case .integer(let number): JSONValue.Member(name, .integer(number))
            case .number(let number): JSONValue.Member(name, .double(number))
            }
        }
        return String(buffer: JSONValue.object(members).encoded)
    }
}
