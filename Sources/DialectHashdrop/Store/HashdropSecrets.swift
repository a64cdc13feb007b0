import CofferCore

/// The keys of this dialect: those of the settings, and for the rest those that were made on first start.
struct HashdropSecrets: Sendable {
    /// Signs access tokens.
    let accessTokens: String
    /// Digests refresh tokens.
    let refreshTokens: String
    /// Goes into the digests of one-time passwords.
    let otps: String
    /// Turns account ids into what links show of them.
    let userIDSalt: String
    /// Signs the URLs of the embedded object store.
    let objectURLs: String

    static let migrations = [
        Migration(
            module: "hashdrop",
            name: "002-secrets",
            statements: ["CREATE TABLE hashdrop_secrets (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL)"]
        )
    ]

    init(_ settings: SecretSettings, database: any Database, random: any RandomSource) async throws {
        let names = ["access-tokens", "refresh-tokens", "otps", "user-id-salt", "object-urls"]
        let made = names.map { ($0, random.hex(byteCount: 32)) }
        let kept = try await database.write { session -> [String: String] in
            for (name, value) in made {
                try session.execute(
                    "INSERT INTO hashdrop_secrets (name, value) VALUES (\(name), \(value)) ON CONFLICT (name) DO NOTHING"
                )
            }
            let pairs = try session.query("SELECT name, value FROM hashdrop_secrets") { ($0.text(0), $0.text(1)) }
            return Dictionary(pairs) { first, _ in first }
        }
        func secret(_ name: String, _ own: String?) throws -> String {
            guard let value = own ?? kept[name] else { throw StorageError.unavailable("no secret \(name)") }
            return value
        }
        accessTokens = try secret("access-tokens", settings.accessTokens)
        refreshTokens = try secret("refresh-tokens", settings.refreshTokens)
        otps = try secret("otps", settings.otps)
        userIDSalt = try secret("user-id-salt", settings.userIDSalt)
        objectURLs = try secret("object-urls", nil)
    }
}
