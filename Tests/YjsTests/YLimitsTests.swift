import Testing

@testable import Yjs

@Suite("Limits")
struct YLimitsTests {
    @Test func defaultsAreThoseOfTheFormat() {
        let limits = YLimits.network
        #expect(limits.maxUpdateBytes == 16 << 20)
        #expect(limits.maxDocumentBytes == 64 << 20)
        #expect(limits.maxPendingBytes == 4 << 20)
        #expect(limits.maxPendingStructs == 10_000)
        #expect(limits.maxConflictSteps == 50_000_000)
        #expect(YLimits.storage.maxUpdateBytes == 64 << 20)
        #expect(YLimits.maxInteger == 9_007_199_254_740_991)
    }

    @Test func sizesBeyondTheLayoutAreCut() {
        let limits = YLimits(maxUpdateBytes: .max, maxDocumentBytes: .max)
        #expect(limits.maxUpdateBytes == Int(Int32.max))
        #expect(limits.maxDocumentBytes == 1 << 30)
    }

    /// Refused updates leave the document as it was.
    private func expectRefused(
        _ error: YjsError,
        _ limits: YLimits,
        _ updates: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var document = YDocument(limits: limits)
        for update in updates.dropLast() { try document.apply(hex(update)) }
        let before = document.encodeState()
        #expect(throws: error, sourceLocation: sourceLocation) { try document.apply(hex(updates.last ?? "")) }
        expectSame(document.encodeState(), before, sourceLocation: sourceLocation)
        #expect(RoundTrip.problems(of: document) == [], sourceLocation: sourceLocation)
    }

    private static let insertHi = "01 01 4d 00 04 01 01 74 02 6869 00"

    @Test func updatesHaveALargestSize() throws {
        try expectRefused(.updateTooLarge(bytes: 12, limit: 11), YLimits(maxUpdateBytes: 11), [Self.insertHi])
    }

    @Test func documentsHaveALargestSize() throws {
        let error = YjsError.documentTooLarge(limit: 24)
        try expectRefused(
            error,
            YLimits(maxDocumentBytes: 24),
            [Self.insertHi, "01 01 4e 00 04 01 01 74 04 61626364 00"]
        )
    }

    @Test func structsWithoutContentCountAsWell() throws {
        var document = YDocument(limits: YLimits(maxDocumentBytes: 4000))
        var refusals = 0
        for client in UInt64(1)...100 {
            var encoder = Lib0Encoder()
            for value in [1, 1, client, 0, 1, 1, 1, 0x74, 5, 0] { encoder.writeVarUint(value) }
            if (try? document.apply(encoder.bytes)) == nil { refusals += 1 }
        }
        #expect(refusals == 0)
        for client in UInt64(101)...1000 {
            var encoder = Lib0Encoder()
            for value in [1, 1, client, 0, 1, 1, 1, 0x74, 5, 0] { encoder.writeVarUint(value) }
            if (try? document.apply(encoder.bytes)) == nil { refusals += 1 }
        }
        #expect(refusals > 400)
    }

    @Test func stateReadFromStorageMayBeAsLargeAsADocument() throws {
        let state = hex(Self.insertHi)
        #expect(throws: Never.self) { try YDocument(state: state, limits: YLimits(maxUpdateBytes: 1)) }
        #expect(throws: YjsError.updateTooLarge(bytes: 12, limit: 11)) {
            try YDocument(state: state, limits: YLimits(maxUpdateBytes: 1, maxDocumentBytes: 11))
        }
    }

    @Test func waitingStructsHaveALargestNumber() throws {
        let limits = YLimits(maxPendingStructs: 1)
        let waiting = "01 01 4d 05 84 4d 04 01 61 00"
        try expectRefused(.pendingTooLarge(limit: 1), limits, [waiting, "01 01 4d 08 84 4d 07 01 61 00"])
        try expectRefused(.pendingTooLarge(limit: 1), limits, ["02 01 4d 05 00 01 01 4e 05 00 01 00"])
    }

    @Test func duplicatesOfWaitingStructsDoNotCount() throws {
        var document = YDocument(limits: YLimits(maxPendingBytes: 40, maxPendingStructs: 2))
        for _ in 0..<100 { try document.apply(hex("01 01 4d 05 84 4d 04 01 61 00")) }
        let isWaiting = document.hasPendingData
        #expect(isWaiting)
    }

    @Test func waitingStructsHaveALargestSize() throws {
        let limits = YLimits(maxPendingBytes: 12)
        try expectRefused(.pendingTooLarge(limit: 10_000), limits, ["01 01 4d 05 84 4d 04 08 6162636465666768 00"])
    }

    @Test func waitingDeletesHaveALargestNumber() throws {
        let limits = YLimits(maxPendingStructs: 2)
        try expectRefused(.pendingTooLarge(limit: 2), limits, ["00 01 4d 02 00 01 05 01", "00 01 4d 01 09 01"])
    }

    @Test func conflictScansHaveALargestNumberOfSteps() throws {
        let first = "03 01 07 00 04 01 01 74 01 61 01 06 00 04 01 01 74 01 61 01 05 00 04 01 01 74 01 61 00"
        try expectRefused(
            .integrationTooExpensive(limit: 4),
            YLimits(maxConflictSteps: 4),
            [first, "02 01 09 00 04 01 01 74 01 62 01 08 00 04 01 01 74 01 62 00"]
        )
    }
}
