import AsyncHTTPClient
package import CofferCore
import Crypto
import Dispatch
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Talks to one bucket of an S3 service.
///
/// Every request is signed in its headers (Signature Version 4), bounded in time, and sent again after a pause when the
/// service is busy or the connection failed. Errors are ``StorageError``s whose texts are for the operator's log; the
/// secret never is in one.
package final class S3Client: Sendable {
    package let location: S3Location
    let key: SigningKey
    private let timing: S3Timing
    private let clock: any WallClock
    private let random: any RandomSource
    private let http: HTTPClient
    private let isShutDown = Atomic(false)

    /// How much of an answer that is no object is read.
    static let maxAnswerBytes = 4 * 1024 * 1024

    /// `clock`: the real time of day; S3 refuses signatures of another.
    package init(
        _ location: S3Location,
        key: SigningKey,
        timing: S3Timing = S3Timing(),
        clock: any WallClock,
        random: any RandomSource
    ) {
        self.location = location
        self.key = key
        self.timing = timing
        self.clock = clock
        self.random = random
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(
            connect: .milliseconds(timing.connect.wholeMilliseconds),
            read: .milliseconds(timing.answer.wholeMilliseconds),
            write: .milliseconds(timing.answer.wholeMilliseconds)
        )
        // Without this a refused connection is tried again until the whole time is over.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Readers hold a connection as long as their clients read.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
        http = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }

    package convenience init(_ settings: S3Settings, clock: any WallClock, random: any RandomSource) {
        self.init(settings.location, key: settings.key, timing: settings.timing, clock: clock, random: random)
    }

    deinit {
        // The library ends the process when a client goes without having been shut down.
        if !isShutDown.load(ordering: .acquiring) { http.shutdown(queue: .global()) { _ in } }
    }

    /// Ends the connections; requests that are under way fail.
    package func shutdown() async throws {
        guard isShutDown.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        try await http.shutdown()
    }

    var now: Timestamp { clock.now }

    // MARK: One request

    /// A request before it is signed.
    struct Call {
        /// For error texts: “read an object”.
        let action: String
        var method = "GET"
        /// Not encoded.
        let path: String
        /// Not encoded.
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var body = S3Body.none
        /// Sent once only, for those who ask often or have a queue of their own.
        var isOneShot = false
    }

    /// Sends a request, again if need be, until `read` is content with the answer.
    ///
    /// - Throws: ``StorageError``; `CancellationError`.
    func perform<Value>(
        _ call: Call,
        _ read: (HTTPClientResponse) async throws -> Value
    ) async throws -> Value {
        let started = ContinuousClock.now
        var attempt = 1
        while true {
            do {
                return try await once(call, read)
            } catch let failure as S3Failure {
                try Task.checkCancellation()
                let isLast = call.isOneShot || attempt >= timing.attempts
                guard failure.isTransient, !isLast, ContinuousClock.now - started < timing.answer else {
                    throw failure.error
                }
                let longest = timing.longestPause(before: attempt).wholeMilliseconds
                try await Task.sleep(for: .milliseconds(random.number(below: Int(longest) + 1)))
                attempt += 1
            }
        }
    }

    private func once<Value>(_ call: Call, _ read: (HTTPClientResponse) async throws -> Value) async throws -> Value {
        do {
            let limit = timing.limit(for: call.body.count).wholeMilliseconds
            let response = try await http.execute(request(call), deadline: .now() + .milliseconds(limit))
            return try await read(response)
        } catch {
            switch error {
            case is S3Failure, is StorageError, is CancellationError, is BlobError: throw error
            default: throw S3Failure(error, doing: call.action, at: location.name)
            }
        }
    }

    private func request(_ call: Call) -> HTTPClientRequest {
        let time = SigningTime(clock.now)
        let payload: String
        switch call.body {
        case .none: payload = Hex.encode(Array(SHA256.hash(data: [UInt8]())))
        case .bytes, .pieces: payload = CanonicalRequest.unsignedPayload
        }
        let own: [(name: String, value: String)] = [
            ("host", PresignedURL.host(of: location.base)), ("x-amz-content-sha256", payload),
            ("x-amz-date", time.text),
        ]
        let canonical = CanonicalRequest(
            method: call.method,
            path: AWSText.path(call.path.utf8),
            query: call.query.map { .init(plain: $0.name, $0.value) },
            headers: own + call.headers,
            payload: payload
        )
        let query = canonical.queryText
        var request = HTTPClientRequest(url: location.base + canonical.path + (query.isEmpty ? "" : "?\(query)"))
        request.method = HTTPMethod(rawValue: call.method)
        for header in own + call.headers { request.headers.add(name: header.name, value: header.value) }
        request.headers.add(
            name: "authorization",
            value: "\(SigningKey.algorithm) Credential=\(key.accessKeyID)/\(key.scope(on: time.day)), "
                + "SignedHeaders=\(canonical.signedHeaders), Signature=\(key.signature(of: canonical, at: time))"
        )
        request.body = call.body.request
        return request
    }

    // MARK: Answers

    /// The rest of an answer that is no object.
    func collect(_ response: HTTPClientResponse, of call: Call) async throws -> ByteBuffer {
        do {
            return try await response.body.collect(upTo: Self.maxAnswerBytes)
        } catch is NIOTooManyBytesError {
            throw strange("it is too long", in: call)
        }
    }

    /// - Throws: ``S3Failure`` unless the status is one of those.
    func expect(_ statuses: Set<UInt>, _ response: HTTPClientResponse, of call: Call) async throws {
        guard !statuses.contains(response.status.code) else { return }
        let body = (try? await response.body.collect(upTo: 64 * 1024)) ?? ByteBuffer()
        throw S3Failure(response.status, body: body, doing: call.action, at: location.name)
    }

    func strange(_ what: String, in call: Call) -> S3Failure {
        S3Failure(strange: what, doing: call.action, at: location.name)
    }

    /// An XML document of this name.
    func document(_ name: String, _ response: HTTPClientResponse, of call: Call) async throws -> XMLElement {
        let body = try await collect(response, of: call)
        guard let root = XMLElement(parsing: body) else { throw strange("it is no XML", in: call) }
        // S3 may find that something is wrong after it has said 200.
        guard root.name != "Error" else {
            throw S3Failure(.internalServerError, body: body, doing: call.action, at: location.name)
        }
        guard root.name == name else { throw strange("<\(root.name)> instead of <\(name)>", in: call) }
        return root
    }
}
