import CofferCore
import Synchronization

/// The texts that clients were asked to sign and have not signed yet.
///
/// They live in memory: a login that a restart cuts short begins anew.
final class Challenges: Sendable {
    private static let life: Duration = .seconds(300)
    private static let maxPerKey = 5

    private struct Challenge {
        let text: [UInt8]
        let email: String?
        let expiresAt: Timestamp
    }

    private struct State {
        /// Oldest first.
        var open: [AccountKey: [Challenge]] = [:]
    }

    private let serverKey: String
    private let capacity: Int
    private let clock: any WallClock
    private let random: any RandomSource
    private let state = Mutex(State())

    /// `capacity`: how many keys may have open challenges at a time.
    init(serverKey: String, capacity: Int = 10_000, clock: any WallClock, random: any RandomSource) {
        self.serverKey = serverKey
        self.capacity = capacity
        self.clock = clock
        self.random = random
    }

    /// A new challenge for a key; the oldest of too many is void.
    func issue(to key: AccountKey, email: String?) -> String {
        let now = clock.now
        let expiresAt = now.advanced(by: Self.life)
        let text = "heaper-auth:\(serverKey):\(Base64.encodeURL(random.bytes(32))):\(expiresAt.seconds)"
        let challenge = Challenge(text: Array(text.utf8), email: email, expiresAt: expiresAt)
        state.withLock { state in
            if state.open[key] == nil, state.open.count >= capacity { makeRoom(&state, now) }
            state.open[key, default: []].append(challenge)
            if state.open[key, default: []].count > Self.maxPerKey { state.open[key]?.removeFirst() }
        }
        return text
    }

    /// Takes a challenge out, so that it is used once, whatever becomes of it.
    ///
    /// - Returns: the e-mail address that came with it, if any.
    /// - Throws: ``HeaperError/challengeInvalid`` for one that is not open for this key.
    func take(_ text: String, of key: AccountKey) throws -> String? {
        let bytes = Array(text.utf8)
        let taken = state.withLock { state -> Challenge? in
            guard let index = state.open[key]?.firstIndex(where: { $0.text == bytes }) else { return nil }
            let challenge = state.open[key]?.remove(at: index)
            if state.open[key]?.isEmpty == true { state.open[key] = nil }
            return challenge
        }
        guard let taken, taken.expiresAt > clock.now else { throw HeaperError.challengeInvalid }
        return taken.email
    }

    /// Forgets what is over; when that is not enough, the keys that have waited longest.
    private func makeRoom(_ state: inout State, _ now: Timestamp) {
        state.open = state.open.compactMapValues { challenges in
            let alive = challenges.filter { $0.expiresAt > now }
            return alive.isEmpty ? nil : alive
        }
        guard state.open.count >= capacity else { return }
        // A tenth at once, so that the search for the oldest is rare.
        let ages = state.open.map { (key: $0.key, end: $0.value.last?.expiresAt ?? now) }.sorted { $0.end < $1.end }
        for (key, _) in ages.prefix(max(1, capacity / 10)) { state.open[key] = nil }
    }
}
