import CofferCore
import NIOCore
import NIOHTTP1
import Testing

@testable import CofferHTTP

@Suite("S3 answers")
struct S3AnswerTests {
    private func failure(_ status: HTTPResponseStatus, _ body: String = "") -> S3Failure {
        S3Failure(status, body: ByteBuffer(string: body), doing: "store an object", at: "bucket b")
    }

    private func text(_ failure: S3Failure) -> String {
        guard case .unavailable(let text) = failure.error else { return "" }
        return text
    }

    @Test func operatorReadsWhatS3Said() {
        let answer = failure(.forbidden, "<Error><Code>SignatureDoesNotMatch</Code><Message>No\n!</Message></Error>")
        #expect(
            text(answer) == "store an object: bucket b answered 403 SignatureDoesNotMatch: No !; "
                + "the secret access key is probably wrong"
        )
        #expect(!answer.isTransient)
        #expect(text(failure(.badGateway, "<html>")) == "store an object: bucket b answered 502")
    }

    @Test("what may be better a moment later", arguments: [408, 429, 500, 502, 503, 504])
    func statusIsTransient(_ code: Int) {
        #expect(failure(HTTPResponseStatus(statusCode: code)).isTransient)
    }

    @Test("what will not", arguments: [301, 307, 400, 403, 404, 405, 409, 411, 501])
    func statusIsFinal(_ code: Int) {
        #expect(!failure(HTTPResponseStatus(statusCode: code)).isTransient)
    }

    @Test func codeCanMakeItTransient() {
        #expect(failure(.badRequest, "<Error><Code>RequestTimeout</Code></Error>").isTransient)
        #expect(!failure(.badRequest, "<Error><Code>InvalidPart</Code></Error>").isTransient)
    }

    @Test func fullStoreIsFull() {
        #expect(failure(.insufficientStorage).error == .full)
        #expect(failure(.forbidden, "<Error><Code>QuotaExceeded</Code></Error>").error == .full)
    }

    @Test func longMessagesAreCut() {
        let long = String(repeating: "x", count: 5000)
        #expect(text(failure(.conflict, "<Error><Code>A</Code><Message>\(long)</Message></Error>")).utf8.count < 300)
    }

    @Test(
        "ranges",
        arguments: [
            ("bytes 0-9/10", Int64(0), Int64?.some(10)), ("bytes 5-9/10", 5, 10), ("bytes 5-8/10", 5, nil),
            ("bytes 4-9/10", 5, nil), ("bytes 5-9/*", 5, nil), ("bytes */10", 0, nil), ("5-9/10", 5, nil),
            ("bytes 5-4/5", 5, nil), ("", 0, nil),
        ]
    )
    func rangeTellsTheSize(_ text: String, _ offset: Int64, _ size: Int64?) {
        #expect(S3Client.size(of: text, from: offset) == size)
    }

    @Test(
        "times of objects",
        arguments: [
            ("2009-10-12T17:50:30.000Z", Int64?.some(1_255_369_830_000)), ("2009-10-12T17:50:30Z", 1_255_369_830_000),
            ("2009-10-12", nil), ("yesterday", nil), ("", nil),
        ]
    )
    func timeIsRead(_ text: String, _ milliseconds: Int64?) {
        #expect(S3Client.time(text)?.milliseconds == milliseconds)
    }

    @Test func pausesGrowAndStayBounded() {
        let timing = S3Timing()
        #expect(timing.longestPause(before: 1) == .milliseconds(400))
        #expect(timing.longestPause(before: 2) == .milliseconds(800))
        #expect(timing.longestPause(before: 60) == .seconds(3))
        #expect(timing.limit(for: 0) == .seconds(15))
        #expect(timing.limit(for: 8 * 1024 * 1024) == .seconds(47))
    }
}
