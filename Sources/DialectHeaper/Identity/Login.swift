import CofferCore
import CofferHTTP

/// Logging in by signing a challenge: what both forms of it share.
struct Login: Sendable {
    private static let maxChallengeLength = 512

    let challenges: Challenges
    let users: UserStore
    let sessions: Sessions
    let keys: ServerKeys

    /// What a client sends to prove that it has a key.
    struct Proof: Sendable {
        let key: AccountKey
        let message: String
        let signature: String
        var email: String?
        /// What the server is to sign.
        var serverChallenge: String?

        /// - Parameters:
        ///   - fields: of the request.
        ///   - key: whose proof it is.
        ///   - signature: the name of the field that has the signature.
        /// - Throws: ``HeaperError/malformed(_:)``.
        init(_ fields: RequestFields, key: AccountKey, signature: String) throws {
            self.key = key
            message = try fields.required("message")
            self.signature = try fields.required(signature)
            email = try fields.email()
            serverChallenge = try fields.text("server_challenge")
            if let serverChallenge, !(1...Login.maxChallengeLength).contains(serverChallenge.unicodeScalars.count) {
                throw HeaperError.malformed("server_challenge must have 1 to \(Login.maxChallengeLength) characters")
            }
        }
    }

    /// How a login that was proven ends.
    struct Outcome: Sendable {
        let user: User
        /// Nil for an account that waits for approval.
        let tokens: Sessions.Tokens?
        /// Who this server is: its key, and its signature when one was asked for.
        let server: [JSONValue.Member]
    }

    /// Checks a proof, which uses the challenge up, and begins a session.
    ///
    /// - Throws: ``HeaperError/challengeInvalid``, ``HeaperError/signatureInvalid``,
    ///   ``HeaperError/registrationClosed``, ``HeaperError/accountRejected``; ``StorageError``.
    func prove(_ proof: Proof) async throws -> Outcome {
        let hint = try challenges.take(proof.message, of: proof.key)
        guard proof.key.hasSigned(proof.message, proof.signature) else { throw HeaperError.signatureInvalid }
        let user = try await users.admit(proof.key, email: proof.email ?? hint)
        guard user.state != .rejected else { throw HeaperError.accountRejected }
        let tokens = user.state == .approved ? try await sessions.open(for: user.id) : nil
        return Outcome(user: user, tokens: tokens, server: try server(for: proof.serverChallenge))
    }

    private func server(for challenge: String?) throws -> [JSONValue.Member] {
        var members: [JSONValue.Member] = [.init("server_public_key", .string(keys.publicKey))]
        if let challenge {
            members.append(.init("server_signature", .string(try keys.sign(challenge))))
            members.append(.init("server_challenge", .string(challenge)))
        }
        return members
    }
}

extension RequestFields {
    /// - Throws: ``HeaperError/malformed(_:)`` when the member is missing, empty, or no string.
    func required(_ name: String) throws -> String {
        guard let text = try text(name), !text.isEmpty else { throw HeaperError.malformed("\(name) is required") }
        return text
    }

    /// - Throws: ``HeaperError/malformed(_:)`` unless there is a public key.
    func publicKey() throws -> AccountKey {
        guard let key = AccountKey(try required("public_key")) else {
            throw HeaperError.malformed("public_key must be 32 bytes in base58")
        }
        return key
    }

    /// - Throws: ``HeaperError/malformed(_:)`` for one that is too long (RFC 5321, section 4.5.3.1).
    func email() throws -> String? {
        guard let email = try text("email"), !email.isEmpty else { return nil }
        guard email.utf8.count <= 254 else { throw HeaperError.malformed("email is too long") }
        return email
    }
}
