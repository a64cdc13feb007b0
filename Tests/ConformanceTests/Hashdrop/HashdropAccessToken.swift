import CofferHTTP
import CofferTesting

/// Access tokens of a test's own making, signed with what the server was given.
enum HashdropAccessToken {
    static let secret = "a secret that the test knows, too"
    static let settings = ["JWT_SECRET": secret]

    /// As the server signs them.
    static func token(for subject: String) -> TestToken {
        let now = Int64(1_700_000_000)
        let claims: [String: JSONValue] = [
            "iss": "hashdrop", "sub": .string(subject), "iat": .integer(now), "exp": .integer(now + 900),
        ]
        return TestToken(header: ["alg": "HS256", "typ": "JWT"], claims: claims, key: secret)
    }
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
