import Crypto
import Synchronization

/// The SHA-256 of the beginning of an upload's file, computed while further parts arrive.
///
/// Only one caller at a time computes; others find it busy and leave the work to the next. It lives in memory: after a
/// restart the file is read again.
final class RunningDigest: Sendable {
    /// What one part's sender waits for at most.
    private static let stepBytes: Int64 = 16 << 20

    private struct State {
        var digest = SHA256()
        var bytes: Int64 = 0
        var isBusy = false
    }

    private let state = Mutex(State())

    /// Goes on towards the end of what is settled, by one step.
    func advance(to settled: Int64, in file: any PartFile) async throws {
        guard let (digest, range) = begin(settled, most: Self.stepBytes) else { return }
        try await hash(digest, range, in: file)
    }

    /// The digest of a whole file that nobody writes to any more.
    func finish(size: Int64, in file: any PartFile) async throws -> [UInt8] {
        if let (digest, range) = begin(size, most: .max) { try await hash(digest, range, in: file) }
        return state.withLock { Array($0.digest.finalize()) }
    }

    /// Begins anew if more was digested than is settled: something of it has been replaced.
    func forget(beyond settled: Int64) {
        state.withLock { state in
            if state.bytes > settled { state = State() }
        }
    }

    private func begin(_ settled: Int64, most: Int64) -> (SHA256, Range<Int64>)? {
        state.withLock { state in
            guard !state.isBusy else { return nil }
            if state.bytes > settled { state = State() }
            guard state.bytes < settled else { return nil }
            state.isBusy = true
            return (state.digest, state.bytes..<state.bytes + min(most, settled - state.bytes))
        }
    }

    private func hash(_ digest: SHA256, _ range: Range<Int64>, in file: any PartFile) async throws {
        do {
            let next = try await file.hashed(digest, over: range)
            state.withLock { state in
                state.digest = next
                state.bytes = range.upperBound
                state.isBusy = false
            }
        } catch {
            state.withLock { $0.isBusy = false }
            throw error
        }
    }
}

/// The running digests of open uploads; of very many, some are forgotten and computed anew in the end.
final class RunningDigests: Sendable {
    private static let most = 256

    private let digests = Mutex<[DropID: RunningDigest]>([:])

    subscript(drop: DropID) -> RunningDigest {
        digests.withLock { digests in
            if let known = digests[drop] { return known }
            if digests.count >= Self.most, let other = digests.keys.first { digests[other] = nil }
            let new = RunningDigest()
            digests[drop] = new
            return new
        }
    }

    func forget(_ drop: DropID) {
        digests.withLock { $0[drop] = nil }
    }
}
