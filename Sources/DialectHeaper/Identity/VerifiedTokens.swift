import CofferCore
import CofferHTTP
import Synchronization

/// Remembers tokens whose signature was checked, because that check is the dearest part of a small request.
///
/// Nothing else is remembered: the end of a token is compared each time, and whether its login still counts is for the
/// caller to ask.
final class VerifiedTokens: Sendable {
    private static let capacity = 4096

    private struct Entry {
        let claims: JSONValue
        let end: Int64
    }

    private let tokens: AccessToken
    private let clock: any WallClock
    /// By the token's bytes, because texts that look alike are equal as strings.
    private let entries = Mutex<[[UInt8]: Entry]>([:])

    init(tokens: AccessToken, clock: any WallClock) {
        self.tokens = tokens
        self.clock = clock
    }

    /// - Throws: ``AccessToken/Failure``.
    func claims(of token: String) async throws -> JSONValue {
        let key = Array(token.utf8)
        if let entry = entries.withLock({ $0[key] }) {
            guard entry.end > clock.now.seconds else { throw AccessToken.Failure.invalid }
            return entry.claims
        }
        let claims = try await tokens.verify(token)
        guard case .integer(let end)? = claims["exp"] else { throw AccessToken.Failure.invalid }
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeAll(keepingCapacity: true) }
            entries[key] = Entry(claims: claims, end: end)
        }
        return claims
    }
}
