/// The bytes of all contents of a document, in one array.
///
/// Contents refer to it by offset; bytes that nothing refers to any more are counted and squeezed out later.
struct ContentArena {
    private(set) var bytes: [UInt8] = []
    /// Bytes that belong to no content.
    private(set) var garbage = 0
    /// Room behind texts that were moved in order to grow, by where the text ends and the room starts.
    private var rooms: [UInt32: UInt32] = [:]

    var live: Int { bytes.count - garbage }

    /// Whether squeezing would free at least a third and is worth the work.
    var isWasteful: Bool { garbage > 32 << 10 && garbage > bytes.count / 3 }

    mutating func reserve(_ more: Int) {
        bytes.reserveCapacity(bytes.count + more)
    }

    mutating func append(_ source: [UInt8], _ range: Range<Int>) {
        if range.count <= 16 {
            for index in range { bytes.append(source[index]) }
        } else {
            bytes.append(contentsOf: source[range])
        }
    }

    mutating func append(_ more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    mutating func discard(_ count: Int) {
        garbage += count
    }

    /// Makes the bytes of two contents adjacent and answers where they start.
    mutating func join(_ left: Range<Int>, _ right: Range<Int>) -> Int {
        if left.upperBound == right.lowerBound { return left.lowerBound }
        let total = left.count + right.count
        let end = UInt32(left.upperBound)
        if let room = rooms.isEmpty ? nil : rooms.removeValue(forKey: end), Int(room) >= right.count {
            bytes.replaceSubrange(left.upperBound..<left.upperBound + right.count, with: Array(bytes[right]))
            rooms[end + UInt32(right.count)] = room - UInt32(right.count)
            return left.lowerBound
        }
        garbage += left.count + right.count
        if left.upperBound == bytes.count {
            garbage -= left.count
            bytes.append(contentsOf: Array(bytes[right]))
            return left.lowerBound
        }
        let moved = bytes.count
        bytes.append(contentsOf: Array(bytes[left]))
        bytes.append(contentsOf: Array(bytes[right]))
        let room = total > 64 ? total / 2 : 0
        if room > 0 {
            bytes.append(contentsOf: repeatElement(0, count: room))
            garbage += room
            rooms[UInt32(moved + total)] = UInt32(room)
        }
        return moved
    }

    /// Starts again with only the bytes that the items refer to.
    mutating func squeeze(_ items: inout [Item]) {
        var squeezed: [UInt8] = []
        squeezed.reserveCapacity(live)
        for index in items.indices where items[index].contentBytes > 0 {
            let range = items[index].contentRange
            items[index].content = UInt32(squeezed.count)
            squeezed.append(contentsOf: bytes[range])
        }
        bytes = squeezed
        garbage = 0
        rooms = [:]
    }
}
