import NIOCore
import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: frames of live synchronization")
struct LiveFrameTests {
    private static let name = LiveName("h:b")
    /// `h:b` as a string of lib0.
    private static let prefix: [UInt8] = [3, 0x68, 0x3A, 0x62]

    struct Row: Sendable, CustomTestStringConvertible {
        let message: LiveMessage
        let bytes: [UInt8]
        var testDescription: String { "\(message)" }
    }

    static let rows = [
        Row(message: .sync(.step1(stateVector: [0]), isReply: false), bytes: [0, 0, 1, 0]),
        Row(message: .sync(.step2(update: [0, 0]), isReply: false), bytes: [0, 1, 2, 0, 0]),
        Row(message: .sync(.update([1, 2, 3]), isReply: false), bytes: [0, 2, 3, 1, 2, 3]),
        Row(message: .sync(.step1(stateVector: [0]), isReply: true), bytes: [4, 0, 1, 0]),
        Row(message: .awareness([0]), bytes: [1, 1, 0]),
        Row(message: .auth(.token("ab", providerVersion: nil)), bytes: [2, 0, 2, 0x61, 0x62]),
        Row(message: .auth(.token("", providerVersion: "4.5")), bytes: [2, 0, 0, 3, 0x34, 0x2E, 0x35]),
        Row(message: .auth(.tokenWanted), bytes: [2, 0]),
        Row(message: .auth(.denied(reason: "no")), bytes: [2, 1, 2, 0x6E, 0x6F]),
        Row(message: .auth(.authenticated(isReadOnly: true)), bytes: [2, 2, 8] + Array("readonly".utf8)),
        Row(message: .auth(.authenticated(isReadOnly: false)), bytes: [2, 2, 10] + Array("read-write".utf8)),
        Row(message: .queryAwareness, bytes: [3]),
        Row(message: .stateless("{}"), bytes: [5, 2, 0x7B, 0x7D]),
        Row(message: .broadcastStateless, bytes: [6]),
        Row(message: .close(reason: "x"), bytes: [7, 1, 0x78]),
        Row(message: .syncStatus(isApplied: true), bytes: [8, 1]),
        Row(message: .syncStatus(isApplied: false), bytes: [8, 0]),
        Row(message: .unknown(77), bytes: [77]),
    ]

    @Test(arguments: rows) func messagesHaveTheirBytes(_ row: Row) throws {
        let frame = LiveFrame.message(Self.name, row.message)
        #expect(Array(frame.encoded.readableBytesView) == Self.prefix + row.bytes)
        #expect(try LiveFrame(decoding: Self.prefix + row.bytes) == frame)
        // Providers append nothing, and would not mind.
        let hasOptionalEnd =
            switch row.message {
            case .auth(.token), .auth(.tokenWanted): true
            default: false
            }
        if !hasOptionalEnd { #expect(try LiveFrame(decoding: Self.prefix + row.bytes + [9, 9]) == frame) }
    }

    @Test func aSingleByteIsPingOrPong() throws {
        #expect(try LiveFrame(decoding: [9]) == .ping)
        #expect(try LiveFrame(decoding: [10]) == .pong)
        #expect(Array(LiveFrame.ping.encoded.readableBytesView) == [9])
        #expect(Array(LiveFrame.pong.encoded.readableBytesView) == [10])
    }

    @Test func aCloseWithoutReasonIsOne() throws {
        #expect(try LiveFrame(decoding: Self.prefix + [7]) == .message(Self.name, .close(reason: "")))
    }

    @Test(
        arguments: [
            [], [0], [8], [11], [0xFF], [3, 0x68, 0x3A], [3, 0x68, 0x3A, 0x62], [2, 0xC3, 0x28, 0, 0, 1, 0],
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0], [3, 0x68, 0x3A, 0x62, 0x80],
        ] as [[UInt8]]
    )
    func withoutNameOrTypeItIsUnreadable(_ bytes: [UInt8]) {
        #expect(throws: LiveFrameError.unreadable) { try LiveFrame(decoding: bytes) }
    }

    @Test func aNameThatIsTooLongIsUnreadable() throws {
        let long = [UInt8](repeating: 0x61, count: 1024)
        #expect(try LiveName(bytes: long).bytes == long)
        #expect(throws: LiveFrameError.unreadable) { try LiveName(bytes: long + [0x61]) }
    }

    @Test(
        arguments: [
            [2], [2, 0, 5, 0x61], [2, 3], [2, 1], [2, 2, 9, 0x72], [2, 0, 1, 0xFF], [2, 0, 1, 0x61, 4, 0x33],
        ] as [[UInt8]]
    )
    func aBrokenLoginIsOne(_ bytes: [UInt8]) {
        #expect(throws: LiveFrameError.brokenAuth) { try LiveFrame(decoding: Self.prefix + bytes) }
    }

    @Test(
        arguments: [
            [0], [0, 0], [0, 0, 2, 0], [0, 3, 0], [0, 3, 1, 0], [4, 9, 1, 0], [1], [1, 2, 0], [5], [5, 2, 0x7B],
            [7, 4, 0x78], [8],
            [0, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
        ] as [[UInt8]]
    )
    func theRestMayBeMalformed(_ bytes: [UInt8]) {
        #expect(throws: LiveFrameError.malformed(Self.name)) { try LiveFrame(decoding: Self.prefix + bytes) }
    }

    @Test func everyCutOfAFrameIsAnErrorOrAFrame() {
        for row in Self.rows {
            let bytes = Self.prefix + row.bytes
            for end in bytes.indices { _ = try? LiveFrame(decoding: Array(bytes[..<end])) }
        }
    }

    @Test func namesKeepTheirSession() throws {
        let name = try LiveName(bytes: Array("h:b\0session-1".utf8))
        #expect(name.document == "h:b")
        #expect(name != LiveName("h:b"))
        #expect(
            Array(LiveFrame.message(name, .queryAwareness).encoded.readableBytesView).starts(with: [13] + name.bytes)
        )
    }

    /// Swift takes both for equal texts.
    @Test func namesAreComparedByTheirBytes() {
        #expect(LiveName("h:b\0e\u{301}") != LiveName("h:b\0\u{e9}"))
    }
}
