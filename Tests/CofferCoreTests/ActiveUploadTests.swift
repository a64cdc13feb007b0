import Testing

@testable import CofferCore

@Suite("ActiveUpload")
struct ActiveUploadTests {
    private let upload = ActiveUpload(size: 100, partBytes: nil)

    private func begin() throws -> Int {
        guard case .arriving(let sender, _, _) = try upload.begin(0, declared: 10, limits: .init()) else {
            throw PartError.gone
        }
        return sender
    }

    @Test(.timeLimit(.minutes(10)))
    func whoeverWasSecondGoesOnWhenTheFirstOnesPartCounts() async throws {
        let (first, second) = (try begin(), try begin())
        upload.abandon(second)
        async let seen = {
            await upload.waitForOther(0)
            return upload.contiguousBytes
        }()
        // Others come and go meanwhile.
        upload.abandon(try begin())
        await Task.yield()
        _ = upload.accept(first, length: 10)
        #expect(await seen == 10)
    }

    @Test(.timeLimit(.minutes(10)))
    func whoeverWasSecondDoesNotWaitForNobody() async throws {
        let first = try begin()
        async let waiting: Void = upload.waitForOther(0)
        await Task.yield()
        upload.abandon(first)
        await waiting
        await upload.waitForOther(0)
        #expect(upload.contiguousBytes == 0)
    }
}
