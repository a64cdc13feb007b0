import CofferCore
import CofferHTTP
import Hummingbird

/// What a request asks for: the members of its JSON object, or for `GET` the parameters of its query.
///
/// An empty body counts as `{}`; its Content-Type is not looked at; unknown members are ignored (contract, section 1).
struct RequestFields: Sendable {
    private let value: JSONValue

    /// - Throws: ``HeaperError/malformed(_:)`` unless the body is a JSON object, ``BodyTooLarge``.
    init(_ request: Request, upTo limit: Int = 1_048_576) async throws {
        if request.method == .get || request.method == .head {
            value = .object(request.uri.queryParameters.map { .init(String($0.key), .string(String($0.value))) })
            return
        }
        let bytes = try await request.collected(upTo: limit)
        guard bytes.readableBytes > 0 else {
            value = .object([])
            return
        }
        guard let parsed = JSONValue(parsing: bytes), case .object = parsed else {
            throw HeaperError.malformed("The body must be a JSON object")
        }
        value = parsed
    }

    /// The member's value; nil when it is missing or null.
    subscript(name: String) -> JSONValue? {
        guard let member = value[name], member != .null else { return nil }
        return member
    }

    /// Whether the member is there, if only as null.
    func has(_ name: String) -> Bool { value[name] != nil }

    /// - Throws: ``HeaperError/malformed(_:)`` when the member is there and is no string.
    func text(_ name: String) throws -> String? {
        switch self[name] {
        case .string(let text)?: text
        case nil: nil
        default: throw HeaperError.malformed("\(name) must be a string")
        }
    }

    /// A whole number, also as text.
    ///
    /// - Throws: ``HeaperError/malformed(_:)`` when the member is there and is no such number.
    func integer(_ name: String) throws -> Int64? {
        switch self[name] {
        case nil: return nil
        case .integer(let number)?: return number
        case .string(let text)?:
            if let number = Int64(text) { return number }
        default: break
        }
        throw HeaperError.malformed("\(name) must be a whole number")
    }

    /// - Throws: ``HeaperError/malformed(_:)`` when the member is there and is no such number; the nearest bound stands for
    ///   a number outside of the range.
    func integer(_ name: String, in range: ClosedRange<Int64>, default value: Int64) throws -> Int {
        Int(min(max(try integer(name) ?? value, range.lowerBound), range.upperBound))
    }

    /// `true` or `false`, also as text.
    func flag(_ name: String) throws -> Bool? {
        switch self[name] {
        case nil: nil
        case .bool(let flag)?: flag
        case .string("true")?: true
        case .string("false")?: false
        default: throw HeaperError.malformed("\(name) must be true or false")
        }
    }

    /// The first of several names under which an id may stand.
    ///
    /// - Throws: ``HeaperError/malformed(_:)`` when a value has not the form of an id.
    func id<ID: HeaperID>(_ names: String..., as type: ID.Type = ID.self) throws -> ID? {
        for name in names {
            guard let text = try text(name) else { continue }
            guard let id = ID(text) else { throw HeaperError.malformed("\(name) is not a valid id") }
            return id
        }
        return nil
    }
}
