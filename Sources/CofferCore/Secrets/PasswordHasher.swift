import CSodium
import Glibc
import NIOPosix
import Synchronization

/// Argon2id hashes of passwords that people chose, computed on threads of their own.
///
/// Each hash takes its memory and tens of milliseconds of one core, so that at most two run at once and a bounded number
/// waits; past that, callers are refused instead of queued. The threads give way to all others, so that people who log
/// in do not keep those waiting who only fetch a file.
package final class PasswordHasher: Sendable {
    package enum Failure: Error {
        /// More hashes are waiting than this hasher accepts.
        case busy
        /// The library could not compute the hash, for example for want of memory.
        case unavailable
        /// What should be a hash is none, so that no work was done.
        case malformedHash
    }

    /// What a hash costs whoever computes it; checking one costs what it was made with.
    package struct Cost: Sendable {
        /// OWASP's second Argon2id setting.
        package static let standard = Cost(memoryBytes: 19 * 1024 * 1024, passes: 2)

        let memoryBytes: Int
        let passes: UInt64

        package init(memoryBytes: Int, passes: UInt64) {
            self.memoryBytes = memoryBytes
            self.passes = passes
        }
    }

    /// Added to the niceness of the threads (nice(2)).
    private static let niceness: CInt = 5
    private let threads: NIOThreadPool
    private let waiting = Mutex(0)
    private let maxWaiting: Int

    package init(threads count: Int = 2, maxWaiting: Int = 64) {
        self.maxWaiting = maxWaiting
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    /// The hash of a password in PHC string form (`$argon2id$v=19$…`), with a random salt inside.
    package func hash(_ password: String, cost: Cost = .standard) async throws -> String {
        try await run {
            var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
            let utf8 = Array(password.utf8).map { CChar(bitPattern: $0) }
            let status = crypto_pwhash_str_alg(
                &text,
                utf8,
                UInt64(utf8.count),
                cost.passes,
                cost.memoryBytes,
                crypto_pwhash_ALG_ARGON2ID13
            )
            guard status == 0 else { throw Failure.unavailable }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Tells whether `hash` was made of this password.
    ///
    /// - Throws: ``Failure``; a hash that cannot be read is an error, because answering without the work would show.
    package func verify(_ password: String, against hash: String) async throws -> Bool {
        try await run {
            let isReadable = crypto_pwhash_str_needs_rehash(hash, Cost.standard.passes, Cost.standard.memoryBytes) >= 0
            guard isReadable else { throw Failure.malformedHash }
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
            // On Linux niceness belongs to a thread, and 0 is the one that asks; setting it again changes nothing.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
            return try work()
        }
    }
}
