import CofferCore

/// Ends accounts together with everything they have.
struct AccountEnds: Sendable {
    let accounts: AccountStore
    let files: FileStore
    let objects: any ObjectPlace

    /// Removes an account, its files, codes and tokens in one transaction, then the bytes.
    ///
    /// Access tokens that are still around stand for nobody from then on.
    func end(_ id: AccountID) async throws {
        let doomed = try await accounts.database.write { session in
            let doomed = try files.removeAll(of: id, in: session)
            try accounts.delete(id, in: session)
            return doomed
        }
        await objects.erase(doomed)
    }

    /// Removes all accounts and files.
    func endAll() async throws {
        let doomed = try await accounts.database.write { session in
            let doomed = try files.removeEverything(in: session)
            try accounts.deleteAll(in: session)
            return doomed
        }
        await objects.erase(doomed)
    }
}
