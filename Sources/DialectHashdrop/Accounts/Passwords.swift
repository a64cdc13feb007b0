import CofferCore

/// Hashes and checks account passwords, at the cost the contract names: 64 MiB, one pass.
///
/// The contract's second number of lanes is the machine's; the library computes one, which costs an attacker the same.
struct Passwords: Sendable {
    static let minBytes = 8

    private static let cost = PasswordHasher.Cost(memoryBytes: 64 * 1024 * 1024, passes: 1)
    /// Nobody's password, at the same cost: what is checked for addresses without an account.
    private static let nobody =
        "$argon2id$v=19$m=65536,t=1,p=1$Y29mZmVyIG5vYm9keSBzYQ$bm8gcGFzc3dvcmQgaGFzIHRoaXMgaGFzaCwgZXZlciE"

    let hasher: PasswordHasher
    let accounts: AccountStore

    func hash(_ password: String) async throws -> String {
        try await hasher.hash(password, cost: Self.cost)
    }

    /// The verified account that has this address and password.
    ///
    /// An address that nobody has costs as much work as a wrong password, so that time does not tell them apart.
    ///
    /// - Throws: ``HashdropError/wrongCredentials``; ``PasswordHasher/Failure``.
    func account(email: String, password: String) async throws -> Account {
        let account = try await accounts.account(withEmail: email)
        let isRight = try await hasher.verify(password, against: account?.passwordHash ?? Self.nobody)
        guard let account, account.isVerified, isRight else { throw HashdropError.wrongCredentials }
        return account
    }
}
