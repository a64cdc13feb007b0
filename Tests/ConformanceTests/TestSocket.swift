import CofferHTTP
import CofferTesting
import Crypto
import Foundation
import Testing

/// One WebSocket to a test server, frame by frame (RFC 6455).
class TestSocket {
    typealias Headers = [(String, String)]

    enum Opcode: UInt8, Sendable {
        case more = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10
    }

    enum Event: Equatable, Sendable {
        case text(String)
        case binary([UInt8])
        case pong([UInt8])
        case close(code: Int, reason: String)
        /// The connection is gone without a close frame.
        case end
    }

    enum Failure: Error {
        case malformed(String)
        case unexpected(Event)
    }

    let connection: TestConnection
    /// What the server answered to the upgrade.
    let handshake: TestResponse

    init(_ connection: TestConnection, handshake: TestResponse) {
        self.connection = connection
        self.handshake = handshake
    }

    // MARK: Opening

    static func upgradeHeaders(key: String = "dGhlIHNhbXBsZSBub25jZQ==") -> Headers {
        [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", key),
            ("Sec-WebSocket-Version", "13"),
        ]
    }

    /// Upgrades, which must work, and runs the body.
    static func upgrade<Value: Sendable>(
        _ server: TestServer,
        _ target: String,
        headers: Headers = [],
        _ body: (TestConnection, TestResponse) async throws -> Value
    ) async throws -> Value {
        try await TestConnection.open(port: server.port) { connection in
            let key = Data((0..<16).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
            try await connection.write(server.head("GET", target, headers: upgradeHeaders(key: key) + headers))
            let head = try await connection.readHead()
            try #require(head.status == 101, "\(head)")
            let digest = Insecure.SHA1.hash(data: Array("\(key)258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
            #expect(head.header("sec-websocket-accept") == Data(digest).base64EncodedString())
            #expect(head.header("upgrade")?.lowercased() == "websocket")
            #expect(head.header("sec-websocket-protocol") == nil)
            #expect(head.header("sec-websocket-extensions") == nil)
            return try await body(connection, head)
        }
    }

    // MARK: Sending

    /// The bytes of one masked frame.
    static func frame(
        _ opcode: Opcode,
        _ payload: [UInt8],
        isLast: Bool = true,
        isMasked: Bool = true,
        reserved: UInt8 = 0
    ) -> [UInt8] {
        var bytes: [UInt8] = [(isLast ? 0x80 : 0) | reserved | opcode.rawValue]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case 0..<126: bytes.append(mask | UInt8(payload.count))
        case 126..<65536: bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default: bytes += [mask | 127] + (0..<8).reversed().map { UInt8(payload.count >> (8 * $0) & 0xFF) }
        }
        guard isMasked else { return bytes + payload }
        // A key of zeros leaves large payloads as they are, which costs nothing.
        let key: [UInt8] = payload.count < 4096 ? [0x37, 0xFA, 0x21, 0x3D] : [0, 0, 0, 0]
        bytes += key
        return payload.count < 4096
            ? bytes + payload.enumerated().map { $0.element ^ key[$0.offset % 4] }
            : bytes + payload
    }

    func send(_ text: String) async throws {
        try await connection.write(Self.frame(.text, Array(text.utf8)))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await connection.write(Self.frame(.binary, bytes))
    }

    func send(close code: Int) async throws {
        try await connection.write(Self.frame(.close, [UInt8(code >> 8), UInt8(code & 0xFF)]))
    }

    // MARK: Receiving

    /// The next message or close frame; pings are answered and skipped.
    func next() async throws -> Event {
        while true {
            let frame: (opcode: UInt8, payload: [UInt8])
            do {
                frame = try await readFrame()
            } catch let failure as Failure {
                throw failure
            } catch {
                // Closed or reset.
                return .end
            }
            switch Opcode(rawValue: frame.opcode) {
            case .text: return .text(String(decoding: frame.payload, as: UTF8.self))
            case .binary: return .binary(frame.payload)
            case .pong: return .pong(frame.payload)
            case .ping: try? await connection.write(Self.frame(.pong, frame.payload))
            case .close:
                guard frame.payload.count >= 2 else { return .close(code: 1005, reason: "") }
                let code = Int(frame.payload[0]) << 8 | Int(frame.payload[1])
                return .close(code: code, reason: String(decoding: frame.payload.dropFirst(2), as: UTF8.self))
            case .more, nil: throw Failure.malformed("opcode \(frame.opcode)")
            }
        }
    }

    private func readFrame() async throws -> (opcode: UInt8, payload: [UInt8]) {
        let head = try await connection.read(2)
        // The server sends whole messages without extensions, and never masks.
        guard head[0] & 0xF0 == 0x80, head[1] & 0x80 == 0 else { throw Failure.malformed("frame head \(head)") }
        var length = Int(head[1] & 0x7F)
        if length > 125 {
            length = try await connection.read(length == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) }
        }
        return (head[0] & 0x0F, try await connection.read(length))
    }

    /// Sends a ping and reads its pong.
    func expectAlive(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await connection.write(Self.frame(.ping, [1, 2, 3]))
        #expect(try await next() == .pong([1, 2, 3]), sourceLocation: sourceLocation)
    }
}
