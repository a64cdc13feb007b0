import Synchronization

/// Counts the open readers of each blob, so that erasing waits for the last of them.
package final class OpenBlobs: Sendable {
    private struct Entry {
        var readers = 0
        var doomed: Blob?
    }

    private let entries = Mutex<[BlobKey: Entry]>([:])

    package init() {}

    package func retain(_ blob: Blob) {
        entries.withLock { $0[blob.key, default: Entry()].readers += 1 }
    }

    /// - Returns: the blob to erase now, when this was its last reader and it was erased meanwhile.
    package func release(_ blob: Blob) -> Blob? {
        entries.withLock { entries in
            guard var entry = entries[blob.key] else { return nil }
            entry.readers -= 1
            entries[blob.key] = entry.readers > 0 ? entry : nil
            return entry.readers > 0 ? nil : entry.doomed
        }
    }

    /// - Returns: false when readers are open; the last of them will be told to erase the blob.
    package func mayEraseNow(_ blob: Blob) -> Bool {
        entries.withLock { entries in
            guard entries[blob.key] != nil else { return true }
            entries[blob.key]?.doomed = blob
            return false
        }
    }

    package func isOpen(_ key: BlobKey) -> Bool {
        entries.withLock { $0[key] != nil }
    }
}
