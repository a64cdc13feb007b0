import NIOCore
import Synchronization
import Testing

@testable import CofferHTTP

@Suite("WebSocketInbox")
struct WebSocketInboxTests {
    /// Counts how often reading was asked to go on.
    private final class Resumptions: Sendable {
        let count = Mutex(0)
    }

    private static func message(_ bytes: Int) -> WebSocketMessage {
        .binary(ByteBuffer(repeating: 0, count: bytes - 64))
    }

    @Test func messagesComeInOrderAndThenTheEnd() async {
        let inbox = WebSocketInbox(maxBytes: 1000) {}
        #expect(!inbox.offer(.text("one")))
        #expect(!inbox.offer(.text("two")))
        inbox.finish()
        #expect(!inbox.offer(.text("late")))
        #expect(await inbox.next() == .text("one"))
        #expect(await inbox.next() == .text("two"))
        #expect(await inbox.next() == nil)
        #expect(await inbox.next() == nil)
    }

    @Test func pauseBeginsAboveThreeQuartersAndEndsBelowHalf() async {
        let resumptions = Resumptions()
        let inbox = WebSocketInbox(maxBytes: 1000) { resumptions.count.withLock { $0 += 1 } }
        for _ in 0..<7 { #expect(!inbox.offer(Self.message(100))) }
        #expect(inbox.offer(Self.message(100)))
        for _ in 0..<3 { _ = await inbox.next() }
        #expect(resumptions.count.withLock { $0 } == 0)
        _ = await inbox.next()
        #expect(resumptions.count.withLock { $0 } == 1)
    }

    /// What was read before the pause is offered after it; the pause must not be forgotten over it.
    @Test func pauseOutlastsMessagesThatCameWithIt() async {
        let resumptions = Resumptions()
        let inbox = WebSocketInbox(maxBytes: 1000) { resumptions.count.withLock { $0 += 1 } }
        #expect(inbox.offer(Self.message(800)))
        #expect(inbox.offer(Self.message(100)))
        _ = await inbox.next()
        #expect(resumptions.count.withLock { $0 } == 1)
        #expect(inbox.offer(Self.message(700)))
        inbox.finish()
        #expect(resumptions.count.withLock { $0 } == 2)
    }

    @Test func cancelledTakerGetsTheEnd() async {
        let inbox = WebSocketInbox(maxBytes: 1000) {}
        let taken = await withTaskGroup(of: WebSocketMessage?.self) { group in
            group.addTask { await inbox.next() }
            group.cancelAll()
            return await group.next()
        }
        #expect(taken == .some(.none))
    }
}
