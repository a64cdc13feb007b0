import Foundation
import Testing

@testable import Yjs

/// One recorded log of three clients, see the format specification.
struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    var number: Int
    var gc: Bool
    var updates: [Data]
    var shuffledOrder: [Int]
    var merged: Data
    var mergedShuffled: Data
    var svHalf: Data
    var svFromMerged: Data
    var svFinal: Data
    var diffMergedHalf: Data
    var state: Data
    var stateV2: Data
    var overlapIn: [Data]
    var overlap: Data
    var partialMissingFirst: Data
    var view: String

    var testDescription: String { "log \(number)" }

    var log: [[UInt8]] { updates.map(Array.init) }
    var shuffled: [[UInt8]] { shuffledOrder.map { Array(updates[$0]) } }

    enum CodingKeys: String, CodingKey {
        case number = "case"
        case gc
        case updates
        case shuffledOrder = "shuffled_order"
        case merged
        case mergedShuffled = "merged_shuffled"
        case svHalf = "sv_half"
        case svFromMerged = "sv_from_merged"
        case svFinal = "sv_final"
        case diffMergedHalf = "diff_merged_half"
        case state
        case stateV2 = "state_v2"
        case overlapIn = "overlap_in"
        case overlap
        case partialMissingFirst = "partial_missing_first"
        case view
    }

    static let all: [Vector] = {
        guard let url = Bundle.module.url(forResource: "yjs-vectors", withExtension: "json"),
            let data = try? Data(contentsOf: url),
            let vectors = try? JSONDecoder().decode([Vector].self, from: data)
        else { return [] }
        return vectors
    }()
}

/// Bytes from hexadecimal digits; blanks are ignored.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// Compares bytes without printing megabytes when they differ.
func expectSame(_ left: [UInt8], _ right: some Collection<UInt8>, sourceLocation: SourceLocation = #_sourceLocation) {
    let isSame = left.elementsEqual(right)
    #expect(isSame, "\(left.count) bytes instead of \(right.count)", sourceLocation: sourceLocation)
}
