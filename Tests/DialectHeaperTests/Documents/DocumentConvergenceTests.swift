import CofferCore
import CofferTesting
import Synchronization
import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: convergence of documents")
struct DocumentConvergenceTests {
    /// Two accounts may wait for the same name, each in a heap of its own; whoever makes the block is heard by nobody else.
    @Test func blockThatSomebodyElseMakesIsNotHeard() async throws {
        try await DocumentFixture.run { fixture async throws in
            let block = BlockID(unchecked: "NEW")
            let own = DocumentTarget(new: block, in: fixture.target().heap)
            let eves = HeapPlace(
                heap: HeapID(unchecked: "EVES"),
                indexBlock: BlockID(unchecked: "EVES-INDEX"),
                owner: UserID(unchecked: "eve"),
                role: .owner,
                isEncrypted: false
            )
            let foreign = DocumentTarget(new: block, in: eves)
            let (ada, eve) = (RecordingListener(), RecordingListener())
            _ = try await fixture.hub.attach(eve, to: foreign)
            _ = try await fixture.hub.attach(ada, to: own)
            try await fixture.hub.edit(own, by: fixture.heaps.ada) { try $0.insert("secret", at: 0, in: .root("t")) }
            #expect(ada.updates.count == 1)
            #expect(eve.updates.isEmpty)
            #expect(eve.reasons == ["permission-denied"])
            await #expect(throws: HeaperError.blockNotFound) { _ = try await fixture.hub.attach(eve, to: foreign) }
            await fixture.hub.detach(eve, from: block)
            await fixture.hub.detach(ada, from: block)
        }
    }

    /// Writers that work on copies of their own, hand in updates in batches, some of them out of order or twice, and
    /// hear of each other; in between the server starts anew or its database fails.
    @Test(arguments: 0..<6)
    func writersConvergeAndNothingAcknowledgedIsLost(_ seed: UInt64) async throws {
        try await HeapFixture.run { heaps async throws in
            var expected = YDocument()
            for round in 0..<5 {
                let database = FailingDatabase(heaps.database)
                let fixture = try DocumentFixture(heaps, database: database)
                let start = try await fixture.hub.snapshot(of: BlockID(unchecked: "BLOCK"))
                #expect(start.encodeState(from: expected.stateVector) == start.encodeState(from: start.stateVector))
                let acknowledged = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
                    for writer in 0..<6 {
                        let mark = seed << 20 | UInt64(round) << 10 | UInt64(writer + 1)
                        group.addTask { try await Self.write(fixture, as: mark, on: start) }
                    }
                    if round % 2 == 1 {
                        group.addTask {
                            for _ in 0..<10 {
                                database.fail(with: .full)
                                await Task.yield()
                                database.fail(with: nil)
                                await fixture.parts.keeper.compact()
                            }
                            return []
                        }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                for update in acknowledged { try expected.apply(update) }
                let now = try await fixture.hub.snapshot(of: BlockID(unchecked: "BLOCK"))
                let stored = try await fixture.restarted().hub.snapshot(of: BlockID(unchecked: "BLOCK"))
                #expect(now.text(of: .root("t")) == stored.text(of: .root("t")))
                #expect(now.stateVector == stored.stateVector)
                #expect(acknowledged.allSatisfy { (try? stored.covers($0)) == true })
                #expect(expected.text(of: .root("t")) == stored.text(of: .root("t")))
            }
        }
    }

    /// - Returns: what was acknowledged.
    private static func write(
        _ fixture: DocumentFixture,
        as client: UInt64,
        on start: YDocument
    ) async throws -> [[UInt8]] {
        var random = SeededGenerator(client)
        let listener = RecordingListener()
        var typist = Typist(client: client, document: start)
        _ = try await fixture.hub.attach(listener, to: fixture.target())
        var (acknowledged, heard): ([[UInt8]], Int) = ([], 0)
        for _ in 0..<12 {
            var batch: [[UInt8]] = []
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let length = typist.document.text(of: .root("t")).utf16.count
                if length > 4, Int.random(in: 0..<4, using: &random) == 0 {
                    let place = Int.random(in: 0..<length - 2, using: &random)
                    batch.append(
                        try typist.document.edit(as: client) { try $0.delete(place..<place + 2, in: .root("t")) }.update
                    )
                } else {
                    batch.append(try typist.type("\(client % 10)abc", at: Int.random(in: 0...length, using: &random)))
                }
            }
            batch.shuffle(using: &random)
            // Whoever hears of a failure sends again, like a client that comes back.
            while true {
                do {
                    let outcomes = try await fixture.hub.apply(batch, to: fixture.target(), by: fixture.heaps.ada)
                    #expect(outcomes.allSatisfy { $0 == .applied || $0 == .unchanged })
                    break
                } catch StorageError.full {
                    await Task.yield()
                }
            }
            acknowledged += batch
            let news = listener.updates
            for update in news[heard...] { try typist.document.apply(update) }
            heard = news.count
        }
        await fixture.hub.detach(listener, from: BlockID(unchecked: "BLOCK"))
        return acknowledged
    }

    @Test func twoNodesOnOneDatabaseHearOfEachOther() async throws {
        try await HeapFixture.run { heaps async throws in
            let (toSecond, toFirst) = (HeldLink(), HeldLink())
            let first = try DocumentFixture(heaps, link: toSecond)
            let second = try DocumentFixture(heaps, link: toFirst)
            let (here, there) = (RecordingListener(), RecordingListener())
            _ = try await first.hub.attach(here, to: first.target())
            var copy = try await second.hub.attach(there, to: second.target()).document
            var typist = Typist(client: 1)
            try await first.apply(typist.type("a"))
            for message in toSecond.takeAll() { try await second.hub.receive(message) }
            #expect(there.updates.count == 1)
            // The second writes without having heard of the first.
            try await first.apply(typist.type("b", at: 1))
            var other = Typist(client: 2)
            #expect(try await second.apply(other.type("c")) == [.applied])
            for message in toSecond.takeAll() { try await second.hub.receive(message) }
            for message in toFirst.takeAll() { try await first.hub.receive(message) }
            for update in there.updates { try copy.apply(update) }
            #expect(try await first.text() == second.text())
            #expect(copy.text(of: .root("t")) == (try await first.text()))
            #expect(try await first.restarted().text().count == 3)

            let state = Awareness.encode([.init(client: 5, clock: 1, state: "{}")])
            try await first.hub.applyAwareness(state, from: here, to: BlockID(unchecked: "BLOCK"))
            for message in toSecond.takeAll() { try await second.hub.receive(message) }
            #expect(there.awareness == [state])
            await first.hub.close([BlockID(unchecked: "BLOCK")], reason: "deleted")
            for message in toSecond.takeAll() { try await second.hub.receive(message) }
            #expect(there.reasons == ["deleted"])
            #expect(second.hub.counts == (0, 0, 0, 0))
        }
    }

    @Test func heapEventsReachListenersHereAndElsewhere() {
        let link = HeldLink()
        let (here, there) = (HeapEvents(link: link), HeapEvents())
        let (one, other) = (HeapRecorder(), HeapRecorder())
        let (heap, foreign) = (HeapID(unchecked: "H"), HeapID(unchecked: "X"))
        here.attach(one, to: heap)
        there.attach(other, to: heap)
        here.publish(HeapEvent(kind: .blockChanged, heap: heap))
        here.publish(HeapEvent(kind: .blockChanged, heap: foreign))
        here.close(heap)
        here.publish(HeapEvent(kind: .scanUpdate, heap: heap))
        #expect(one.kinds == [.blockChanged] && one.closings == 1 && here.listenerCount == 0)
        for message in link.takeAll() { there.receive(message) }
        #expect(other.kinds == [.blockChanged] && other.closings == 1 && there.listenerCount == 0)
        there.attach(other, to: heap)
        there.detach(other, from: heap)
        #expect(there.listenerCount == 0)
    }
}

/// Holds messages until a test hands them over.
final class HeldLink: NodeLink {
    private let messages = Mutex<[NodeMessage]>([])

    func send(_ message: NodeMessage) { messages.withLock { $0.append(message) } }

    func takeAll() -> [NodeMessage] {
        messages.withLock { messages in
            defer { messages = [] }
            return messages
        }
    }
}

/// Chance that repeats itself (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
