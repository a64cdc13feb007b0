/// What one run of a tool may use, and how many run.
package struct MediaLimits: Sendable {
    /// Pixels that an image may declare; compared before anything is decoded.
    package var maxPixels: Int64 = 100_000_000
    /// Time on the clock, after which the tool is killed.
    package var wallTime: Duration = .seconds(60)
    /// Seconds of CPU.
    package var cpuSeconds = 20
    /// How far the tool stands back behind everything else, 0 to 19.
    package var niceness = 10
    /// Address space of the tool.
    package var memoryBytes = 1 << 30
    /// Size of each file that it may write.
    package var outputBytes = 32 << 20
    /// Bytes of input that are copied for the tool because they do not lie in a file as they are.
    package var maxCopyBytes: Int64 = 1 << 30
    /// Tools that run at the same time.
    package var concurrency = 2
    /// Callers that wait for their turn; one more is told ``MediaFailure/busy``.
    package var maxWaiting = 64

    package init() {}
}
