import CofferCore
import Glibc
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// Runs the HTTP application and tells when it listens, or why it never did.
struct ListeningService: Service {
    /// The server cannot listen where it was told to.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let application: Application<DialectMux>
    private let address: PortPromise
    private let place: String

    /// `place` is what the operator asked for, for messages: `127.0.0.1:8080`.
    init(_ application: Application<DialectMux>, address: PortPromise, place: String) {
        self.application = application
        self.address = address
        self.place = place
    }

    func run() async throws {
        do {
            try await application.run()
        } catch {
            let failure = reason(for: error)
            address.fail(failure)
            throw failure
        }
        address.fail(CancellationError())
    }
}

extension ListeningService {
    private func reason(for error: any Error) -> any Error {
        if let system = error as? IOError {
            let text = String(cString: strerror(system.errnoCode))
            return Failure(description: "The server cannot listen on \(place): \(text).")
        }
        if error is SocketAddressError || "\(error)".contains("getaddrinfo") {
            return Failure(description: "The server cannot listen on \(place): it is no address of this machine.")
        }
        return error
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
