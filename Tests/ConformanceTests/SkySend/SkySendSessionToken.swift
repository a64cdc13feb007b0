import CofferHTTP
import CofferTesting

/// Session tokens of a test's own making, signed with what the server was given.
enum SkySendSessionToken {
    static let secret = "0123456789abcdef0123456789abcdef"
    /// A provider that answers nothing, which is enough for everything but a login.
    static let settings = [
        "OIDC_ISSUER": "http://127.0.0.1:9", "OIDC_CLIENT_ID": "coffer", "OIDC_CLIENT_SECRET": "client secret",
        "OIDC_SESSION_SECRET": secret,
    ]
    static let user: [String: JSONValue] = ["sub": "u-1", "name": "Ada", "email": "ada@example.org"]

    /// Of a login at the moment when the server starts.
    static var token: TestToken {
        let times: [String: JSONValue] = [
            "iat": .integer(SkySendClient.startSeconds), "exp": .integer(SkySendClient.startSeconds + 3600),
        ]
        return TestToken(header: ["alg": "HS256"], claims: user.merging(times) { $1 }, key: secret)
    }

    static func cookie(_ text: String) -> SkySendClient.Headers { [("Cookie", "skysend-auth=\(text)")] }
    static func bearer(_ text: String) -> SkySendClient.Headers { [("Authorization", "Bearer \(text)")] }
}
