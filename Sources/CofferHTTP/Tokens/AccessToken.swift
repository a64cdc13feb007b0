package import CofferCore
import Crypto
import JWTKit
import NIOCore

/// Signed JSON Web Tokens of our own (RFC 7519), made and checked with one key: HS256, or EdDSA with Ed25519.
///
/// The library verifies; the text is put together here, because the dialects promise exact headers.
package struct AccessToken: Sendable {
    package enum Failure: Error {
        /// Not a token, another algorithm, a wrong signature, or an `exp` that is missing or over.
        case invalid
    }

    private static let maxBytes = 16_384

    private let header: String
    private let algorithm: JSONValue
    private let keyName: JSONValue?
    private let keys: JWTKeyCollection
    private let clock: any WallClock

    /// Tokens of HS256.
    ///
    /// - Parameters:
    ///   - secret: its UTF-8 bytes are the key.
    ///   - header: what tokens begin with, as JSON text.
    ///   - clock: tells when tokens are over.
    package init(secret: String, header: String = #"{"alg":"HS256"}"#, clock: any WallClock) async {
        self.header = header
        algorithm = "HS256"
        keyName = nil
        keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        self.clock = clock
    }

    /// Tokens of EdDSA (RFC 8037), which name their key.
    ///
    /// - Parameters:
    ///   - seed: the private key of Ed25519, 32 bytes.
    ///   - keyName: `kid` of every token; one that names another key is refused.
    ///   - clock: tells when tokens are over.
    /// - Throws: when the seed has another length.
    package init(seed: [UInt8], keyName: String, clock: any WallClock) async throws {
        header = #"{"alg":"EdDSA","typ":"JWT","kid":"\#(keyName)"}"#
        algorithm = "EdDSA"
        self.keyName = .string(keyName)
        keys = JWTKeyCollection()
        let key = EdDSA.PrivateKey(backing: try Curve25519.Signing.PrivateKey(rawRepresentation: seed))
        await keys.add(eddsa: key, kid: JWKIdentifier(string: keyName))
        self.clock = clock
    }

    /// Signs claims; `iat` and `exp` are added, in seconds.
    ///
    /// `start`: when the token's life begins; now, unless another time is given.
    package func sign(_ claims: [JSONValue.Member], from start: Timestamp? = nil, life: Duration) async throws -> String
    {
        let now = (start ?? clock.now).seconds
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
    /// A token has one spelling: a last digit that differs only in bits beyond the signature is refused, though the
    /// library would take it for the same bytes.
    ///
    /// - Throws: ``Failure/invalid``.
    package func verify(_ token: String) async throws -> JSONValue {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, token.utf8.count <= Self.maxBytes,
            let head = Base64.decodeExactURL(parts[0]), let header = JSONValue(parsing: ByteBuffer(bytes: head)),
            header["alg"] == algorithm, header["crit"] == nil, keyName == nil || header["kid"] == keyName,
            let body = Base64.decodeExactURL(parts[1]), let claims = JSONValue(parsing: ByteBuffer(bytes: body)),
            case .integer(let end)? = claims["exp"], end > clock.now.seconds, Base64.decodeExactURL(parts[2]) != nil,
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
