import CofferCore
package import CofferHTTP
import Crypto
import NIOCore

/// A JSON Web Token of a test's own making (RFC 7519), which can be spoilt in every part.
package struct TestToken: Sendable {
    package var header: JSONValue
    package var claims: [String: JSONValue]
    package var key: String

    package init(header: JSONValue, claims: [String: JSONValue], key: String) {
        self.header = header
        self.claims = claims
        self.key = key
    }

    package func with(_ name: String, _ value: JSONValue?) -> TestToken {
        var copy = self
        copy.claims[name] = value
        return copy
    }

    package func header(_ header: JSONValue) -> TestToken {
        var copy = self
        copy.header = header
        return copy
    }

    package func key(_ key: String) -> TestToken {
        var copy = self
        copy.key = key
        return copy
    }

    /// Signed with HMAC-SHA-256 (HS256).
    package var text: String { signed(SHA256.self) }

    /// Signed with HMAC-SHA-512, whatever the header says.
    package var text512: String { signed(SHA512.self) }

    /// The token without a signature.
    package var unsigned: String { "\(payload)." }

    private func signed<Hash: HashFunction>(_ hash: Hash.Type) -> String {
        let secret = SymmetricKey(data: Array(key.utf8))
        let code = HMAC<Hash>.authenticationCode(for: Array(payload.utf8), using: secret)
        return "\(payload).\(Base64.encodeURL(Array(code)))"
    }

    private var payload: String {
        let members = claims.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) }
        return [header, JSONValue.object(members)].map { Base64.encodeURL(Array($0.encoded.readableBytesView)) }
            .joined(separator: ".")
    }
}
