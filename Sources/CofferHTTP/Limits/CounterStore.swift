package import CofferCore
import Synchronization

/// Counts hits and failures per client, and holds the blocks that follow from them.
///
/// Every operation is atomic on its own, also among the nodes that share a store. The time is the caller's: something
/// that lives until T is gone for a caller whose `now` is T or later, and a clock that is set back lengthens lives by
/// as much. Nothing here throws, because a broken limit must not break requests: a store over a network answers from
/// a ``MemoryCounterStore`` of its own while its server is away.
package protocol CounterStore: Sendable {
    /// Counts one hit in a fixed window of each length, all or none, and answers the counts in the order of `windows`.
    ///
    /// The first hit opens a window; later ones leave its end alone. The lengths must differ from each other.
    func increment(_ key: CounterKey, windows: [Duration], at now: Timestamp) async -> [Counter]

    /// Answers what ``increment(_:windows:at:)`` counted so far, without counting.
    ///
    /// A window that is not open has count 0 and ends where it would if it opened now.
    func read(_ key: CounterKey, windows: [Duration], at now: Timestamp) async -> [Counter]

    /// Counts one hit and makes the counter live for `lifetime` from now on.
    func incrementRenewing(_ key: CounterKey, lifetime: Duration, at now: Timestamp) async -> Counter

    /// Blocks the key, unless a block is running already, and answers the end of the block in force.
    func block(_ key: CounterKey, until end: Timestamp, at now: Timestamp) async -> Timestamp

    /// Counts a failure like ``incrementRenewing(_:lifetime:at:)`` and starts a block of `duration` when it is number
    /// `most` or a later one and none is running: one step, so that parallel failures cannot slip past each other.
    func fail(
        _ key: CounterKey,
        lifetime: Duration,
        most: Int,
        blockFor duration: Duration,
        at now: Timestamp
    ) async -> FailureRecord

    /// Answers the end of the running block, or nil if none is running.
    func blockEnd(of key: CounterKey, at now: Timestamp) async -> Timestamp?

    /// Forgets the counts and the block of a key.
    func remove(_ key: CounterKey) async
}

/// Names what is counted for whom.
///
/// Keys are equal when their bytes are, so texts that merely look the same stay apart. `scope` must be unique over all
/// dialects; a rate limit and a lockout may share one, `purpose` tells them apart.
package struct CounterKey: Hashable, Sendable {
    package enum Purpose: String, Sendable { case rate, failures }

    package let purpose: Purpose
    package let scope: String
    package let client: String

    package init(_ purpose: Purpose, scope: String, client: String) {
        self.purpose = purpose
        self.scope = scope
        self.client = client
    }

    package static func == (left: CounterKey, right: CounterKey) -> Bool {
        left.purpose == right.purpose
            && left.client.utf8.elementsEqual(right.client.utf8)
            && left.scope.utf8.elementsEqual(right.scope.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(purpose)
        Self.combine(scope, into: &hasher)
        Self.combine(client, into: &hasher)
    }

    private static func combine(_ text: String, into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8(0xFF))  // occurs in no UTF-8: ("a", "bc") and ("ab", "c") hash apart
    }
}

/// A count of hits and the time at which it is forgotten.
package struct Counter: Hashable, Sendable {
    package let count: Int
    package let expiry: Timestamp

    package init(count: Int, expiry: Timestamp) {
        self.count = count
        self.expiry = expiry
    }
}

/// What a counted failure led to.
package struct FailureRecord: Hashable, Sendable {
    /// The end of the block in force from now on; nil when there is none.
    package let blockEnd: Timestamp?
    /// Whether a block was running before this failure: it should not have been let through.
    package let wasBlocked: Bool

    package init(blockEnd: Timestamp?, wasBlocked: Bool) {
        self.blockEnd = blockEnd
        self.wasBlocked = wasBlocked
    }
}

/// Keeps counters in memory, for one node; a restart forgets them.
///
/// Each counting call also drops up to two keys whose time is over. Beyond `maxEntries` keys, the one that is
/// forgotten soonest goes before its time: a flood of new clients then costs short windows first and long blocks
/// last. One lock is enough: a hit holds it for a fraction of a microsecond, a new key in a full store for a few.
package final class MemoryCounterStore: CounterStore {
    private let state: Mutex<CounterTable>

    /// - Parameter maxEntries: keys held at most; at least 1. A key takes roughly 400 bytes.
    package init(maxEntries: Int = 100_000) {
        state = Mutex(CounterTable(maxEntries: max(1, maxEntries)))
    }

    /// The number of keys held, expired ones included.
    package var entryCount: Int { state.withLock { $0.count } }

    package func increment(_ key: CounterKey, windows: [Duration], at now: Timestamp) -> [Counter] {
        state.withLock { table in
            table.update(key, at: now) { entry in windows.map { entry.hit($0, at: now) } }
        }
    }

    package func read(_ key: CounterKey, windows: [Duration], at now: Timestamp) -> [Counter] {
        let entry = state.withLock { $0.entry(key) }
        return windows.map { length in
            let window = entry?.windows.first { $0.length == length && $0.end > now }
            return Counter(count: window?.count ?? 0, expiry: window?.end ?? now.advanced(by: length))
        }
    }

    package func incrementRenewing(_ key: CounterKey, lifetime: Duration, at now: Timestamp) -> Counter {
        state.withLock { table in
            table.update(key, at: now) { $0.hitRenewing(lifetime, at: now) }
        }
    }

    package func block(_ key: CounterKey, until end: Timestamp, at now: Timestamp) -> Timestamp {
        state.withLock { table in
            table.update(key, at: now) { $0.block(until: end, at: now) }
        }
    }

    package func fail(
        _ key: CounterKey,
        lifetime: Duration,
        most: Int,
        blockFor duration: Duration,
        at now: Timestamp
    ) -> FailureRecord {
        state.withLock { table in
            table.update(key, at: now) { entry in
                let running = entry.blockEnd.flatMap { $0 > now ? $0 : nil }
                guard entry.hitRenewing(lifetime, at: now).count >= most else {
                    return FailureRecord(blockEnd: running, wasBlocked: running != nil)
                }
                let end = entry.block(until: now.advanced(by: duration), at: now)
                return FailureRecord(blockEnd: end, wasBlocked: running != nil)
            }
        }
    }

    package func blockEnd(of key: CounterKey, at now: Timestamp) -> Timestamp? {
        guard let end = state.withLock({ $0.entry(key)?.blockEnd }), end > now else { return nil }
        return end
    }

    package func remove(_ key: CounterKey) {
        state.withLock { $0.clear(key) }
    }
}

/// The keys of a ``MemoryCounterStore`` with their counts, and the order in which they are to be forgotten.
///
/// `queue` has exactly one element per key. A key that is renewed keeps its element, which is then too early; it is put
/// right when it comes up. So renewing costs nothing, and a key's element never comes up too late.
private struct CounterTable {
    struct Window {
        let length: Duration
        var count: Int
        var end: Timestamp
    }

    private static let expiriesPerUpdate = 2

    private let maxEntries: Int
    private var entries: [CounterKey: Entry] = [:]
    private var queue = ExpiryQueue()

    init(maxEntries: Int) {
        self.maxEntries = maxEntries
    }

    var count: Int { entries.count }

    func entry(_ key: CounterKey) -> Entry? { entries[key] }

    /// Changes the entry of a key, made for the purpose if there is none.
    mutating func update<Result>(_ key: CounterKey, at now: Timestamp, _ change: (inout Entry) -> Result) -> Result {
        for _ in 0..<Self.expiriesPerUpdate {
            guard let next = queue.first, next.expiry <= now else { break }
            retireFirst(next)
        }
        let countBefore = entries.count
        let (result, expiry) = Self.apply(change, to: &entries[key, default: Entry(expiry: now)])
        if entries.count > countBefore {
            // The new key joins the queue afterwards, so that it is never its own victim.
            while entries.count > maxEntries, let next = queue.first { retireFirst(next) }
            queue.insert(ExpiryQueue.Element(expiry: expiry, key: key))
        }
        return result
    }

    /// Empties the entry of a key; the entry itself goes when its time is over.
    mutating func clear(_ key: CounterKey) {
        entries[key]?.windows.removeAll()
        entries[key]?.blockEnd = nil
    }

    /// Forgets the first key of the queue, or, if it was renewed meanwhile, sends it to its right place.
    private mutating func retireFirst(_ element: ExpiryQueue.Element) {
        if let entry = entries[element.key], entry.expiry > element.expiry {
            queue.replaceFirst(with: ExpiryQueue.Element(expiry: entry.expiry, key: element.key))
        } else {
            entries.removeValue(forKey: element.key)
            queue.removeFirst()
        }
    }

    private static func apply<Result>(
        _ change: (inout Entry) -> Result,
        to entry: inout Entry
    ) -> (Result, Timestamp) {
        let result = change(&entry)
        return (result, entry.expiry)
    }
}

extension CounterTable {
    /// What is known of one key.
    struct Entry {
        var windows: [Window] = []
        var blockEnd: Timestamp?
        /// No counter and no block lives longer than this.
        private(set) var expiry: Timestamp

        init(expiry: Timestamp) {
            self.expiry = expiry
        }

        mutating func hit(_ length: Duration, at now: Timestamp) -> Counter {
            count(length, at: now) { _ in }
        }

        mutating func hitRenewing(_ lifetime: Duration, at now: Timestamp) -> Counter {
            count(lifetime, at: now) { $0.end = max($0.end, now.advanced(by: lifetime)) }
        }

        mutating func block(until end: Timestamp, at now: Timestamp) -> Timestamp {
            if let blockEnd, blockEnd > now { return blockEnd }
            blockEnd = end
            expiry = max(expiry, end)
            return end
        }

        private mutating func count(
            _ length: Duration,
            at now: Timestamp,
            adjust: (inout Window) -> Void
        ) -> Counter {
            let index = windows.firstIndex { $0.length == length } ?? windows.endIndex
            if index == windows.endIndex {
                windows.append(Window(length: length, count: 0, end: now.advanced(by: length)))
            } else if windows[index].end <= now {
                windows[index] = Window(length: length, count: 0, end: now.advanced(by: length))
            }
            windows[index].count += 1
            adjust(&windows[index])
            expiry = max(expiry, windows[index].end)
            return Counter(count: windows[index].count, expiry: windows[index].end)
        }
    }

    /// A binary heap of keys, the one that expires first on top.
    struct ExpiryQueue {
        struct Element {
            let expiry: Timestamp
            let key: CounterKey
        }

        private var elements: [Element] = []

        var first: Element? { elements.first }

        mutating func insert(_ element: Element) {
            elements.append(element)
            var child = elements.count - 1
            while child > 0, elements[child].expiry < elements[(child - 1) / 2].expiry {
                elements.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        mutating func removeFirst() {
            guard let last = elements.popLast(), !elements.isEmpty else { return }
            replaceFirst(with: last)
        }

        /// Puts an element in the place of the first one; the queue must not be empty.
        mutating func replaceFirst(with element: Element) {
            elements[0] = element
            var parent = 0
            while let child = earlierChild(of: parent), elements[child].expiry < elements[parent].expiry {
                elements.swapAt(parent, child)
                parent = child
            }
        }

        private func earlierChild(of parent: Int) -> Int? {
            let left = 2 * parent + 1
            let right = left + 1
            guard left < elements.count else { return nil }
            return right < elements.count && elements[right].expiry < elements[left].expiry ? right : left
        }
    }
}
