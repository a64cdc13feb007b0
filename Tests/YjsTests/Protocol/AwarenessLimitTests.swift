import Testing

@testable import Yjs

@Suite("Number of remembered clients")
struct AwarenessLimitTests {
    private func entries(_ clients: ClosedRange<UInt64>, _ state: String? = "{}") -> [Awareness.Entry] {
        clients.map { Awareness.Entry(client: $0, clock: 1, state: state) }
    }

    @Test func newClientsAreIgnoredWhileNobodyIsGone() {
        var awareness = Awareness(maxClients: 3)
        #expect(awareness.apply(entries(1...5), now: .zero).map(\.client) == [1, 2, 3])
        #expect(awareness.apply(entries(6...6), now: .zero).isEmpty)
        #expect(awareness.entries.map(\.client) == [1, 2, 3])
    }

    @Test func clientsThatAreGoneMakeRoom() {
        var awareness = Awareness(maxClients: 3)
        _ = awareness.apply(entries(1...3), now: .zero)
        _ = awareness.remove([1, 2])
        #expect(awareness.apply(entries(4...6), now: .zero).map(\.client) == [4, 5])
        #expect(awareness.entries.map(\.client) == [3, 4, 5])
    }

    @Test func aCrowdOfRemovalsKeepsNobodyOut() {
        var awareness = Awareness(maxClients: 3)
        _ = awareness.apply(entries(1...3, nil), now: .zero)
        #expect(awareness.apply(entries(9...9), now: .zero).map(\.client) == [9])
    }
}
