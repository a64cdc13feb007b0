import Foundation
import Testing

@testable import Yjs

@Suite("Updates as bytes")
struct YUpdateTests {
    @Test func vectorsAreThere() {
        #expect(Vector.all.count == 16)
    }

    @Test(arguments: Vector.all)
    func mergeMatchesTheReference(_ vector: Vector) throws {
        #expect(try YUpdate.merge(vector.log) == Array(vector.merged))
        #expect(try YUpdate.merge(vector.shuffled) == Array(vector.mergedShuffled))
        #expect(try YUpdate.merge(Array(vector.log.dropFirst())) == Array(vector.partialMissingFirst))
    }

    @Test(arguments: Vector.all)
    func stateVectorMatchesTheReference(_ vector: Vector) throws {
        #expect(try YUpdate.encodeStateVector(of: Array(vector.merged)) == Array(vector.svFromMerged))
    }

    @Test(arguments: Vector.all)
    func diffMatchesTheReference(_ vector: Vector) throws {
        let half = try StateVector(decoding: Array(vector.svHalf))
        #expect(try YUpdate.diff(Array(vector.merged), from: half) == Array(vector.diffMergedHalf))
    }

    // MARK: Merging

    @Test func mergingNothingIsEmpty() throws {
        #expect(try YUpdate.merge([]) == YUpdate.empty)
        #expect(try YUpdate.merge([YUpdate.empty, YUpdate.empty]) == YUpdate.empty)
    }

    /// Its own order, Skips and bit 5 stay.
    @Test func aSingleUpdateIsReturnedAsItIs() throws {
        let update = hex("02 01 05 00 00 01 02 09 00 0a 01 a8 09 00 01 7e 01 05 02 01 01 00 01")
        #expect(try YUpdate.merge([update]) == update)
    }

    @Test func clientsAreWrittenDescending() throws {
        let merged = try YUpdate.merge([
            hex("01 01 05 00 00 01 00"), hex("01 01 09 00 00 01 00"), hex("01 01 07 00 00 01 00"),
        ])
        #expect(merged == hex("03 01 09 00 00 01 01 07 00 00 01 01 05 00 00 01 00"))
    }

    @Test func theKeyIsForgottenWhereANeighbourKnowsIt() throws {
        let merged = try YUpdate.merge([WorkedUpdate.setK1, WorkedUpdate.setK2])
        #expect(merged == hex("01 02 4d 00 28 01 01 6d 01 6b 01 7d 01 88 4d 00 01 7d 02 01 4d 01 00 01"))
    }

    @Test func gapsAreFilledAndClosed() throws {
        let a = hex("01 01 4d 00 04 01 01 74 01 61 00")
        let c = hex("01 01 4d 02 84 4d 01 01 63 00")
        #expect(try YUpdate.merge([c, a]) == WorkedUpdate.gap)
        #expect(
            try YUpdate.merge([WorkedUpdate.gap, WorkedUpdate.appendB]) == YUpdate.merge([a, WorkedUpdate.appendB, c])
        )
    }

    @Test func deletesAreUnited() throws {
        let merged = try YUpdate.merge([hex("00 01 4d 02 00 02 06 01"), hex("00 02 05 01 00 01 4d 01 02 02")])
        #expect(merged == hex("00 02 4d 02 00 04 06 01 05 01 00 01"))
    }

    @Test func overlapsAreCut() throws {
        let merged = try YUpdate.merge([hex("01 01 4d 00 04 01 01 74 03 686921 00"), WorkedUpdate.insertHi])
        #expect(merged == hex("01 01 4d 00 04 01 01 74 03 686921 00"))
        let longer = try YUpdate.merge([WorkedUpdate.insertHi, hex("01 01 4d 00 04 01 01 74 03 686921 00")])
        #expect(longer == hex("01 02 4d 00 04 01 01 74 02 6869 84 4d 01 01 21 00"))
    }

    @Test(arguments: WorkedUpdate.all)
    func mergingWithNothingOrItselfChangesNothing(_ update: [UInt8]) throws {
        let merged = try YUpdate.merge([update, YUpdate.empty])
        #expect(try YUpdate.merge([update, update]) == merged)
        #expect(try YUpdate.merge([merged, update]) == merged)
    }

    @Test func oneMalformedInputRefusesAll() {
        #expect(throws: YjsError.trailingBytes(offset: 12)) {
            try YUpdate.merge([WorkedUpdate.insertHi, WorkedUpdate.insertHi + [0]])
        }
    }

    // MARK: Differences

    private func diff(_ update: [UInt8], _ known: [UInt64: UInt64]) throws -> [UInt8] {
        var vector = StateVector()
        for (client, clock) in known { vector[client] = clock }
        return try YUpdate.diff(update, from: vector)
    }

    @Test func whatIsKnownIsLeftOut() throws {
        #expect(try diff(WorkedUpdate.insertHi, [:]) == WorkedUpdate.insertHi)
        #expect(try diff(WorkedUpdate.insertHi, [77: 1]) == hex("01 01 4d 01 84 4d 00 01 69 00"))
        #expect(try diff(WorkedUpdate.insertHi, [77: 2]) == YUpdate.empty)
        #expect(try diff(WorkedUpdate.insertHi, [77: 9]) == YUpdate.empty)
        #expect(try diff(WorkedUpdate.insertHi, [76: 9]) == WorkedUpdate.insertHi)
    }

    @Test func leadingSkipsGoAndOthersStay() throws {
        #expect(try diff(WorkedUpdate.gap, [:]) == WorkedUpdate.gap)
        #expect(try diff(WorkedUpdate.gap, [77: 1]) == hex("01 01 4d 02 84 4d 01 01 63 00"))
        let skips = hex("01 03 4d 00 0a 02 00 01 0a 04 00")
        #expect(try diff(skips, [:]) == hex("01 02 4d 02 00 01 0a 04 00"))
        #expect(try diff(skips, [77: 3]) == YUpdate.empty)
    }

    @Test func blocksKeepTheirOrderAndEmptyOnesVanish() throws {
        let update = hex("03 01 05 00 00 02 01 09 00 00 01 01 07 00 00 03 00")
        #expect(try diff(update, [9: 1, 5: 1]) == hex("02 01 05 01 00 01 01 07 00 00 03 00"))
    }

    @Test func theDeleteSetIsCopiedWhole() throws {
        let update = hex("00 02 05 02 04 01 00 01 09 01 00 00")
        #expect(try diff(update, [5: 99, 9: 99]) == update)
        #expect(try diff(WorkedUpdate.setK2, [77: 2]) == hex("00 01 4d 01 00 01"))
    }

    // MARK: State vectors and ranges

    @Test func stateVectorsCountWhatStartsAtZero() throws {
        #expect(try YUpdate.encodeStateVector(of: WorkedUpdate.insertHi) == hex("01 4d 02"))
        #expect(try YUpdate.encodeStateVector(of: WorkedUpdate.appendB) == [0])
        #expect(try YUpdate.encodeStateVector(of: WorkedUpdate.gap) == hex("01 4d 01"))
        #expect(try YUpdate.encodeStateVector(of: hex("01 02 4d 00 0a 01 00 01 00")) == [0])
        #expect(try YUpdate.encodeStateVector(of: hex("02 01 05 00 00 02 01 09 00 00 01 00")) == hex("02 05 02 09 01"))
        #expect(try YUpdate.encodeStateVector(of: YUpdate.empty) == [0])
    }

    @Test func rangesReachFromTheFirstToTheLastClock() throws {
        #expect(try YUpdate.meta(of: WorkedUpdate.gap) == [ClientRange(client: 77, clock: 0, length: 3)])
        #expect(try YUpdate.meta(of: WorkedUpdate.setK2) == [ClientRange(client: 77, clock: 1, length: 1)])
        #expect(try YUpdate.meta(of: YUpdate.empty) == [])
    }

    @Test func everyOperationRefusesMalformedBytes() {
        let bytes = hex("01 01 4d 00 04 01 01 74 02 68")
        #expect(throws: YjsError.self) { try YUpdate.merge([bytes]) }
        #expect(throws: YjsError.self) { try YUpdate.diff(bytes, from: StateVector()) }
        #expect(throws: YjsError.self) { try YUpdate.encodeStateVector(of: bytes) }
        #expect(throws: YjsError.self) { try YUpdate.meta(of: bytes) }
    }

    @Test func everyOperationObeysTheLimit() {
        let limits = YLimits(maxUpdateBytes: 5)
        let error = YjsError.updateTooLarge(bytes: 12, limit: 5)
        #expect(throws: error) { try YUpdate.merge([WorkedUpdate.insertHi], limits: limits) }
        #expect(throws: error) { try YUpdate.diff(WorkedUpdate.insertHi, from: StateVector(), limits: limits) }
        #expect(throws: error) { try YUpdate.encodeStateVector(of: WorkedUpdate.insertHi, limits: limits) }
        #expect(throws: error) { try YUpdate.meta(of: WorkedUpdate.insertHi, limits: limits) }
    }
}
