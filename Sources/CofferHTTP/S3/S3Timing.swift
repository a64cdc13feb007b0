/// How long requests to S3 may take.
package struct S3Timing: Sendable {
    /// Until a connection stands.
    package var connect: Duration = .seconds(5)
    /// Until an answer begins, and the longest pause inside a body in either direction.
    ///
    /// Once it is over nothing is tried again, so a call ends within about twice this time, plus the time that its bytes need.
    package var answer: Duration = .seconds(15)
    /// How often a request is sent that may be sent again.
    package var attempts = 4

    package init() {}

    /// Bytes that S3 must at least take in a second.
    private static let slowestBytesPerSecond: Int64 = 256 * 1024

    func limit(for bytes: Int64) -> Duration {
        answer + .seconds(bytes / Self.slowestBytesPerSecond)
    }

    /// The longest pause before an attempt; the real one is drawn between nothing and this.
    func longestPause(before attempt: Int) -> Duration {
        min(.milliseconds(200) * (1 << min(attempt, 10)), .seconds(3))
    }
}
