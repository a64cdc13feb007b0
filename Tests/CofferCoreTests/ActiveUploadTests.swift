import Testing

@testable import CofferCore

@Suite("ActiveUpload")
struct ActiveUploadTests {
    private static let extent = PartLayout.Extent(position: 0, length: 10)

    private func begin(_ upload: ActiveUpload) throws -> Int {
        guard case .arriving(let sender, _, _) = try upload.begin(0, declared: 10, limits: .init()) else {
            throw PartError.gone
        }
        return sender
    }

    @Test(.timeLimit(.minutes(10)), arguments: [nil, 10] as [Int64?])
    func whoeverWasSecondIsRecordedWhenTheFirstOnesPartCounts(partBytes: Int64?) async throws {
        let upload = ActiveUpload(size: 100, partBytes: partBytes)
        let (first, second) = (try begin(upload), try begin(upload))
        #expect(try await upload.claim(first, 0, Self.extent)?.count == 1)
        async let seen = {
            let claimed = try await upload.claim(second, 0, PartLayout.Extent(position: 100, length: 10))
            return (upload.contiguousBytes, claimed?.count)
        }()
        // Others come and go meanwhile.
        upload.abandon(try begin(upload))
        await Task.yield()
        _ = upload.accept(first, length: 10)
        let (bytes, count) = try await seen
        #expect(bytes == 10)
        // Only where equal parts are agreed on, a part that comes again is taken.
        #expect(count == (partBytes == nil ? nil : 1))
    }

    @Test(.timeLimit(.minutes(10)))
    func whoeverWasSecondDoesNotWaitForNobody() async throws {
        let upload = ActiveUpload(size: 100, partBytes: nil)
        let (first, second) = (try begin(upload), try begin(upload))
        _ = try await upload.claim(first, 0, Self.extent)
        async let count = upload.claim(second, 0, Self.extent)?.count
        await Task.yield()
        upload.abandon(first)
        #expect(try await count == 1)
        #expect(upload.contiguousBytes == 0)
    }

    /// Otherwise it could write, or give room back, where by now another sender's part has been brought.
    @Test func whoeverBeganBeforeASealingWritesNoMoreAfterIt() async throws {
        let upload = ActiveUpload(size: 10, partBytes: 10)
        let (late, first) = (try begin(upload), try begin(upload))
        _ = try await upload.claim(first, 0, Self.extent)
        #expect(upload.accept(first, length: 10) == nil)
        try await upload.writing(late) {}
        try await upload.seal()
        upload.unseal()
        await #expect(throws: PartError.gone) { try await upload.writing(late) {} }
        try await upload.writing(try begin(upload)) {}
    }

    @Test(.timeLimit(.minutes(10)), arguments: [false, true])
    func whoeverSealsSecondWaitsForHowTheFirstEnds(comesAbout: Bool) async throws {
        let upload = ActiveUpload(size: 10, partBytes: nil)
        let sender = try begin(upload)
        _ = try await upload.claim(sender, 0, Self.extent)
        _ = upload.accept(sender, length: 10)
        try await upload.seal()
        async let second: Bool = {
            do {
                try await upload.seal()
                return false
            } catch PartError.gone {
                return true
            }
        }()
        await Task.yield()
        if comesAbout { upload.finish() } else { upload.unseal() }
        #expect(try await second == comesAbout)
    }

    /// Its answer is the same, whether or not somebody tries to complete the upload meanwhile.
    @Test func repeatedPartIsNeedlessWhileTheUploadIsSealed() async throws {
        let upload = ActiveUpload(size: 10, partBytes: nil)
        let (late, first) = (try begin(upload), try begin(upload))
        _ = try await upload.claim(first, 0, Self.extent)
        _ = upload.accept(first, length: 10)
        #expect(!upload.isNeedless(late, 0))
        try await upload.seal()
        #expect(upload.isNeedless(late, 0))
        guard case .known = try upload.begin(0, declared: 10, limits: .init()) else {
            Issue.record("a known part is taken again")
            return
        }
        upload.unseal()
        #expect(upload.isNeedless(late, 0))
    }
}
