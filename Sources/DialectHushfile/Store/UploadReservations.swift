import CofferCore
import Synchronization

/// Declared bytes on their way into open uploads, so that parallel chunks cannot overrun a file's limit together.
///
/// The transaction that records a chunk checks the limit once more and ends the reservation in the same step, so nothing is
/// counted twice and nothing slips through.
final class UploadReservations: Sendable {
    /// One sender of one chunk.
    final class Claim: Sendable {
        fileprivate let drop: DropID
        fileprivate let index: Int64
        fileprivate let bytes: Int64
        private let owner: UploadReservations

        fileprivate init(_ owner: UploadReservations, drop: DropID, index: Int64, bytes: Int64) {
            self.owner = owner
            self.drop = drop
            self.index = index
            self.bytes = bytes
        }

        /// Gives the room back; further calls do nothing, and a claim that is dropped does it too.
        func end() { owner.end(self) }

        deinit { owner.forget(ObjectIdentifier(self), drop) }
    }

    private struct Reserved {
        let index: Int64
        let bytes: Int64
    }

    private let reserved = Mutex<[DropID: [ObjectIdentifier: Reserved]]>([:])

    /// Reserves room for a chunk.
    ///
    /// `stored` is the bytes of the file's other chunks that are recorded. Senders of one number share their room, for only
    /// one of them can stay.
    ///
    /// - Returns: nil when the file would become larger than `limit`.
    func claim(_ bytes: Int64, for index: Int64, of drop: DropID, stored: Int64, limit: Int64) -> Claim? {
        let claim = Claim(self, drop: drop, index: index, bytes: bytes)
        let fits = reserved.withLock { reserved in
            let others = Dictionary(
                grouping: reserved[drop, default: [:]].values.filter { $0.index != index },
                by: \.index
            )
            let underWay = others.values.reduce(0) { $0 + ($1.map(\.bytes).max() ?? 0) }
            guard stored + underWay + bytes <= limit else { return false }
            reserved[drop, default: [:]][ObjectIdentifier(claim)] = Reserved(index: index, bytes: bytes)
            return true
        }
        return fits ? claim : nil
    }

    private func end(_ claim: Claim) {
        forget(ObjectIdentifier(claim), claim.drop)
    }

    private func forget(_ claim: ObjectIdentifier, _ drop: DropID) {
        reserved.withLock { reserved in
            reserved[drop]?[claim] = nil
            if reserved[drop]?.isEmpty == true { reserved[drop] = nil }
        }
    }
}
