import Synchronization

/// Admissions that nobody settled, waiting for the sweeper to release them.
///
/// An admission is abandoned when its response was never written, for example because the client had left before the
/// head was sent. It ends in a `deinit`, which cannot wait for the database.
final class AbandonedAdmissions: Sendable {
    private let tickets = Mutex<[Admission.Ticket]>([])
    private let signal: AsyncStream<Void>.Continuation
    let arrivals: AsyncStream<Void>

    init() {
        (arrivals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func add(_ ticket: Admission.Ticket) {
        guard ticket.isHeld else { return }
        tickets.withLock { $0.append(ticket) }
        signal.yield()
    }

    func takeAll() -> [Admission.Ticket] {
        tickets.withLock { tickets in
            defer { tickets = [] }
            return tickets
        }
    }
}
