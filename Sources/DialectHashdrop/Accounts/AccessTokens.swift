import CofferCore
import CofferHTTP

/// Signs and checks the tokens that clients send with every request.
struct AccessTokens: AccountChecking {
    static let header = #"{"alg":"HS256","typ":"JWT"}"#

    private static let issuer: JSONValue = "hashdrop"

    let tokens: AccessToken
    let life: Duration
    let database: any Database

    func sign(_ account: AccountID) async throws -> String {
        try await tokens.sign([.init("iss", Self.issuer), .init("sub", .string(account.text))], life: life)
    }

    func account(ofBearer token: String) async throws -> AccountID {
        guard let claims = try? await tokens.verify(token), claims["iss"] == Self.issuer,
            case .string(let subject)? = claims["sub"], let account = AccountID(subject),
            case .integer? = claims["iat"]
        else { throw HashdropError.invalidToken }
        let isThere = try await database.read { session in
            try session.first("SELECT 1 FROM hashdrop_users WHERE id = \(account) AND verified = 1") { _ in true }
        }
        guard isThere == true else { throw HashdropError.invalidToken }
        return account
    }
}
