import CofferCore

/// Holds an upload to a number of bytes a second, by answering and reading later.
struct UploadPace: Sendable {
    /// 0 for no limit.
    let bytesPerSecond: Int64
    let clock: any WallClock

    /// Returns when so many bytes may have arrived since `start`.
    func wait(for bytes: Int64, since start: Timestamp) async throws {
        guard bytesPerSecond > 0 else { return }
        let milliseconds = Double(bytes) / Double(bytesPerSecond) * 1000
        try await clock.sleep(until: start.advanced(by: .milliseconds(Int64(milliseconds))))
    }
}
