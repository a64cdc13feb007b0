import CofferCore
import CofferTesting
import Synchronization
import Testing

@testable import DialectHeaper

@Suite("Heaper: ends of logins")
struct SessionEndsTests {
    private final class Listener: SessionListener {
        private let heard = Mutex<[String]>([])
        var sessions: [String] { heard.withLock { $0 } }

        func sessionDidEnd(_ session: String) { heard.withLock { $0.append(session) } }
    }

    private final class Link: NodeLink {
        private let sent = Mutex<[NodeMessage]>([])
        var messages: [NodeMessage] { sent.withLock { $0 } }

        func send(_ message: NodeMessage) { sent.withLock { $0.append(message) } }
    }

    @Test func whoListensHearsItOnce() {
        let ends = SessionEnds(clock: ManualClock(HeaperDatabase.start))
        let (one, two) = (Listener(), Listener())
        #expect(ends.attach(one, to: "a") && ends.attach(one, to: "b") && ends.attach(one, to: "b"))
        #expect(ends.attach(two, to: "a"))
        ends.detach(two, from: "a")
        ends.end(["a", "b"])
        ends.end(["a"])
        #expect(one.sessions == ["a", "b"])
        #expect(two.sessions.isEmpty)
        #expect(ends.listenerCount == 0)
    }

    @Test func whoComesTooLateIsToldSo() {
        let clock = ManualClock(HeaperDatabase.start)
        let ends = SessionEnds(clock: clock)
        ends.end(["a"])
        #expect(!ends.attach(Listener(), to: "a"))
        #expect(ends.attach(Listener(), to: "b"))
        clock.advance(by: .seconds(301))
        ends.end(["c"])
        #expect(ends.attach(Listener(), to: "a"))
    }

    @Test func otherNodesHearIt() throws {
        let link = Link()
        let ends = SessionEnds(clock: ManualClock(HeaperDatabase.start), link: link)
        ends.end([])
        #expect(link.messages.isEmpty)
        ends.end(["a"])
        let message = try #require(link.messages.first)
        let other = SessionEnds(clock: ManualClock(HeaperDatabase.start))
        let listener = Listener()
        #expect(other.attach(listener, to: "a"))
        other.receive(message)
        #expect(listener.sessions == ["a"])
    }
}
