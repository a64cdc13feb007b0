@testable import Yjs

/// Sends the updates of one random log along many ways and compares where they end.
struct ConvergenceCheck {
    private var log: RandomLog
    private let updates: [[UInt8]]
    private let collectsGarbage: Bool
    private let expected: YDocument
    private let state: [UInt8]
    private let view: ReadableView
    private var generator: SeededGenerator
    private var found: [String] = []

    init(seed: UInt64, steps: Int) throws {
        log = try RandomLog(seed: seed, steps: steps)
        updates = log.updates
        generator = log.generator
        collectsGarbage = log.documents[0].store.collectsGarbage
        var document = YDocument(collectsGarbage: collectsGarbage)
        for update in updates { try document.apply(update) }
        expected = document
        state = try Self.collected(document)
        view = ReadableView(document)
    }

    /// The state after deleted content is gone.
    ///
    /// Without garbage collection deleted text keeps its characters, and whether a pair of them was cut depends on the
    /// order of deletes, in the reference too.
    private static func collected(_ document: YDocument) throws -> [UInt8] {
        let state = document.encodeState()
        return document.store.collectsGarbage ? state : try YDocument(state: state).encodeState()
    }

    mutating func problems() throws -> [String] {
        found += RoundTrip.problems(of: expected)
        try checkClients()
        for _ in 0..<2 { try checkOrder() }
        for _ in 0..<2 { try checkMerges() }
        try checkDifferences()
        try checkPending()
        try checkBytes()
        return found
    }

    private mutating func note(_ condition: Bool, _ problem: String) {
        if !condition { found.append(problem) }
    }

    private mutating func expectSame(_ document: YDocument, _ way: String) throws {
        note(!document.hasPendingData, "\(way): something still waits")
        note(try Self.collected(document) == state, "\(way): another state")
        note(ReadableView(document) == view, "\(way): another view")
        found += StoreChecks(document).problems.map { "\(way): \($0)" }
    }

    private func empty() -> YDocument { YDocument(collectsGarbage: collectsGarbage) }

    /// The three authors, once they have heard everything.
    private mutating func checkClients() throws {
        try log.settle()
        for document in log.documents { try expectSame(document, "author") }
    }

    /// Any order, with duplicates.
    private mutating func checkOrder() throws {
        var order = updates + updates.filter { _ in generator.oneIn(4) }
        order.shuffle(using: &generator)
        var document = empty()
        for update in order { try document.apply(update) }
        try expectSame(document, "shuffled")
    }

    /// Groups merged, groups of groups merged, in any order.
    private mutating func checkMerges() throws {
        var parts = updates.shuffled(using: &generator)
        while parts.count > 3 {
            let count = 2 + generator.below(min(6, parts.count - 1))
            let group = Array(parts[..<min(count, parts.count)])
            parts.removeFirst(group.count)
            parts.insert(try YUpdate.merge(group), at: generator.below(parts.count + 1))
            if generator.oneIn(3) { parts.append(generator.pick(group)) }
            if generator.oneIn(3) { break }
        }
        var document = empty()
        for part in parts.shuffled(using: &generator) { try document.apply(part) }
        try expectSame(document, "merged")
    }

    /// Somebody who knows a part asks for the rest, of bytes and of a document.
    private mutating func checkDifferences() throws {
        let merged = try YUpdate.merge(updates)
        let full = try YUpdate.merge([expected.encodeState(), YUpdate.empty])
        var document = empty()
        for update in updates[..<generator.below(updates.count + 1)] { try document.apply(update) }
        for answer in [
            try YUpdate.diff(merged, from: document.stateVector), try YUpdate.diff(full, from: document.stateVector),
            expected.encodeState(from: document.stateVector),
        ] {
            var copy = document
            try copy.apply(answer)
            try expectSame(copy, "difference")
        }
    }

    /// Nothing that waits is lost, whichever state it is written to on the way.
    private mutating func checkPending() throws {
        let shuffled = updates.shuffled(using: &generator)
        let cut = generator.below(shuffled.count + 1)
        var (one, other) = (empty(), empty())
        for update in shuffled[..<cut] { try one.apply(update) }
        for update in shuffled[cut...] { try other.apply(update) }
        found += RoundTrip.problems(of: one) + RoundTrip.problems(of: other)
        let (left, right) = (one.encodeState(), other.encodeState())
        for way in [
            [left, right], [right, left], [try YUpdate.merge([left, right])], [try YUpdate.merge([right, left])],
        ] {
            var document = empty()
            for part in way { try document.apply(part) }
            try expectSame(document, "two states")
        }
        var copy = try YDocument(state: left, collectsGarbage: collectsGarbage)
        for update in shuffled[cut...] { try copy.apply(update) }
        try expectSame(copy, "state and updates")
        try one.apply(other.encodeState(from: one.stateVector))
        try expectSame(one, "state and difference")
    }

    /// What is computed from bytes alone is what a document answers.
    private mutating func checkBytes() throws {
        let merged = try YUpdate.merge(updates)
        let again = try YUpdate.merge(updates.shuffled(using: &generator))
        note(updates.count < 2 || merged == again, "merge depends on the order")
        note(try YUpdate.encodeStateVector(of: merged) == expected.stateVector.encoded(), "another state vector")
        note(try YUpdate.merge([merged, merged]) == YUpdate.merge([merged, YUpdate.empty]), "merge is not idempotent")
    }
}
