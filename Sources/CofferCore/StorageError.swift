import Glibc

/// What can go wrong below the stores, in words that every caller understands.
///
/// The dialects turn these into their own bodies: ``full`` is a 507, ``unavailable(_:)`` a 503 (design: durability rule 8).
package enum StorageError: Error, Equatable {
    /// The disk or the quota of the file system has no room left.
    case full
    /// The file system or the database cannot be used; the text is for the operator's log, never for a client.
    case unavailable(String)

    /// The error for a failed system call.
    package init(errno code: Int32, doing action: String) {
        switch code {
        case ENOSPC, EDQUOT, EFBIG: self = .full
        default: self = .unavailable("\(action): \(String(cString: strerror(code)))")
        }
    }
}
