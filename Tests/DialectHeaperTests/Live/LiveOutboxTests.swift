import CofferHTTP
import NIOCore
import Synchronization
import Testing
import Yjs

@testable import DialectHeaper

/// A connection whose peer reads when a test says so.
final class ManualTransport: LiveTransport {
    enum Event: Equatable {
        case sent([WebSocketMessage])
        case closed(Int)
    }

    private let state = Mutex((events: [Event](), written: [@Sendable () -> Void]()))

    var events: [Event] { state.withLock { $0.events } }

    func post(_ messages: [WebSocketMessage], onWritten: @escaping @Sendable () -> Void) {
        state.withLock {
            $0.events.append(.sent(messages))
            $0.written.append(onWritten)
        }
    }

    func hangUp(_ code: WebSocketCloseCode, reason: String) {
        state.withLock { $0.events.append(.closed(Int(code.number))) }
    }

    /// The peer reads all that was sent.
    func read() {
        let written = state.withLock { state in
            defer { state.written = [] }
            return state.written
        }
        for done in written { done() }
    }
}

@Suite("Heaper: frames on their way to a client")
struct LiveOutboxTests {
    private static func frame(_ byte: UInt8, count: Int = 1) -> ByteBuffer { ByteBuffer(repeating: byte, count: count) }

    private static func sent(_ bytes: UInt8...) -> ManualTransport.Event {
        .sent(bytes.map { .binary(frame($0)) })
    }

    @Test func framesThatComeWhileOthersAreWrittenGoTogether() {
        let transport = ManualTransport()
        let outbox = LiveOutbox(transport, maxBytes: 100)
        #expect(outbox.send([Self.frame(1)]))
        #expect(outbox.send([Self.frame(2)]))
        #expect(outbox.send([Self.frame(3), Self.frame(4)]))
        #expect(transport.events == [Self.sent(1)])
        transport.read()
        #expect(transport.events == [Self.sent(1), Self.sent(2, 3, 4)])
        transport.read()
        #expect(transport.events.count == 2)
    }

    @Test func whoDoesNotReadFallsBehind() {
        let transport = ManualTransport()
        let outbox = LiveOutbox(transport, maxBytes: 100)
        // With the connection already.
        #expect(outbox.send([Self.frame(1, count: 500)]))
        // As large as it may be, since a whole document may be larger than the bound.
        #expect(outbox.send([Self.frame(2, count: 500)]))
        #expect(outbox.send([Self.frame(3, count: 100)]))
        #expect(!outbox.send([Self.frame(4)]))
        outbox.close(.resetConnection, dropping: true)
        #expect(transport.events == [.sent([.binary(Self.frame(1, count: 500))]), .closed(4205)])
        #expect(outbox.send([Self.frame(5)]))
        transport.read()
        #expect(transport.events.count == 2)
    }

    @Test func theBoundIsForWhatWaitsNow() {
        let transport = ManualTransport()
        let outbox = LiveOutbox(transport, maxBytes: 100)
        for _ in 0..<20 {
            #expect(outbox.send([Self.frame(1, count: 60)]))
            transport.read()
            transport.read()
        }
    }

    @Test func aCloseComesAfterWhatWaits() {
        let transport = ManualTransport()
        let outbox = LiveOutbox(transport, maxBytes: 100)
        _ = outbox.send([Self.frame(1)])
        _ = outbox.send([Self.frame(2)])
        outbox.close(.unauthorized, dropping: false)
        #expect(transport.events == [Self.sent(1), Self.sent(2), .closed(4401)])
    }

    @Test func readersOfOneNameShareTheBytesOfAnUpdate() throws {
        let frames = SharedFrames()
        let name = LiveName("h:b")
        let update = [UInt8](repeating: 7, count: 100)
        let first = frames.frame(of: update, under: name)
        let second = frames.frame(of: update, under: name)
        let other = frames.frame(of: update, under: LiveName("h:b\0s"))
        func place(_ buffer: ByteBuffer) -> UnsafeRawPointer? { buffer.withUnsafeReadableBytes { $0.baseAddress } }
        #expect(place(first) == place(second))
        #expect(other != first)
        #expect(
            try LiveFrame(decoding: Array(first.readableBytesView))
                == .message(name, .sync(.update(update), isReply: false))
        )
        // Equal, but another update in memory.
        let again = frames.frame(of: [UInt8](repeating: 7, count: 100), under: name)
        #expect(again == first)
    }
}
