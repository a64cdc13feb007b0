import NIOCore
import NIOPosix

/// One TCP connection on which a test writes what it likes and reads whole answers.
///
/// Deliberately no HTTP library: tests send malformed heads, cut bodies and lie about lengths.
package final class TestConnection {
    package enum Failure: Error {
        case closed
        case malformed(String)
        case timedOut
    }

    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received = ByteBuffer()

    private init(
        _ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>,
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.channel = channel
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// Connects to a port of 127.0.0.1, runs the body, and closes the connection.
    package static func open<Value: Sendable>(
        port: Int,
        _ body: (TestConnection) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // Hundreds of tests share the machine.
            .connectTimeout(.seconds(60))
            // A server that answers early ends its side and reads on; what we still write must not fail for that.
            .channelOption(.allowRemoteHalfClosure, value: true)
            // Small, so that a reader who waits holds the server back instead of having the kernel take all.
            .channelOption(.socketOption(.so_rcvbuf), value: 128 * 1024)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(TestConnection(channel, inbound, outbound))
        }
    }

    package func write(_ text: String) async throws {
        try await outbound.write(ByteBuffer(string: text))
    }

    package func write(_ bytes: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: bytes))
    }

    /// Closes our side only, as a client does that has sent all it wants to send.
    package func finishWriting() {
        outbound.finish()
    }

    /// Closes the connection at once, in the middle of whatever is under way.
    package func cut() async {
        try? await channel.channel.close()
    }

    /// Reads one answer; interim ones (1xx) are skipped.
    ///
    /// `isHead`: the request was a HEAD, so no body follows whatever the headers say.
    package func readResponse(isHead: Bool = false) async throws -> TestResponse {
        while true {
            let head = try await readHead()
            guard !(100..<200).contains(head.status) else { continue }
            let body = isHead || head.status == 204 || head.status == 304 ? [] : try await readBody(of: head)
            return TestResponse(status: head.status, headers: head.headers, body: body)
        }
    }

    /// Reads the next head alone, interim ones included; its body is left to ``read(_:)``.
    package func readHead() async throws -> TestResponse {
        var lines: [String] = []
        while true {
            let line = try await readLine()
            if line.isEmpty { break }
            lines.append(line)
        }
        let parts = lines.first?.split(separator: " ") ?? []
        guard parts.count > 1, let status = Int(parts[1]) else { throw Failure.malformed(lines.first ?? "") }
        let headers = lines.dropFirst().map { line -> (name: String, value: String) in
            let field = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = field.count > 1 ? field[1].drop { $0 == " " } : ""
            return (String(field[0]), String(value))
        }
        return TestResponse(status: status, headers: headers, body: [])
    }

    /// Reads exactly this many bytes.
    package func read(_ count: Int) async throws -> [UInt8] {
        while received.readableBytes < count {
            guard try await receive() else { throw Failure.closed }
        }
        return received.readBytes(length: count) ?? []
    }

    /// Reads until the server closes.
    package func readToEnd() async throws -> [UInt8] {
        while try await receive() {}
        return received.readBytes(length: received.readableBytes) ?? []
    }

    private func readBody(of head: TestResponse) async throws -> [UInt8] {
        if let length = head.header("content-length").flatMap(Int.init) { return try await read(length) }
        guard head.header("transfer-encoding")?.lowercased() == "chunked" else { return try await readToEnd() }
        var body: [UInt8] = []
        while true {
            guard let size = Int(try await readLine().prefix { $0 != ";" }, radix: 16) else {
                throw Failure.malformed("chunk size")
            }
            body += try await read(size)
            if size == 0 {
                while try await !readLine().isEmpty {}
                return body
            }
            _ = try await readLine()
        }
    }

    private func readLine() async throws -> String {
        while true {
            let view = received.readableBytesView
            if let end = view.firstIndex(of: UInt8(ascii: "\n")) {
                var line = received.readBytes(length: end - view.startIndex + 1)?.dropLast() ?? []
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                return String(decoding: line, as: UTF8.self)
            }
            guard try await receive() else { throw Failure.closed }
        }
    }

    private func receive() async throws -> Bool {
        guard var next = try await inbound.next() else { return false }
        received.writeBuffer(&next)
        return true
    }
}
