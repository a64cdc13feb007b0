import CofferHTTP
import HTTPTypes

/// Every failure of scans and of the jobs beside them.
///
/// Source: Heaper contract, section 8.
enum ScanFailure: Error, Equatable {
    /// Absolute, with `..` or a NUL, or through a link.
    case pathOutsideRoot
    case folderNotFound
    case folderUnreadable
    /// The server must not know what is in such a heap.
    case heapEncrypted
    case notFound
    /// The same folder of the heap is being scanned, by the scan with this id.
    case active(String)

    var wire: (status: HTTPResponse.Status, code: String, sentence: String) {
        switch self {
        case .pathOutsideRoot: (.forbidden, "path_outside_root", "The path leads out of the heap's folder")
        case .folderNotFound: (.notFound, "folder_not_found", "The heap has no such folder on this server")
        case .folderUnreadable: (.forbidden, "folder_unreadable", "The server may not read this folder")
        case .heapEncrypted: (.conflict, "heap_encrypted", "Encrypted heaps cannot be scanned")
        case .notFound: (.notFound, "scan_not_found", "Scan not found")
        case .active: (.conflict, "scan_active", "This folder is being scanned already")
        }
    }

    /// Members that stand before those of every failure.
    var members: [JSONValue.Member] {
        switch self {
        case .active(let id): [.init("scan_id", .string(id))]
        default: []
        }
    }
}
