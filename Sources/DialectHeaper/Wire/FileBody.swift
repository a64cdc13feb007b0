import CofferCore
import CofferHTTP
import NIOCore

/// A file as answers show it.
///
/// `duration` is in seconds.
///
/// - Source: Heaper contract, section 6, "File".
enum FileBody {
    static func json(_ file: HeaperFile) -> JSONValue {
        [
            "id": .string(file.id.text),
            "block_id": .string(file.block.text),
            "hash": .string(file.hash.text),
            "name": .string(file.name),
            "mime_type": .string(file.mimeType),
            "file_size": .integer(file.size),
            "width": .integer(file.facts.width),
            "height": .integer(file.facts.height),
            "duration": duration(file.facts.duration),
            "exif_data": file.facts.exif.flatMap { JSONValue(parsing: ByteBuffer(string: $0)) } ?? .null,
            "is_uploaded": .bool(file.isUploaded),
            "created_at": .string(CalendarTime(file.createdAt).internetDateTimeWithMilliseconds),
            "thumbnails": .array(file.thumbnails.map(\.json)),
        ]
    }

    private static func duration(_ duration: Duration?) -> JSONValue {
        guard let milliseconds = duration?.wholeMilliseconds else { return .null }
        return milliseconds % 1000 == 0
            ? .integer(milliseconds / 1000) : .double(Double(milliseconds) / 1000)
    }
}
