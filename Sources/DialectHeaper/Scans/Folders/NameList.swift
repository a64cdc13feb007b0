import Glibc

/// Many names in little memory, in the order of their bytes.
struct NameList: Sendable {
    private struct Entry {
        let start: UInt32
        let count: UInt32
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    var count: Int { entries.count }

    subscript(index: Int) -> ArraySlice<UInt8> {
        let entry = entries[index]
        return bytes[Int(entry.start)..<Int(entry.start + entry.count)]
    }

    /// - Returns: false when the list is full, at 4 GiB of names.
    mutating func append(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = UInt32(exactly: bytes.count), let count = UInt32(exactly: name.count) else { return false }
        guard start <= UInt32.max - count else { return false }
        bytes.append(contentsOf: name)
        entries.append(Entry(start: start, count: count))
        return true
    }

    mutating func sort() {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            entries.sort { left, right in
                let order = memcmp(base + Int(left.start), base + Int(right.start), Int(min(left.count, right.count)))
                return order == 0 ? left.count < right.count : order < 0
            }
        }
    }
}
