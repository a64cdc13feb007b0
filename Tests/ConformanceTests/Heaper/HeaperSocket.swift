import CofferHTTP
import CofferTesting
import NIOCore
import Testing
import Yjs

/// One `/ws` to a test server, frame by frame (contract, section 5).
final class HeaperSocket: TestSocket {
    /// A frame, its name with the session.
    struct Frame: Equatable, Sendable, CustomStringConvertible {
        let name: String
        let type: UInt64
        var payload: [UInt8] = []

        var bytes: [UInt8] {
            HeaperSocket.encode { encoder in
                encoder.writeString(name)
                encoder.writeVarUint(type)
            } + payload
        }

        var description: String { "\(name) type \(type): \(payload)" }
    }

    /// Upgrades, which must work, and runs the body.
    static func open<Value: Sendable>(
        _ client: HeaperClient,
        _ target: String = "/ws",
        headers: Headers = [],
        _ body: (HeaperSocket) async throws -> Value
    ) async throws -> Value {
        try await upgrade(client.server, target, headers: headers) {
            try await body(HeaperSocket($0, handshake: $1))
        }
    }

    // MARK: Frames

    static func encode(_ body: (inout Lib0Encoder) -> Void) -> [UInt8] {
        var encoder = Lib0Encoder()
        body(&encoder)
        return encoder.bytes
    }

    static func auth(_ name: String, _ token: String, version: String? = nil) -> Frame {
        let payload = encode { encoder in
            encoder.writeVarUint(0)
            encoder.writeString(token)
            if let version { encoder.writeString(version) }
        }
        return Frame(name: name, type: 2, payload: payload)
    }

    static func authenticated(_ name: String, _ scope: String = "read-write") -> Frame {
        Frame(name: name, type: 2, payload: [2] + encode { $0.writeString(scope) })
    }

    static func denied(_ name: String, _ reason: String) -> Frame {
        Frame(name: name, type: 2, payload: [1] + encode { $0.writeString(reason) })
    }

    static func tokenWanted(_ name: String) -> Frame { Frame(name: name, type: 2, payload: [0]) }

    static func stepOne(_ name: String, _ vector: [UInt8] = [0], type: UInt64 = 0) -> Frame {
        Frame(name: name, type: type, payload: SyncMessage.step1(stateVector: vector).encoded())
    }

    static func stepTwo(_ name: String, _ update: [UInt8] = [0, 0]) -> Frame {
        Frame(name: name, type: 0, payload: SyncMessage.step2(update: update).encoded())
    }

    static func update(_ name: String, _ update: [UInt8]) -> Frame {
        Frame(name: name, type: 0, payload: SyncMessage.update(update).encoded())
    }

    static func awareness(_ name: String, _ entries: [Awareness.Entry]) -> Frame {
        Frame(name: name, type: 1, payload: encode { $0.writeBuffer(Awareness.encode(entries)) })
    }

    static func queryAwareness(_ name: String) -> Frame { Frame(name: name, type: 3) }

    static func stateless(_ name: String, _ text: String) -> Frame {
        Frame(name: name, type: 5, payload: encode { $0.writeString(text) })
    }

    static func close(_ name: String, _ reason: String) -> Frame {
        Frame(name: name, type: 7, payload: encode { $0.writeString(reason) })
    }

    static func status(_ name: String, _ isApplied: Bool) -> Frame {
        Frame(name: name, type: 8, payload: [isApplied ? 1 : 0])
    }

    // MARK: Speaking

    func send(_ frames: Frame...) async throws {
        try await connection.write(frames.flatMap { Self.frame(.binary, $0.bytes) })
    }

    static let ping = Frame(name: "", type: 9)

    /// The next frame; a ping has no name.
    func frame() async throws -> Frame {
        let event = try await next()
        guard case .binary(let bytes) = event else { throw Failure.unexpected(event) }
        if bytes == [9] { return Self.ping }
        var decoder = Lib0Decoder(bytes)
        let name = try decoder.readString()
        let type = try decoder.readVarUint()
        return Frame(name: name, type: type, payload: Array(bytes[decoder.position...]))
    }

    func expect(_ frames: Frame..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for frame in frames { #expect(try await self.frame() == frame, sourceLocation: sourceLocation) }
    }

    /// Reads until this frame comes, and hands out those before it.
    @discardableResult
    func skip(to frame: Frame) async throws -> [Frame] {
        var skipped: [Frame] = []
        while true {
            let next = try await self.frame()
            if next == frame { return skipped }
            skipped.append(next)
        }
    }

    /// The update in the next frame, which must be of this type and kind.
    func syncMessage(sourceLocation: SourceLocation = #_sourceLocation) async throws -> SyncMessage {
        let frame = try await frame()
        #expect(frame.type == 0, "\(frame)", sourceLocation: sourceLocation)
        return try SyncMessage(decoding: frame.payload)
    }

    /// The entries of the next frame, which must be of awareness.
    func states(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> [Awareness.Entry] {
        let frame = try await frame()
        #expect(frame.name == name && frame.type == 1, "\(frame)", sourceLocation: sourceLocation)
        var decoder = Lib0Decoder(frame.payload)
        return try Awareness.decode(try decoder.readBuffer())
    }

    /// Logs in to a name, which must work.
    func logIn(
        _ name: String,
        _ session: HeaperClient.Session,
        scope: String = "read-write",
        version: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await send(Self.auth(name, session.accessToken, version: version))
        try await expect(Self.authenticated(name, scope), sourceLocation: sourceLocation)
    }

    /// Sends an update and reads its acknowledgement and its echo, in either order.
    func submit(_ name: String, _ update: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await send(Self.update(name, update))
        let frames = [try await frame(), try await frame()]
        #expect(frames.contains(Self.status(name, true)), "\(frames)", sourceLocation: sourceLocation)
        #expect(frames.contains(Self.update(name, update)), "\(frames)", sourceLocation: sourceLocation)
    }

    func expectClose(_ code: Int, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        #expect(try await next() == .close(code: code, reason: reason), sourceLocation: sourceLocation)
    }

    /// Reads until the socket is closed, which must be in this way.
    func skipToClose(_ code: Int, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        var event = try await next()
        while case .binary = event { event = try await next() }
        #expect(event == .close(code: code, reason: reason), sourceLocation: sourceLocation)
    }
}

extension HeaperClient {
    /// A new heap of somebody.
    func liveHeap(_ session: Session) async throws -> String {
        let answer = try await post("/api/heap/add", ["name": "Heap"], as: session)
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.heaperText("id")
    }

    /// Somebody and the name of a block that does not exist yet in a heap of theirs.
    func liveBlock() async throws -> (session: Session, heap: String, name: String) {
        let session = try await login()
        let heap = try await liveHeap(session)
        return (session, heap, "\(heap):block1")
    }

    /// A member of `diagnostics.realtime`.
    func realtime(_ name: String) async throws -> Int64 {
        guard case .integer(let number)? = try await get("/api/health").json?["diagnostics"]?["realtime"]?[name] else {
            throw HeaperUnexpectedAnswer(text: name)
        }
        return number
    }

    /// Waits until a counter has a value.
    func awaitRealtime(_ name: String, _ value: Int64, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for _ in 0..<12_000 {
            if try await realtime(name) == value { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("\(name) is \(try await realtime(name)), not \(value)", sourceLocation: sourceLocation)
    }
}

/// The document of a client.
struct HeaperDocument {
    var document = YDocument()
    let client: UInt64

    init(client: UInt64 = 7) {
        self.client = client
    }

    /// Appends text, and hands out the update.
    mutating func append(_ text: String) throws -> [UInt8] {
        let end = document.text(of: .root("t")).utf16.count
        return try document.edit(as: client) { try $0.insert(text, at: end, in: .root("t")) }.update
    }

    mutating func apply(_ update: [UInt8]) throws { try document.apply(update) }
    var text: String { document.text(of: .root("t")) }
}
