import CofferCore
import CofferHTTP
import Testing

@Suite("MemoryCounterStore")
struct CounterStoreTests {
    private let minute = [Duration.seconds(60)]

    private func key(_ client: String, scope: String = "scope") -> CounterKey {
        CounterKey(.rate, scope: scope, client: client)
    }

    private func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    @Test func firstHitOpensTheWindowAndLaterOnesKeepIt() {
        let store = MemoryCounterStore()
        #expect(store.increment(key("a"), windows: minute, at: time(0)) == [Counter(count: 1, expiry: time(60))])
        #expect(store.increment(key("a"), windows: minute, at: time(59)) == [Counter(count: 2, expiry: time(60))])
        #expect(store.increment(key("a"), windows: minute, at: time(60)) == [Counter(count: 1, expiry: time(120))])
    }

    @Test func windowsOfOneKeyAreCountedTogether() {
        let store = MemoryCounterStore()
        let windows = [Duration.seconds(1), .seconds(60)]
        _ = store.increment(key("a"), windows: windows, at: time(0))
        let counters = store.increment(key("a"), windows: windows, at: time(1))
        #expect(counters == [Counter(count: 1, expiry: time(2)), Counter(count: 2, expiry: time(60))])
    }

    @Test func readCountsNothing() {
        let store = MemoryCounterStore()
        #expect(store.read(key("a"), windows: minute, at: time(5)) == [Counter(count: 0, expiry: time(65))])
        #expect(store.entryCount == 0)
        _ = store.increment(key("a"), windows: minute, at: time(5))
        #expect(store.read(key("a"), windows: minute, at: time(64)) == [Counter(count: 1, expiry: time(65))])
        #expect(store.read(key("a"), windows: minute, at: time(65)) == [Counter(count: 0, expiry: time(125))])
    }

    @Test func renewedCounterLivesOn() {
        let store = MemoryCounterStore()
        _ = store.incrementRenewing(key("a"), lifetime: .seconds(10), at: time(0))
        let second = store.incrementRenewing(key("a"), lifetime: .seconds(10), at: time(9))
        #expect(second == Counter(count: 2, expiry: time(19)))
        let late = store.incrementRenewing(key("a"), lifetime: .seconds(10), at: time(8))
        #expect(late == Counter(count: 3, expiry: time(19)))
        let fresh = store.incrementRenewing(key("a"), lifetime: .seconds(10), at: time(19))
        #expect(fresh == Counter(count: 1, expiry: time(29)))
    }

    @Test func runningBlockIsNotReplaced() {
        let store = MemoryCounterStore()
        #expect(store.block(key("a"), until: time(10), at: time(0)) == time(10))
        #expect(store.block(key("a"), until: time(15), at: time(5)) == time(10))
        #expect(store.blockEnd(of: key("a"), at: time(9)) == time(10))
        #expect(store.blockEnd(of: key("a"), at: time(10)) == nil)
        #expect(store.block(key("a"), until: time(20), at: time(10)) == time(20))
    }

    @Test func removedKeyStartsAfresh() {
        let store = MemoryCounterStore()
        _ = store.increment(key("a"), windows: minute, at: time(0))
        _ = store.block(key("a"), until: time(10), at: time(0))
        store.remove(key("a"))
        #expect(store.blockEnd(of: key("a"), at: time(1)) == nil)
        #expect(store.increment(key("a"), windows: minute, at: time(1)).first?.count == 1)
    }

    @Test func keysDifferByBytes() {
        let store = MemoryCounterStore()
        let keys = [
            key("bc", scope: "a"), key("c", scope: "ab"), key("\u{E9}"), key("e\u{301}"),
            CounterKey(.failures, scope: "a", client: "bc"),
        ]
        for key in keys {
            #expect(store.increment(key, windows: minute, at: time(0)).first?.count == 1)
        }
        #expect(Set(keys).count == keys.count)
    }

    @Test func expiredKeysAreDroppedAsOthersAreCounted() {
        let store = MemoryCounterStore()
        for number in 0..<1000 { _ = store.increment(key("\(number)"), windows: minute, at: time(0)) }
        for _ in 0..<499 { _ = store.increment(key("new"), windows: minute, at: time(60)) }
        #expect(store.entryCount == 3)
        _ = store.increment(key("new"), windows: minute, at: time(60))
        #expect(store.entryCount == 1)
    }

    @Test func renewedKeysAreNotDroppedEarly() {
        let store = MemoryCounterStore()
        for number in 0..<10 {
            _ = store.incrementRenewing(key("\(number)"), lifetime: .seconds(10), at: time(0))
            _ = store.incrementRenewing(key("\(number)"), lifetime: .seconds(10), at: time(5))
        }
        for _ in 0..<20 { _ = store.increment(key("new"), windows: minute, at: time(12)) }
        #expect(store.entryCount == 11)
        #expect(store.incrementRenewing(key("0"), lifetime: .seconds(10), at: time(14)).count == 3)
        for _ in 0..<20 { _ = store.increment(key("new"), windows: minute, at: time(15)) }
        #expect(store.entryCount == 2)
    }

    @Test func fullStoreForgetsWhatExpiresFirst() {
        let store = MemoryCounterStore(maxEntries: 3)
        _ = store.block(key("blocked"), until: time(1800), at: time(0))
        _ = store.increment(key("long"), windows: minute, at: time(0))
        _ = store.increment(key("short"), windows: [.seconds(1)], at: time(0))
        for number in 0..<1000 { _ = store.increment(key("\(number)"), windows: [.seconds(2)], at: time(0)) }
        #expect(store.entryCount == 3)
        #expect(store.blockEnd(of: key("blocked"), at: time(1)) == time(1800))
        #expect(store.read(key("long"), windows: minute, at: time(1)).first?.count == 1)
        #expect(store.read(key("short"), windows: [.seconds(1)], at: time(0)).first?.count == 0)
        #expect(store.read(key("999"), windows: [.seconds(2)], at: time(0)).first?.count == 1)
    }

    @Test func repeatedFailureAndResetStaysBounded() {
        let store = MemoryCounterStore(maxEntries: 10)
        for number in 0..<10_000 {
            _ = store.incrementRenewing(key("\(number % 100)"), lifetime: .seconds(900), at: time(Int64(number)))
            store.remove(key("\(number % 100)"))
        }
        #expect(store.entryCount <= 10)
    }

    /// Compares with a plain dictionary over many random operations and a clock that moves on.
    @Test func randomOperationsAgreeWithAPlainModel() {
        let store = MemoryCounterStore()
        var model: [String: (count: Int, expiry: Timestamp)] = [:]
        var generator = SystemRandomNumberGenerator()
        var now = time(0)
        for _ in 0..<20_000 {
            let client = "\(UInt8.random(in: 0..<50, using: &generator))"
            if Bool.random(using: &generator) { now = now.advanced(by: .milliseconds(300)) }
            if Int.random(in: 0..<10, using: &generator) == 0 {
                store.remove(key(client))
                model[client] = nil
            } else {
                // One lifetime per client keeps the model to one counter each.
                let fixed = Duration.seconds(3 + client.utf8.count * 7)
                let counter = store.incrementRenewing(key(client), lifetime: fixed, at: now)
                let alive = model[client].flatMap { $0.expiry > now ? $0.count : nil } ?? 0
                model[client] = (alive + 1, now.advanced(by: fixed))
                #expect(counter == Counter(count: alive + 1, expiry: now.advanced(by: fixed)))
            }
        }
    }
}
