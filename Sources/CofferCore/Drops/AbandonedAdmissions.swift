import Synchronization

/// Admissions that nobody settled, waiting for the sweeper to release them.
///
/// An admission is abandoned when its response was never written, for example because the client had left before the
/// head was sent; it ends in a `deinit`, which cannot wait for the database. Releases that the database refused wait
/// here too.
final class AbandonedAdmissions: Sendable {
    struct Release: Sendable {
        let ticket: Admission.Ticket
        let refund: Bool
    }

    private let releases = Mutex<[Release]>([])
    /// Raised when there is something to take.
    let signal = Signal()

    func add(_ ticket: Admission.Ticket, refund: Bool) {
        guard ticket.isHeld else { return }
        releases.withLock { $0.append(Release(ticket: ticket, refund: refund)) }
        signal.raise()
    }

    func takeAll() -> [Release] {
        releases.withLock { releases in
            defer { releases = [] }
            return releases
        }
    }
}
