import Testing

@testable import Yjs

@Suite("State vectors")
struct StateVectorTests {
    @Test func entriesAreWrittenByDescendingClient() throws {
        var vector = StateVector()
        vector[5] = 300
        vector[77] = 1
        vector[6] = 2
        #expect(vector.encoded() == hex("03 4d 01 06 02 05 ac02"))
        #expect(try StateVector(decoding: vector.encoded()) == vector)
    }

    @Test func nothingIsOneByte() throws {
        #expect(StateVector().encoded() == [0])
        #expect(try StateVector(decoding: [0]) == StateVector())
    }

    @Test func zeroCountsAsUnknown() throws {
        var vector = try StateVector(decoding: hex("02 05 00 4d 03"))
        #expect(vector.clocks == [77: 3])
        #expect(vector[5] == 0)
        vector[77] = 0
        #expect(vector == StateVector())
    }

    @Test func theHigherOfTwoEntriesCounts() throws {
        #expect(try StateVector(decoding: hex("02 05 07 05 03"))[5] == 7)
        #expect(try StateVector(decoding: hex("02 05 03 05 07"))[5] == 7)
    }

    private static let malformed: [(String, YjsError)] = [
        ("", .unexpectedEnd(offset: 0)),
        ("01", .countExceedsInput(offset: 0)),
        ("02 05 01 06", .countExceedsInput(offset: 0)),
        ("01 80 80", .unexpectedEnd(offset: 3)),
        ("01 05 ff ff ff ff ff ff ff 10", .integerTooLarge(offset: 2)),
        ("00 00", .trailingBytes(offset: 1)),
        ("01 05 01 00", .trailingBytes(offset: 3)),
    ]

    @Test(arguments: malformed)
    func malformedStateVectors(_ bytes: String, _ error: YjsError) {
        #expect(throws: error) { try StateVector(decoding: hex(bytes)) }
    }
}
