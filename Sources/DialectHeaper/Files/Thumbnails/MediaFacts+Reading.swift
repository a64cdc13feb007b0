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

    /// What a file says of itself.
    ///
    /// - Returns: nothing for a file that we do not open, that is damaged, or that nobody could look at now.
    static func read(from reader: any BlobReader, _ media: Media) async -> MediaFacts {
        guard let report = try? await media.inspect(MediaInput(reader)) else { return MediaFacts() }
        return MediaFacts(report)
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
