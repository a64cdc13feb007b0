import CofferCore
import CofferHTTP
import Logging
import NIOCore
import Synchronization

/// One upload over a WebSocket: init, bytes, finalize.
///
/// Client: text `{"type":"init","headers":{…}}`, then binary messages, then text `{"type":"finalize"}`. Server: `ready`
/// with the id and `storage`, then `keepalive` while it works, then `done` and a close with 1000. Every failure is told by
/// an `error` message and a close with its code. What has not come to `done` leaves nothing behind.
///
/// Source: SkySend contract, section 6.
struct UploadSocket: Sendable {
    /// What ends an upload early, with the code of the close.
    struct Failure: Error, Equatable {
        let code: WebSocketCloseCode
        let message: String

        init(_ code: WebSocketCloseCode, _ message: String) {
            self.code = code
            self.message = message
        }
    }

    /// The peer is gone; nobody is left to be told.
    private struct Gone: Error {}

    private static let keepaliveInterval: Duration = .seconds(5)

    let files: FileStore
    let blobs: any BlobStore
    let pace: UploadPace
    let client: ClientAddress
    /// A page of a site that may not call opened this connection.
    let isForeign: Bool
    let logger: Logger

    func run(_ session: WebSocketSession) async {
        let watch = SocketWatch(clock: files.clock)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run { await tell($0, session) } }
            do {
                try await upload(session, watch)
            } catch let failure as Failure {
                await tell(failure, session)
            } catch is Gone {
            } catch {
                await tell(faulted(error), session)
            }
            group.cancelAll()
        }
    }

    private func tell(_ failure: Failure, _ session: WebSocketSession) async {
        try? await send(["type": "error", "message": .string(failure.message)], session)
        await session.close(failure.code, reason: failure.message)
    }

    private func faulted(_ error: any Error) -> Failure {
        let known = SkySendError(error, now: files.clock.now)
        switch known {
        case .quotaExceeded, .quotaUsedUp: return Failure(.policyViolation, known.sentence)
        default:
            logger.error("upload failed", metadata: ["error": "\(error)"])
            return Failure(.internalError, known.sentence)
        }
    }

    /// - Throws: ``Gone`` when the client is not there to read it.
    private func send(_ message: JSONValue, _ session: WebSocketSession) async throws {
        do {
            try await session.send(.text(String(buffer: message.encoded)))
        } catch {
            throw Gone()
        }
    }

    // MARK: The upload

    private func upload(_ session: WebSocketSession, _ watch: SocketWatch) async throws {
        if isForeign { throw Failure(.policyViolation, "Origin not allowed") }
        watch.expect(within: .seconds(30), "Timed out waiting for init message")
        guard let first = await session.next() else { throw Gone() }
        let parameters = try parameters(first)
        let id = UUIDText.random(files.random)
        let reservation = try await files.quota.reserve(parameters.size, for: client.limitKey)
        do {
            let writer = try await blobs.makeWriter(BlobRequest(maxBytes: parameters.size, wantsSHA256: false))
            do {
                try await send(["type": "ready", "id": .string(id)], session)
                try await send(["type": "storage", "backend": "filesystem"], session)
                try await receive(writer, size: parameters.size, session, watch)
                watch.pause()
                try await finish(writer, id, parameters, reservation, session)
            } catch {
                await writer.cancel()
                throw error
            }
        } catch {
            await files.quota.release(reservation)
            throw error
        }
        try? await send(["type": "done", "id": .string(id)], session)
        await session.close(.normal, reason: "done")
    }

    private func parameters(_ message: WebSocketMessage) throws -> UploadParameters {
        guard case .text(let text) = message else { throw Failure(.unacceptableData, "Expected init message") }
        guard let value = JSONValue(parsing: ByteBuffer(string: text)) else {
            throw Failure(.unacceptableData, "Invalid JSON in init message")
        }
        guard value["type"] == "init" else {
            throw Failure(.unacceptableData, "First message must be of type 'init'")
        }
        do {
            return try UploadParameters(value["headers"] ?? [:], limits: files.settings.files)
        } catch SkySendError.parameters {
            throw Failure(.policyViolation, "Invalid upload headers")
        } catch let error as SkySendError {
            throw Failure(.policyViolation, error.sentence)
        }
    }

    /// Takes binary messages until the client asks to finalize.
    private func receive(
        _ writer: any BlobWriter,
        size: Int64,
        _ session: WebSocketSession,
        _ watch: SocketWatch
    ) async throws {
        let start = files.clock.now
        while true {
            watch.expect(within: .seconds(300), "Timed out waiting for data")
            switch await session.next() {
            case nil: throw Gone()
            case .binary(let bytes)?:
                guard writer.size + Int64(bytes.readableBytes) <= size else {
                    throw Failure(.policyViolation, "Received more bytes than declared content length")
                }
                guard bytes.readableBytes > 0 else { continue }
                try await writer.write(bytes)
                try await pace.wait(for: writer.size, since: start)
            case .text(let text)?:
                guard let value = JSONValue(parsing: ByteBuffer(string: text)) else {
                    throw Failure(.unacceptableData, "Invalid JSON after init")
                }
                guard value["type"] == "finalize" else {
                    throw Failure(.unacceptableData, "Unexpected control message")
                }
                guard writer.size == size else {
                    throw Failure(.policyViolation, SkySendError.sizeMismatch.sentence)
                }
                return
            }
        }
    }

    /// Makes the upload visible; whatever the client says before that is done ends it without one.
    private func finish(
        _ writer: any BlobWriter,
        _ id: String,
        _ parameters: UploadParameters,
        _ reservation: ClientQuota.Reservation?,
        _ session: WebSocketSession
    ) async throws {
        let interruption = Interruption()
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { interruption.note(await session.next()) }
            group.addTask {
                while true {
                    try await files.clock.sleep(until: files.clock.now.advanced(by: Self.keepaliveInterval))
                    // Without waiting: a send that is cancelled half-way would end the connection.
                    session.post(.text(#"{"type":"keepalive"}"#))
                }
            }
            let staged = try await writer.finish()
            if let early = interruption.failure {
                await blobs.erase(staged.blob)
                throw early
            }
            let drop = try await files.insert(id, parameters, staged, reservation: reservation)
            if let late = interruption.failure {
                _ = try await files.drops.delete(drop)
                throw late
            }
        }
    }

    /// What came from the client while its upload was being stored.
    private final class Interruption: Sendable {
        private let first = Mutex<(any Error)?>(nil)

        var failure: (any Error)? { first.withLock { $0 } }

        func note(_ message: WebSocketMessage?) {
            guard !Task.isCancelled else { return }
            let failure: any Error =
                switch message {
                case nil: Gone()
                case .binary?: Failure(.protocolError, "Binary frame after finalize")
                case .text?: Failure(.protocolError, "Finalize already in progress")
                }
            first.withLock { $0 = failure }
        }
    }
}
