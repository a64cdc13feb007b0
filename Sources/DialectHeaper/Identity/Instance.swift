import CofferHTTP

/// What this server says of itself.
struct Instance: Sendable {
    let name: String
    let version: String
    let publicKey: String

    /// What several answers show.
    func members(baseURL: String) -> [JSONValue.Member] {
        [
            .init("version", .string(version)),
            .init("name", .string(name)),
            .init("public_url", .string(baseURL)),
        ]
    }
}
