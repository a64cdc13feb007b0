package import CofferCore
import JWTKit
import NIOCore

/// Signed JSON Web Tokens of our own (RFC 7519, HS256), made and checked with one secret.
///
/// The library verifies; the text is put together here, because the dialects promise exact headers.
package struct AccessToken: Sendable {
    package enum Failure: Error {
        /// Not a token, another algorithm, a wrong signature, or an `exp` that is missing or over.
        case invalid
    }

    private let header: String
    private let keys: JWTKeyCollection
    private let clock: any WallClock

    /// - Parameters:
    ///   - secret: its UTF-8 bytes are the key.
    ///   - header: what tokens begin with, as JSON text.
    ///   - clock: tells when tokens are over.
    package init(secret: String, header: String = #"{"alg":"HS256"}"#, clock: any WallClock) async {
        self.header = header
        keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        self.clock = clock
    }

    /// Signs claims; `iat` and `exp` are added, in seconds.
    package func sign(_ claims: [JSONValue.Member], life: Duration) async throws -> String {
        let now = clock.now.seconds
        let payload = JSONValue.object(
            claims + [.init("iat", .integer(now)), .init("exp", .integer(now + life.components.seconds))]
        )
        let head = Base64.encodeURL(Array(header.utf8))
        let input = "\(head).\(Base64.encodeURL(Array(payload.encoded.readableBytesView)))"
        let signature = try await keys.getKey().sign(Array(input.utf8))
        return "\(input).\(Base64.encodeURL(signature))"
    }

    /// The claims of a token whose signature is right and whose time is not over.
    ///
    /// - Throws: ``Failure/invalid``.
    package func verify(_ token: String) async throws -> JSONValue {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, token.utf8.count <= 16_384,
            let head = Base64.decodeURL(parts[0]), JSONValue(parsing: ByteBuffer(bytes: head))?["alg"] == "HS256",
            let body = Base64.decodeURL(parts[1]), let claims = JSONValue(parsing: ByteBuffer(bytes: body)),
            case .integer(let end)? = claims["exp"], end > clock.now.seconds,
            (try? await keys.verify(token, as: AnyClaims.self)) != nil
        else { throw Failure.invalid }
        return claims
    }
}

/// Lets the library check a signature; the claims are read and judged by the caller.
struct AnyClaims: JWTPayload {
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws {}
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
