import Synchronization
import Testing

@testable import DialectHeaper

@Suite("KeyedTurns")
struct KeyedTurnsTests {
    private final class Crowd: Sendable {
        private let counts = Mutex((inside: 0, most: 0))

        var most: Int { counts.withLock { $0.most } }
        var inside: Int { counts.withLock { $0.inside } }

        func enter() {
            counts.withLock { counts in
                counts.inside += 1
                counts.most = max(counts.most, counts.inside)
            }
        }

        func leave() { counts.withLock { $0.inside -= 1 } }
    }

    @Test func oneAfterTheOther() async throws {
        let (turns, crowd) = (KeyedTurns(), Crowd())
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await turns.run("key") {
                        crowd.enter()
                        await Task.yield()
                        crowd.leave()
                    }
                }
            }
        }
        #expect(crowd.most == 1)
        #expect(crowd.inside == 0)
    }

    @Test func otherKeysDoNotWait() async throws {
        let turns = KeyedTurns()
        // Would never end if they did.
        let value = await turns.run("one") { await turns.run("two") { 2 } }
        #expect(value == 2)
        let again = await turns.run("one") { 1 }
        #expect(again == 1)
    }
}
