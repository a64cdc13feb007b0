import CofferCore
import CofferHTTP
import Hummingbird
import NIOCore

/// Small JSON bodies, parsed whatever their Content-Type says.
enum JSONBody {
    /// For the bodies that hold a token and nothing else of size.
    static let tokenBytes = 16_384

    /// An object.
    ///
    /// - Throws: ``SkySendError/bodyTooLarge``, ``SkySendError/badJSON``.
    static func object(_ request: Request, upTo limit: Int) async throws -> JSONValue {
        guard let value = try await optionalObject(request, upTo: limit) else { throw SkySendError.badJSON }
        return value
    }

    /// An object; nil for an empty body.
    ///
    /// - Throws: ``SkySendError/bodyTooLarge``, ``SkySendError/badJSON``.
    static func optionalObject(_ request: Request, upTo limit: Int) async throws -> JSONValue? {
        let bytes = try await request.collected(upTo: limit)
        guard bytes.readableBytes > 0 else { return nil }
        guard let value = JSONValue(parsing: bytes), case .object = value else { throw SkySendError.badJSON }
        return value
    }

    /// The member `authToken`, a string with something in it.
    static func authToken(_ body: JSONValue) -> String? {
        guard case .string(let token)? = body["authToken"], !token.isEmpty else { return nil }
        return token
    }
}

extension JSONValue {
    /// A time as JavaScript writes it.
    static func time(_ time: Timestamp) -> JSONValue {
        .string(CalendarTime(time).internetDateTimeWithMilliseconds)
    }
}
