import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: ends of /api/upload/ws", .serialized, .timeLimit(.minutes(20)))
struct SkySendSocketCloseTests {
    static let texts1003: Set<String> = [
        "Expected init message", "Invalid JSON in init message", "First message must be of type 'init'",
        "Invalid JSON after init", "Unexpected control message",
    ]

    /// Sends raw bytes after the handshake, or after a valid init of ten bytes, and hands the socket on.
    private static func exchange(
        afterInit isBegun: Bool,
        _ body: @escaping @Sendable (SkySendClient, SkySendSocket) async throws -> Void
    ) async throws {
        try await SkySendClient.run { client in
            let id = try await SkySendSocket.open(client) { socket in
                let id = isBegun ? try await socket.begin(size: 10) : nil
                try await body(client, socket)
                return id
            }
            if let id { try await client.info(id).expectFailure(404, "Upload not found") }
            #expect(try await client.hasNothingStored())
        }
    }

    // MARK: 1003

    @Test(arguments: [[], [1, 2, 3]] as [[UInt8]])
    func binaryBeforeInit(_ bytes: [UInt8]) async throws {
        try await Self.exchange(afterInit: false) { _, socket in
            try await socket.send(bytes)
            try await socket.expectFailure(1003, "Expected init message")
        }
    }

    @Test(arguments: ["", "{", "init", "{\"type\":\"init\"", "{\"type\":\"init\"} x"])
    func firstMessageThatIsNoJSON(_ text: String) async throws {
        try await Self.exchange(afterInit: false) { _, socket in
            try await socket.send(text)
            try await socket.expectFailure(1003, "Invalid JSON in init message")
        }
    }

    @Test(arguments: ["{}", "{\"type\":\"finalize\"}", "{\"type\":\"INIT\"}", "{\"type\":5}", "{\"headers\":{}}"])
    func firstMessageOfAnotherType(_ text: String) async throws {
        try await Self.exchange(afterInit: false) { _, socket in
            try await socket.send(text)
            try await socket.expectFailure(1003, "First message must be of type 'init'")
        }
    }

    static let values = ["null", "[]", "[{\"type\":\"init\"}]", "5", "1.5", "true", "\"init\""]

    @Test(arguments: values, [false, true])
    func valueThatIsNoObject(_ text: String, _ isBegun: Bool) async throws {
        try await Self.exchange(afterInit: isBegun) { client, socket in
            try await socket.send(text)
            guard case .string(let message)? = try await socket.message()["message"] else {
                Issue.record("no error message")
                return
            }
            #expect(Self.texts1003.contains(message))
            #expect(try await socket.next() == .close(code: 1003, reason: message))
            #expect(try await client.server.get("/api/health").status == 200)
        }
    }

    @Test(arguments: ["", "finalize", "{\"type\":"])
    func laterMessageThatIsNoJSON(_ text: String) async throws {
        try await Self.exchange(afterInit: true) { _, socket in
            try await socket.send(text)
            try await socket.expectFailure(1003, "Invalid JSON after init")
        }
    }

    @Test(arguments: ["{}", "{\"type\":\"pause\"}", SkySendSocket.initMessage(size: 10), "{\"type\":null}"])
    func laterMessageOfAnotherType(_ text: String) async throws {
        try await Self.exchange(afterInit: true) { _, socket in
            try await socket.send(text)
            try await socket.expectFailure(1003, "Unexpected control message")
        }
    }

    // MARK: 1008

    @Test(arguments: [[11], [10, 1], [4, 4, 4]])
    func moreBytesThanDeclared(_ sizes: [Int]) async throws {
        try await Self.exchange(afterInit: true) { _, socket in
            for size in sizes { try await socket.send(SkySendClient.bytes(size)) }
            try await socket.expectFailure(1008, "Received more bytes than declared content length")
        }
    }

    @Test(arguments: [[], [9], [4, 5]])
    func finalizeOfAShortUpload(_ sizes: [Int]) async throws {
        try await Self.exchange(afterInit: true) { _, socket in
            for size in sizes { try await socket.send(SkySendClient.bytes(size)) }
            try await socket.send(SkySendSocket.finalizeMessage)
            try await socket.expectFailure(1008, "Body size does not match declared content length")
        }
    }

    // MARK: 1002

    /// What follows a finalize in the same write, and what may answer it; a server that was done already says so.
    @Test(arguments: [true, false])
    func frameAfterFinalize(_ isBinary: Bool) async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(500_000)
            let (id, isDone) = try await SkySendSocket.open(client) { socket in
                let id = try await socket.begin(size: bytes.count)
                let finalize = SkySendSocket.frame(.text, Array(SkySendSocket.finalizeMessage.utf8))
                let second = isBinary ? SkySendSocket.frame(.binary, [1]) : finalize
                try await socket.connection.write(SkySendSocket.frame(.binary, bytes) + finalize + second)
                let answer = try await socket.message()
                let close = try await socket.next()
                if answer["type"] == "done" {
                    #expect(close == .close(code: 1000, reason: "done"))
                    return (id, true)
                }
                let text = isBinary ? "Binary frame after finalize" : "Finalize already in progress"
                #expect(answer == ["type": "error", "message": .string(text)])
                #expect(close == .close(code: 1002, reason: text))
                return (id, false)
            }
            #expect(try await client.info(id).status == (isDone ? 200 : 404))
            #expect(
                try await client.eventually {
                    client.incomingFiles.isEmpty && client.storedFiles.count == (isDone ? 1 : 0)
                }
            )
        }
    }

    /// Frames that break RFC 6455.
    static let broken: [[UInt8]] = [
        SkySendSocket.frame(.text, Array("{}".utf8), isMasked: false),
        SkySendSocket.frame(.text, Array("{}".utf8), reserved: 0x40),
        SkySendSocket.frame(.more, [1]),
        [0x83, 0x80, 0, 0, 0, 0],
        SkySendSocket.frame(.ping, [], isLast: false),
        SkySendSocket.frame(.ping, SkySendClient.bytes(126)),
        SkySendSocket.frame(.text, [0x7B], isLast: false) + SkySendSocket.frame(.text, [0x7D]),
    ]

    @Test(arguments: broken)
    func brokenFrameEndsTheConnection(_ frame: [UInt8]) async throws {
        try await Self.exchange(afterInit: false) { client, socket in
            try await socket.connection.write(frame)
            var event = try await socket.next()
            if case .text = event { event = try await socket.next() }
            #expect(event == .end || Self.code(of: event) == 1002, "\(event)")
            #expect(try await client.server.get("/api/health").status == 200)
        }
    }

    private static func code(of event: SkySendSocket.Event) -> Int? {
        if case .close(let code, _) = event { code } else { nil }
    }

    @Test
    func textThatIsNotUTF8() async throws {
        try await Self.exchange(afterInit: false) { _, socket in
            try await socket.connection.write(SkySendSocket.frame(.text, [0x7B, 0xFF, 0xFE, 0x7D]))
            var event = try await socket.next()
            if case .text = event { event = try await socket.next() }
            #expect([1003, 1007].contains(Self.code(of: event)), "\(event)")
        }
    }

    // MARK: Too large

    @Test(arguments: [SkySendSocket.Opcode.text, .binary], [1 << 20 + 1, 17 << 20])
    func messageOverOneMebibyte(_ opcode: SkySendSocket.Opcode, _ size: Int) async throws {
        try await SkySendClient.run { client in
            let id = try await SkySendSocket.open(client) { socket in
                let id = opcode == .binary ? try await socket.begin(size: 40 << 20) : SkySendClient.unknownID
                // A server that has already refused may have closed its side.
                try? await socket.connection.write(SkySendSocket.frame(opcode, SkySendClient.bytes(size)))
                var event = try await socket.next()
                if case .text = event { event = try await socket.next() }
                #expect(event == .end || Self.code(of: event) == 1009, "\(event)")
                return id
            }
            #expect(try await client.info(id).status == 404)
            #expect(try await client.hasNothingStored())
        }
    }

    @Test
    func fragmentsThatAddUpToTooMuch() async throws {
        try await Self.exchange(afterInit: true) { _, socket in
            let piece = SkySendClient.bytes(300_000)
            try await socket.connection.write(SkySendSocket.frame(.text, piece, isLast: false))
            for _ in 0..<5 { try? await socket.connection.write(SkySendSocket.frame(.more, piece, isLast: false)) }
            var event = try await socket.next()
            if case .text = event { event = try await socket.next() }
            #expect(event == .end || Self.code(of: event) == 1009, "\(event)")
        }
    }

    // MARK: Clients that leave

    @Test(arguments: [0, 5, 10])
    func clientThatClosesLeavesNothing(_ sent: Int) async throws {
        try await Self.exchange(afterInit: true) { _, socket in
            if sent > 0 { try await socket.send(SkySendClient.bytes(sent)) }
            try await socket.send(close: 1000)
            #expect(Self.code(of: try await socket.next()) == 1000)
        }
    }

    @Test(arguments: [0, 5, 10])
    func clientThatIsCutOffLeavesNothing(_ sent: Int) async throws {
        try await Self.exchange(afterInit: true) { _, socket in
            if sent > 0 { try await socket.send(SkySendClient.bytes(sent)) }
            await socket.connection.cut()
        }
    }

    @Test
    func clientThatIsCutOffAmidAFrameLeavesNothing() async throws {
        try await SkySendClient.run { client in
            try await SkySendSocket.open(client) { socket in
                _ = try await socket.begin(size: 900_000)
                try await socket.send(SkySendClient.bytes(400_000))
                let frame = SkySendSocket.frame(.binary, SkySendClient.bytes(400_000))
                try await socket.connection.write(Array(frame.prefix(200_000)))
                #expect(try await client.eventually { !client.incomingFiles.isEmpty || !client.storedFiles.isEmpty })
                await socket.connection.cut()
            }
            #expect(try await client.hasNothingStored())
        }
    }

    // MARK: Silence

    @Test
    func noInitWithinThirtySeconds() async throws {
        try await Self.exchange(afterInit: false) { client, socket in
            try await Self.expectSilenceEnds(socket, after: .seconds(30), client)
        }
    }

    @Test
    func noDataWithinFiveMinutes() async throws {
        try await Self.exchange(afterInit: true) { client, socket in
            try await socket.send([1])
            try await socket.expectAlive()
            client.clock.advance(by: .seconds(200))
            try await socket.send([2])
            try await socket.expectAlive()
            for _ in 0..<5 { try await client.settle() }
            // 200 seconds are over, and the five minutes begin anew.
            try await Self.expectSilenceEnds(socket, after: .seconds(500), client)
        }
    }

    /// Lets time pass until the server ends the socket, which must not be sooner than so long after the start.
    private static func expectSilenceEnds(
        _ socket: SkySendSocket,
        after silence: Duration,
        _ client: SkySendClient
    ) async throws {
        // The server may come late to its watch, so time goes on until it speaks.
        let event = try await client.withTimePassing(.seconds(1)) {
            let event = try await socket.next()
            guard case .text = event else { return event }
            return try await socket.next()
        }
        #expect(code(of: event) == 1008, "\(event)")
        #expect(client.clock.now >= SkySendClient.start.advanced(by: silence))
    }
}
