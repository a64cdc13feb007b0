import CSodium
import NIOPosix
import Synchronization

/// Argon2id hashes of passwords that people chose, computed on threads of their own.
///
/// Each hash takes 19 MiB and some 20 ms of one core (OWASP's second Argon2id setting: 19 MiB, 2 passes), so that
/// at most two run at once and a bounded number waits; past that, callers are refused instead of queued.
package final class PasswordHasher: Sendable {
    package enum Failure: Error {
        /// More hashes are waiting than this hasher accepts.
        case busy
        /// The library could not compute the hash, for example for want of memory.
        case unavailable
    }

    private static let memoryBytes = 19 * 1024 * 1024
    private static let passes: UInt64 = 2
    private let threads: NIOThreadPool
    private let waiting = Mutex(0)
    private let maxWaiting: Int

    package init(threads count: Int = 2, maxWaiting: Int = 64) {
        self.maxWaiting = maxWaiting
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    /// The hash of a password in PHC string form (`$argon2id$v=19$…`), with a random salt inside.
    package func hash(_ password: String) async throws -> String {
        try await run {
            var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
            let utf8 = Array(password.utf8).map { CChar(bitPattern: $0) }
            let status = crypto_pwhash_str_alg(
                &text,
                utf8,
                UInt64(utf8.count),
                Self.passes,
                Self.memoryBytes,
                crypto_pwhash_ALG_ARGON2ID13
            )
            guard status == 0 else { throw Failure.unavailable }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Tells whether `hash` was made of this password.
    package func verify(_ password: String, against hash: String) async throws -> Bool {
        try await run {
            let utf8 = Array(password.utf8).map { CChar(bitPattern: $0) }
            return crypto_pwhash_str_verify(hash, utf8, UInt64(utf8.count)) == 0
        }
    }

    private func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let admitted = waiting.withLock { count in
            guard count < maxWaiting else { return false }
            count += 1
            return true
        }
        guard admitted else { throw Failure.busy }
        defer { waiting.withLock { $0 -= 1 } }
        return try await threads.runIfActive {
            guard sodium_init() >= 0 else { throw Failure.unavailable }
            return try work()
        }
    }
}
