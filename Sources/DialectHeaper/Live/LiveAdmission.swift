import CofferCore

/// Whether somebody may open a name, and what for.
///
/// Source: Heaper contract, sections 5.4 and 5.5.
enum LiveAdmission: Equatable, Sendable {
    case admitted(LiveOpening.Subject, isReadOnly: Bool)
    /// The reason goes to the client, and tells nobody what is not theirs.
    case denied(reason: String)

    static let permissionDenied = LiveAdmission.denied(reason: "permission-denied")
    static let invalidName = LiveAdmission.denied(reason: "invalid-document-name")

    /// `version`: what the name says; nil when it says none.
    init(_ standing: BlockStanding, of block: BlockID, version: Int64?) {
        switch standing {
        case .present(let place):
            if let version, !(place.floor...max(place.floor, place.version)).contains(version) {
                self = .denied(reason: "version-mismatch:v\(place.version)")
            } else {
                self = .admitted(.document(DocumentTarget(place)), isReadOnly: !place.heap.role.mayWrite)
            }
        case .absent(let heap):
            let target = DocumentTarget(new: block, in: heap, version: version ?? 1)
            self = .admitted(.document(target), isReadOnly: !heap.role.mayWrite)
        case .purged: self = .denied(reason: "deleted")
        case .denied: self = .permissionDenied
        }
    }

    init(_ heap: HeapPlace?) {
        self = heap.map { .admitted(.heap($0.heap), isReadOnly: true) } ?? .permissionDenied
    }
}
