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

    @Test func whoAnswersAtLengthWaitsForRoom() async {
        let transport = ManualTransport()
        let outbox = LiveOutbox(transport, maxBytes: 8 << 20)
        await outbox.reserve(1 << 20)
        // One may need more than there is.
        await outbox.reserve(60 << 20)
        let isIn = Atomic(false)
        let last = Task {
            await outbox.reserve(1)
            isIn.store(true, ordering: .relaxed)
        }
        for _ in 0..<2 { _ = outbox.send([Self.frame(1, count: 1 << 20)]) }
        outbox.release(60 << 20)
        outbox.release(1 << 20)
        for _ in 0..<100 { await Task.yield() }
        let isEarly = isIn.load(ordering: .relaxed)
        #expect(!isEarly)
        transport.read()
        await last.value
    }

    @Test(arguments: [true, false])
    func nobodyWaitsForRoomWhenTheClientIsGone(_ isClosedByUs: Bool) async {
        let transport = ManualTransport()
        let outbox = LiveOutbox(transport, maxBytes: 8 << 20)
        for _ in 0..<2 { _ = outbox.send([Self.frame(1, count: 1 << 20)]) }
        let waits = Task { await outbox.reserve(1) }
        await Task.yield()
        if isClosedByUs { outbox.close(.resetConnection, dropping: true) } else { outbox.stop() }
        await waits.value
        await outbox.reserve(1)
    }

    @Test func fewBytesAreKeptForLaterReaders() {
        let frames = SharedFrames()
        let update = [UInt8](repeating: 7, count: 20 << 20)
        func place(_ name: String) -> UnsafeRawPointer? {
            frames.frame(of: update, under: LiveName(name)).withUnsafeReadableBytes { $0.baseAddress }
        }
        let first = place("h:b")
        #expect(place("h:b") == first)
        let other = frames.frame(of: update, under: LiveName("h:c"))
        let again = frames.frame(of: update, under: LiveName("h:c"))
        #expect(again.withUnsafeReadableBytes { $0.baseAddress } != other.withUnsafeReadableBytes { $0.baseAddress })
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
