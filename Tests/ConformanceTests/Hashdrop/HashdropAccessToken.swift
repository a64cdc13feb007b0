import CofferCore
import CofferHTTP
import CofferTesting
import Crypto
import NIOCore

/// An access token of the test's own making (RFC 7519), signed with what the server was given.
struct HashdropAccessToken: Sendable {
    static let secret = "a secret that the test knows, too"
    static let settings = ["JWT_SECRET": secret]

    var header: JSONValue = ["alg": "HS256", "typ": "JWT"]
    var claims: [String: JSONValue]
    var key = secret

    /// As the server signs them.
    init(subject: String) {
        let now = Int64(1_700_000_000)
        claims = [
            "iss": "hashdrop", "sub": .string(subject), "iat": .integer(now), "exp": .integer(now + 900),
        ]
    }

    func with(_ name: String, _ value: JSONValue?) -> HashdropAccessToken {
        var copy = self
        copy.claims[name] = value
        return copy
    }

    func header(_ header: JSONValue) -> HashdropAccessToken {
        var copy = self
        copy.header = header
        return copy
    }

    func key(_ key: String) -> HashdropAccessToken {
        var copy = self
        copy.key = key
        return copy
    }

    private var payload: String {
        let members = claims.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) }
        return [header, JSONValue.object(members)].map { Base64.encodeURL(Array($0.encoded.readableBytesView)) }
            .joined(separator: ".")
    }

    var text: String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(payload.utf8), using: .init(data: Array(key.utf8)))
        return "\(payload).\(Base64.encodeURL(Array(code)))"
    }

    /// Signed by another hash.
    var text512: String {
        let code = HMAC<SHA512>.authenticationCode(for: Array(payload.utf8), using: .init(data: Array(key.utf8)))
        return "\(payload).\(Base64.encodeURL(Array(code)))"
    }

    /// The token without a signature.
    var unsigned: String { "\(payload)." }
}

extension HashdropClient {
    func refresh(_ token: String) async throws -> TestResponse {
        try await json("POST", "/api/token/refresh", ["refresh_token": .string(token)])
    }

    func revoke(_ token: String) async throws -> TestResponse {
        try await json("POST", "/api/token/revoke", ["refresh_token": .string(token)])
    }

    /// A request that needs nothing but a token; 404 without files.
    func list(bearer token: String) async throws -> TestResponse {
        try await server.get("/api/files/all", headers: [("Authorization", "Bearer \(token)")])
    }
}
