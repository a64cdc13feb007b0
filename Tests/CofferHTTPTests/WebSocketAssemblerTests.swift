import NIOCore
import NIOWebSocket
import Testing

@testable import CofferHTTP

@Suite("WebSocketAssembler")
struct WebSocketAssemblerTests {
    private static let key: WebSocketMaskingKey = [1, 2, 3, 250]

    private func frame(
        _ opcode: WebSocketOpcode,
        _ bytes: [UInt8],
        fin: Bool = true,
        rsv1: Bool = false,
        isMasked: Bool = true
    ) -> WebSocketFrame {
        var data = ByteBuffer(bytes: bytes)
        if isMasked { data.webSocketMask(Self.key) }
        return WebSocketFrame(fin: fin, rsv1: rsv1, opcode: opcode, maskKey: isMasked ? Self.key : nil, data: data)
    }

    private func events(_ frames: [WebSocketFrame], maxMessageBytes: Int = 1000) -> [WebSocketAssembler.Event] {
        var assembler = WebSocketAssembler(maxMessageBytes: maxMessageBytes)
        return frames.map { assembler.take($0) }
    }

    private func code(_ event: WebSocketAssembler.Event?) -> UInt16? {
        if case .violation(let code, _)? = event { code.number } else { nil }
    }

    @Test(arguments: 0..<40)
    func maskIsTakenOff(count: Int) {
        let bytes = (0..<count).map { UInt8($0 * 7 % 256) }
        #expect(events([frame(.binary, bytes)]) == [.message(.binary(ByteBuffer(bytes: bytes)))])
    }

    @Test func fragmentsAreJoinedAroundControlFrames() {
        let taken = events([
            frame(.text, Array("gr".utf8) + [0xC3], fin: false), frame(.ping, [9]),
            frame(.continuation, [0xBC] + Array("n".utf8), fin: false), frame(.pong, []), frame(.continuation, []),
        ])
        #expect(
            taken == [
                .nothing, .ping(ByteBuffer(bytes: [9])), .nothing, .nothing, .message(.text("grün")),
            ]
        )
    }

    @Test func messageMayBeEmpty() {
        #expect(events([frame(.binary, [])]) == [.message(.binary(ByteBuffer()))])
        #expect(events([frame(.text, [])]) == [.message(.text(""))])
    }

    @Test func brokenFramingEndsWith1002() throws {
        #expect(code(events([frame(.text, [65], isMasked: false)]).last) == 1002)
        #expect(code(events([frame(.text, [65], rsv1: true)]).last) == 1002)
        #expect(code(events([frame(.continuation, [65])]).last) == 1002)
        #expect(code(events([frame(.text, [65], fin: false), frame(.text, [65])]).last) == 1002)
        for number in [0x3, 0x7, 0xB, 0xF] {
            let opcode = try #require(WebSocketOpcode(encodedWebSocketOpcode: UInt8(number)))
            #expect(code(events([frame(opcode, [])]).last) == 1002)
        }
    }

    @Test func textMustBeUTF8() {
        #expect(code(events([frame(.text, [0xFF])]).last) == 1007)
        #expect(code(events([frame(.text, [0xC3], fin: false), frame(.continuation, [0x28])]).last) == 1007)
    }

    @Test func fragmentsAreHeldToTheLimit() {
        let part = [UInt8](repeating: 0, count: 600)
        #expect(code(events([frame(.binary, part, fin: false), frame(.continuation, part)]).last) == 1009)
        #expect(code(events([frame(.binary, part)], maxMessageBytes: 599).last) == 1009)
    }

    @Test(
        arguments: [
            ([], nil, nil), ([3, 232], 1000, nil), ([3, 232, 0xFF], nil, 1007), ([3], nil, 1002),
            ([3, 237], nil, 1002),
            ([0, 5], nil, 1002), ([15, 160], 4000, nil), ([3, 247], nil, 1002),
        ] as [([UInt8], UInt16?, UInt16?)]
    )
    func closeIsJudged(payload: [UInt8], closed: UInt16?, violation: UInt16?) {
        let event = events([frame(.connectionClose, payload)]).last
        if let violation {
            #expect(code(event) == violation)
        } else {
            #expect(event == .close(closed.map { WebSocketCloseCode($0) }))
        }
    }
}
