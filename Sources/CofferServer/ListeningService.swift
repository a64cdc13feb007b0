import CofferCore
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// Runs the HTTP application and tells when it listens, or why it never did.
struct ListeningService: Service {
    private let application: Application<DialectMux>
    private let address: PortPromise

    init(_ application: Application<DialectMux>, address: PortPromise) {
        self.application = application
        self.address = address
    }

    func run() async throws {
        do {
            try await application.run()
        } catch {
            address.fail(error)
            throw error
        }
        address.fail(CancellationError())
    }
}

/// A port that will be known later.
final class PortPromise: Sendable {
    private struct State {
        var result: Result<Int, any Error>?
        var waiting: [CheckedContinuation<Int, any Error>] = []
    }

    private let state = Mutex(State())

    func fulfil(_ port: Int) { settle(.success(port)) }
    func fail(_ error: any Error) { settle(.failure(error)) }

    var value: Int {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state in
                    if state.result == nil { state.waiting.append(continuation) }
                    return state.result
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }

    private func settle(_ result: Result<Int, any Error>) {
        let waiting = state.withLock { state in
            guard state.result == nil else { return [CheckedContinuation<Int, any Error>]() }
            state.result = result
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: result) }
    }
}
