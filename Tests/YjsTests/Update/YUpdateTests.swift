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
}
