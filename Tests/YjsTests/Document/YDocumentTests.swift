import Foundation
import Testing

@testable import Yjs

@Suite("Documents against recorded logs")
struct YDocumentTests {
    private func document(_ vector: Vector, _ updates: [[UInt8]]) throws -> YDocument {
        var document = YDocument(collectsGarbage: vector.gc)
        for update in updates { try document.apply(update) }
        return document
    }

    /// The state; without garbage collection the state after collecting it.
    ///
    /// Deleted text keeps its characters there, and whether a delete once cut a surrogate pair of it depends on the
    /// order of deletes, in the reference too.
    private func collected(_ vector: Vector, _ state: [UInt8]) throws -> [UInt8] {
        vector.gc ? state : try YDocument(state: state).encodeState()
    }

    @Test(arguments: Vector.all)
    func stateMatchesTheReference(_ vector: Vector) throws {
        let inOrder = try document(vector, vector.log)
        expectSame(inOrder.encodeState(), Array(vector.state))
        expectSame(inOrder.stateVector.encoded(), Array(vector.svFinal))
        let isWaiting = inOrder.hasPendingData
        #expect(!isWaiting)
    }

    @Test(arguments: Vector.all)
    func orderDoesNotMatter(_ vector: Vector) throws {
        let logs = [vector.shuffled, vector.log.reversed(), vector.log + vector.shuffled, [Array(vector.merged)]]
        for log in logs + [[Array(vector.overlap)]] {
            let state = try collected(vector, document(vector, log).encodeState())
            expectSame(state, try collected(vector, Array(vector.state)))
        }
    }

    @Test(arguments: Vector.all)
    func loadingAStateGivesTheSameState(_ vector: Vector) throws {
        expectSame(try document(vector, [Array(vector.state)]).encodeState(), Array(vector.state))
    }

    @Test(arguments: Vector.all)
    func missingPredecessorsArePartOfTheState(_ vector: Vector) throws {
        var partial = try document(vector, [Array(vector.partialMissingFirst)])
        let hasPending = partial.hasPendingData
        #expect(hasPending)
        let state = partial.encodeState()
        var copy = try document(vector, [state])
        expectSame(copy.encodeState(), state)
        try copy.apply(vector.log[0])
        expectSame(try collected(vector, copy.encodeState()), try collected(vector, Array(vector.state)))
        try partial.apply(vector.log[0])
        expectSame(try collected(vector, partial.encodeState()), try collected(vector, Array(vector.state)))
        let isWaiting = partial.hasPendingData
        #expect(!isWaiting)
    }

    @Test(arguments: Vector.all)
    func overlappingInputsGiveTheSameDocument(_ vector: Vector) throws {
        let merged = try YUpdate.merge(vector.overlapIn.map(Array.init))
        let state = try collected(vector, document(vector, [merged]).encodeState())
        expectSame(state, try collected(vector, Array(vector.state)))
    }
}
