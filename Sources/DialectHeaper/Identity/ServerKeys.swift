import CofferCore
import Crypto

/// The two key pairs of this server, made on first start and kept in the database.
///
/// They must differ: a caller chooses what the first one signs, and could have a token signed in the guise of a challenge
/// (contract, section 3).
struct ServerKeys: Sendable {
    private static let names = ["identity-key", "token-key"]

    /// Shows clients that it is this server; signs what they choose.
    let identity: Curve25519.Signing.PrivateKey
    /// Signs tokens.
    let tokenSeed: [UInt8]

    /// - Throws: ``StorageError``.
    init(_ database: any Database, random: any RandomSource) async throws {
        let made = Self.names.map { ($0, random.hex(byteCount: 32)) }
        let kept = try await database.write { session -> [String: String] in
            for (name, value) in made {
                try session.execute(
                    "INSERT INTO heaper_secrets (name, value) VALUES (\(name), \(value)) ON CONFLICT (name) DO NOTHING"
                )
            }
            let pairs = try session.query("SELECT name, value FROM heaper_secrets") { ($0.text(0), $0.text(1)) }
            return Dictionary(pairs) { first, _ in first }
        }
        func seed(_ name: String) throws -> [UInt8] {
            guard let seed = kept[name].flatMap({ Hex.decode($0) }), seed.count == 32 else {
                throw StorageError.unavailable("no secret \(name)")
            }
            return seed
        }
        identity = try Curve25519.Signing.PrivateKey(rawRepresentation: try seed(Self.names[0]))
        tokenSeed = try seed(Self.names[1])
    }

    var publicKey: String { AccountKey(identity.publicKey).text }

    /// The name of the token key in tokens.
    var tokenKeyName: String {
        get throws {
            let key = try Curve25519.Signing.PrivateKey(rawRepresentation: tokenSeed)
            return Base58.encode(Array(SHA256.hash(data: key.publicKey.rawRepresentation)).prefix(16))
        }
    }

    /// The signature that proves who this server is, in base58.
    func sign(_ challenge: String) throws -> String {
        Base58.encode(Array(try identity.signature(for: Array(challenge.utf8))))
    }
}
