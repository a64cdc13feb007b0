import CofferCore
import CofferMedia
import Logging
import Synchronization

/// Tells a file of which no picture can be made from a machine that cannot make any.
///
/// Under a sandbox that is too narrow, or with too little memory for a tool, every run fails as if its file were damaged.
final class MediaTrial: Sendable {
    private static let interval: Duration = .seconds(600)

    private let media: Media
    private let clock: any WallClock
    private let logger: Logger
    private let last = Mutex<(at: Timestamp, isWell: Bool)?>(nil)

    init(_ media: Media, clock: any WallClock, logger: Logger) {
        self.media = media
        self.clock = clock
        self.logger = logger
    }

    /// Whether a picture can be made of a file that is all right; tried anew every ten minutes.
    ///
    /// That it cannot is logged. Without tools it says yes: then nothing was run. So it does when the trial did not end in
    /// its time: the machine may only be busy, which is asked again the next time.
    func isWell() async -> Bool {
        let now = clock.now
        if let last = last.withLock(\.self), last.at.duration(to: now) < Self.interval { return last.isWell }
        var isWell = true
        do {
            try await media.tryOut()
        } catch MediaFailure.broken {
            isWell = false
            logger.error("no thumbnail can be made on this machine; coffer doctor says more")
        } catch MediaFailure.timedOut {
            return true
        } catch {}
        last.withLock { $0 = (now, isWell) }
        return isWell
    }
}
