import CofferHTTP
import CofferTesting
import Crypto
import Foundation
import Testing

/// A session token of the test's own making (RFC 7519), signed with what the server was given.
struct SkySendSessionToken: Sendable {
    static let secret = "0123456789abcdef0123456789abcdef"
    /// A provider that answers nothing, which is enough for everything but a login.
    static let settings = [
        "OIDC_ISSUER": "http://127.0.0.1:9", "OIDC_CLIENT_ID": "coffer", "OIDC_CLIENT_SECRET": "client secret",
        "OIDC_SESSION_SECRET": secret,
    ]
    static let user: [String: JSONValue] = ["sub": "u-1", "name": "Ada", "email": "ada@example.org"]

    var header: JSONValue = ["alg": "HS256"]
    var claims: [String: JSONValue] = user.merging([
        "iat": .integer(SkySendClient.startSeconds), "exp": .integer(SkySendClient.startSeconds + 3600),
    ]) { $1 }
    var key = secret

    init() {}

    func with(_ name: String, _ value: JSONValue?) -> SkySendSessionToken {
        var copy = self
        copy.claims[name] = value
        return copy
    }

    func header(_ header: JSONValue) -> SkySendSessionToken {
        var copy = self
        copy.header = header
        return copy
    }

    func key(_ key: String) -> SkySendSessionToken {
        var copy = self
        copy.key = key
        return copy
    }

    private var payload: String {
        let members = claims.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) }
        return [header, JSONValue.object(members)].map { SkySendClient.base64url(Array($0.skySendEncoded.utf8)) }
            .joined(separator: ".")
    }

    var text: String {
        let key = SymmetricKey(data: Array(key.utf8))
        let signature = HMAC<SHA256>.authenticationCode(for: Array(payload.utf8), using: key)
        return "\(payload).\(SkySendClient.base64url(Array(signature)))"
    }

    /// The token without a signature.
    var unsigned: String { "\(payload)." }

    static func cookie(_ text: String) -> SkySendClient.Headers { [("Cookie", "skysend-auth=\(text)")] }
    static func bearer(_ text: String) -> SkySendClient.Headers { [("Authorization", "Bearer \(text)")] }
}
