import CofferHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// The fields of a request that controls an upload, in whichever of the accepted forms they came.
struct ControlBody {
    static let maxBytes = 1024 * 1024

    /// Whether the values were JSON, where a number and its text are two things.
    let isJSON: Bool
    private let fields: [(name: String, value: JSONValue)]

    /// Reads a JSON object, a multipart form, a urlencoded form, or nothing at all.
    ///
    /// - Throws: ``HushfileError/badRequest`` for any other content, ``BodyTooLarge`` above 1 MiB.
    init(_ request: Request) async throws {
        let type = request.headers[.contentType].flatMap(MediaTypeHeader.init)
        let body = try await request.collected(upTo: Self.maxBytes)
        isJSON = type?.essence == "application/json"
        switch type?.essence {
        case "application/json":
            guard case .object(let members)? = JSONValue(parsing: body) else { throw HushfileError.badRequest }
            fields = members.map { ($0.name, $0.value) }
        case "multipart/form-data":
            fields = try await Self.formFields(body, request)
        case "application/x-www-form-urlencoded":
            fields = FormURLEncoded(Array(body.readableBytesView)).fields.map { ($0.name, .string($0.value)) }
        default:
            guard body.readableBytes == 0, request.headers[.contentType] == nil else { throw HushfileError.badRequest }
            fields = []
        }
    }

    private static func formFields(
        _ body: ByteBuffer,
        _ request: Request
    ) async throws -> [(name: String, value: JSONValue)] {
        var fields: [(name: String, value: JSONValue)] = []
        do {
            let whole = AsyncStream { continuation in
                continuation.yield(body)
                continuation.finish()
            }
            var limits = MultipartLimits()
            limits.parts = 20_000
            var reader = try MultipartReader(whole, contentType: request.headers[.contentType], limits: limits)
            while let part = try await reader.nextPart() {
                guard let name = part.name else { continue }
                fields.append((name, .string(try await reader.text(upTo: maxBytes))))
            }
        } catch MultipartError.emptyBody {
            return []
        } catch is MultipartError {
            throw HushfileError.badRequest
        }
        return fields
    }

    /// The value of a field; nil when it is absent, null or an empty text.
    ///
    /// The last of several wins.
    func value(_ name: String) -> JSONValue? {
        let value = fields.last { $0.name.utf8.elementsEqual(name.utf8) }?.value
        return value == .null || value == .string("") ? nil : value
    }

    /// The text of a field.
    ///
    /// - Throws: ``HushfileError/badRequest`` when it is something else, or longer than `maxBytes`.
    func text(_ name: String, maxBytes: Int) throws -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value, text.utf8.count <= maxBytes else { throw HushfileError.badRequest }
        return text
    }

    /// The chunk numbers of `finishupload`: a JSON array, repeated fields, or one field with an array or a comma list.
    ///
    /// - Throws: ``HushfileError/badRequest`` when there is none or one that is no chunk number.
    func chunkIndexes() throws -> [Int64] {
        let values = fields.filter { $0.name == "chunks" || $0.name == "chunks[]" }.map(\.value)
        let elements: [JSONValue]
        if isJSON {
            guard case .array(let array)? = value("chunks") else { throw HushfileError.badRequest }
            elements = array
        } else {
            elements = values.flatMap(Self.elements)
        }
        let indexes = elements.map { element -> ChunkIndex? in
            switch element {
            case .integer(let number): ChunkIndex(number)
            case .string(let text): ChunkIndex(text)
            default: nil
            }
        }
        guard !indexes.isEmpty else { throw HushfileError.badRequest }
        return try Set(
            indexes.map { index in
                guard let index else { throw HushfileError.badRequest }
                return index.number
            }
        ).sorted()
    }

    private static func elements(_ field: JSONValue) -> [JSONValue] {
        guard case .string(let text) = field else { return [field] }
        if case .array(let array)? = JSONValue(parsing: ByteBuffer(string: text)) { return array }
        return text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            .string(String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
        }
    }
}
