import CofferCore
import Crypto

/// Names a folder of a heap in the database: the same everywhere and always, so nobody has to look it up.
struct FolderKey: Hashable, Sendable, SQLBindable {
    let bytes: [UInt8]

    init(_ heap: HeapID, root: String, _ path: FolderPath) {
        // None of the first two has a NUL.
        let text = Array(heap.text.utf8) + [0] + Array(root.utf8) + [0] + path.bytes
        bytes = Array(SHA256.hash(data: text).prefix(16))
    }

    init(stored bytes: [UInt8]) {
        self.bytes = bytes
    }

    var sqlValue: SQLValue { .bytes(bytes) }
}
