import Synchronization

/// The right to read one slot of a drop once.
///
/// Settle it exactly once: ``DropStore/finish(_:)`` when the bytes have left, ``DropStore/release(_:refund:)`` when they
/// have not. One that is dropped unsettled, because its task ended early, is released by the store on its own.
package final class Admission: Sendable {
    package let drop: DropID
    package let slot: Int64
    let counting: Drop.Counting
    /// False for drops without limit: nothing is held, and only finishing writes.
    let isHeld: Bool
    /// Downloads of the slot that count, this one included if it counts on admission.
    package let served: Int64
    private let isSettled = Atomic(false)
    private let abandon: @Sendable (Admission.Ticket) -> Void

    /// What a release needs to know, free of the admission itself.
    struct Ticket: Sendable {
        let drop: DropID
        let slot: Int64
        let counting: Drop.Counting
        let isHeld: Bool
    }

    init(ticket: Ticket, served: Int64, abandon: @escaping @Sendable (Ticket) -> Void) {
        drop = ticket.drop
        slot = ticket.slot
        counting = ticket.counting
        isHeld = ticket.isHeld
        self.served = served
        self.abandon = abandon
    }

    deinit {
        if settle() { abandon(ticket) }
    }

    var ticket: Ticket { Ticket(drop: drop, slot: slot, counting: counting, isHeld: isHeld) }

    /// - Returns: true for the first call only.
    func settle() -> Bool {
        isSettled.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
    }
}

/// The answer to a wish to read.
package enum AdmissionResult: Sendable {
    case admitted(Admission)
    /// The limit is used up, or readers under way may use it up.
    case exhausted
    /// The drop, or this slot of it, does not exist, expired, or is not ready.
    case missing
}
