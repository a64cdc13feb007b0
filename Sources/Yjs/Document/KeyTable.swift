/// Byte strings that occur often (root names, map keys, node names), each stored once and compared by bytes.
struct KeyTable {
    private var bytes: [UInt8] = []
    /// Where each key ends; it starts where the one before ends.
    private var ends: [UInt32] = []
    /// Open addressing by hash; empty places are `absent`.
    private var table: [UInt32] = Array(repeating: absent, count: 16)

    var byteCount: Int { bytes.count }

    /// Bytes of a key.
    subscript(key: UInt32) -> ArraySlice<UInt8> { bytes[range(of: key)] }

    /// Text of a key.
    func text(_ key: UInt32) -> String { String(decoding: self[key], as: UTF8.self) }

    /// Looks a key up.
    func find(_ key: ArraySlice<UInt8>) -> UInt32? {
        let found = table[place(of: key)]
        return found == absent ? nil : found
    }

    /// Looks a key up and adds it if it is new.
    mutating func intern(_ key: ArraySlice<UInt8>) -> UInt32 {
        let index = place(of: key)
        if table[index] != absent { return table[index] }
        let id = UInt32(ends.count)
        bytes.append(contentsOf: key)
        ends.append(UInt32(truncatingIfNeeded: bytes.count))
        table[index] = id
        if ends.count * 2 > table.count { grow() }
        return id
    }

    private func range(of key: UInt32) -> Range<Int> {
        (key == 0 ? 0 : Int(ends[Int(key) - 1]))..<Int(ends[Int(key)])
    }

    private mutating func grow() {
        table = Array(repeating: absent, count: table.count * 2)
        for key in 0..<UInt32(ends.count) { table[place(of: self[key])] = key }
    }

    /// Where the key is, or where it belongs.
    private func place(of key: ArraySlice<UInt8>) -> Int {
        var hasher = Hasher()
        key.withUnsafeBytes { hasher.combine(bytes: $0) }
        let mask = table.count - 1
        var index = hasher.finalize() & mask
        while table[index] != absent, !self[table[index]].elementsEqual(key) { index = (index + 1) & mask }
        return index
    }
}
