import ServiceLifecycle
import Synchronization

/// Does each piece of work once however many ask for it at the same time.
///
/// The work goes on while anybody waits for it and is cancelled when the last one has left. It runs in this service's
/// own tasks, so that no caller's end takes it from the others.
package final class SharedJobs<Key: Hashable & Sendable, Value: Sendable>: Service {
    package typealias Work = @Sendable () async throws -> Value
    private typealias Waiter = CheckedContinuation<Value, any Error>

    private struct Job: Sendable {
        let id: Int
        let key: Key
        let work: Work
        /// Its stream ends when nobody waits any more.
        let abandon: AsyncStream<Never>.Continuation
        let abandoned: AsyncStream<Never>
    }

    private struct State {
        var isStopped = false
        var lastID = 0
        var jobs: [Key: Job] = [:]
        var waiters: [Int: [Int: Waiter]] = [:]
    }

    private let state = Mutex(State())
    private let arrivals: AsyncStream<Job>
    private let arrive: AsyncStream<Job>.Continuation
    private let maxJobs: Int

    /// `maxJobs`: more different ones at a time are refused with ``MediaFailure/busy``.
    package init(maxJobs: Int) {
        self.maxJobs = maxJobs
        (arrivals, arrive) = AsyncStream.makeStream()
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await job in self.arrivals {
                    group.addTask { await self.perform(job) }
                }
                group.cancelAll()
            }
        }
        stop()
    }

    /// The result of the work under this key: of the one under way, otherwise of `work`.
    ///
    /// - Throws: what the work throws, ``MediaFailure/busy``, ``MediaFailure/stopped``, `CancellationError` when the
    ///   caller is cancelled.
    package func result(for key: Key, _ work: @escaping Work) async throws -> Value {
        let waiter = nextID()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if let refusal = join(key, work, waiter, continuation) { continuation.resume(throwing: refusal) }
            }
        } onCancel: {
            leave(key, waiter)
        }
    }

    /// How many wait for the work under this key now.
    func waiting(for key: Key) -> Int {
        state.withLock { state in state.jobs[key].flatMap { state.waiters[$0.id]?.count } ?? 0 }
    }

    private func nextID() -> Int {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    private func join(_ key: Key, _ work: @escaping Work, _ waiter: Int, _ continuation: Waiter) -> (any Error)? {
        state.withLock { state in
            if Task.isCancelled { return CancellationError() }
            if state.isStopped { return MediaFailure.stopped }
            if let job = state.jobs[key] {
                state.waiters[job.id, default: [:]][waiter] = continuation
                return nil
            }
            guard state.jobs.count < maxJobs else { return MediaFailure.busy }
            state.lastID += 1
            let (abandoned, abandon) = AsyncStream<Never>.makeStream()
            let job = Job(id: state.lastID, key: key, work: work, abandon: abandon, abandoned: abandoned)
            state.jobs[key] = job
            state.waiters[job.id] = [waiter: continuation]
            arrive.yield(job)
            return nil
        }
    }

    private func leave(_ key: Key, _ waiter: Int) {
        let (continuation, abandoned) = state.withLock { state -> (Waiter?, Job?) in
            guard let job = state.jobs[key], let continuation = state.waiters[job.id]?.removeValue(forKey: waiter)
            else {
                return (nil, nil)
            }
            guard state.waiters[job.id]?.isEmpty == true else { return (continuation, nil) }
            state.waiters[job.id] = nil
            state.jobs[key] = nil
            return (continuation, job)
        }
        abandoned?.abandon.finish()
        continuation?.resume(throwing: CancellationError())
    }

    private func perform(_ job: Job) async {
        let result = await withTaskGroup(of: Result<Value, any Error>?.self) { group in
            group.addTask {
                do { return .success(try await job.work()) } catch { return .failure(error) }
            }
            group.addTask {
                for await _ in job.abandoned {}
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            guard first == nil else { return first }
            // Nobody waits, or the service ends: then those who wait must hear it.
            return await group.next() ?? nil
        }
        finish(job, result ?? .failure(MediaFailure.stopped))
    }

    private func finish(_ job: Job, _ result: Result<Value, any Error>) {
        let waiters = state.withLock { state in
            if state.jobs[job.key]?.id == job.id { state.jobs[job.key] = nil }
            return state.waiters.removeValue(forKey: job.id) ?? [:]
        }
        let isCut = if case .failure(is CancellationError) = result { true } else { false }
        for waiter in waiters.values { waiter.resume(with: isCut ? .failure(MediaFailure.stopped) : result) }
    }

    private func stop() {
        let waiters = state.withLock { state in
            state.isStopped = true
            defer { (state.jobs, state.waiters) = ([:], [:]) }
            return state.waiters.values.flatMap(\.values)
        }
        arrive.finish()
        for waiter in waiters { waiter.resume(throwing: MediaFailure.stopped) }
    }
}
