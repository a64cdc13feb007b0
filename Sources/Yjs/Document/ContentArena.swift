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

    /// Appends bytes that the arena has already.
    mutating func repeatBytes(_ range: Range<Int>) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: range.count))
        move(range, to: start)
    }

    /// Copies bytes to another place that exists already.
    private mutating func move(_ range: Range<Int>, to place: Int) {
        precondition(range.lowerBound >= 0 && max(range.upperBound, place + range.count) <= bytes.count)
        // A slice of the array would count as a second owner and make it copy as a whole.
        bytes.withUnsafeMutableBytes { all in
            guard let base = all.baseAddress else { return }
            base.advanced(by: place).copyMemory(from: base.advanced(by: range.lowerBound), byteCount: range.count)
        }
    }

    /// Writes over bytes that are there; together they must stay UTF-8.
    mutating func overwrite(at offset: Int, _ more: [UInt8]) {
        for (index, byte) in more.enumerated() { bytes[offset + index] = byte }
    }

    mutating func discard(_ count: Int) {
        garbage += count
    }

    /// Whether two contents, and so many bytes more, can be made adjacent without outgrowing the 32 bits of an offset.
    func canJoin(_ left: Range<Int>, _ right: Range<Int>, andMore more: Int = 0) -> Bool {
        // A text that grows piece by piece moves into ever larger rooms, all of them less than five times its size.
        left.upperBound == right.lowerBound || bytes.count + (left.count + right.count + more) * 5 < Int(Int32.max)
    }

    /// Makes the bytes of two contents adjacent and answers where they start.
    mutating func join(_ left: Range<Int>, _ right: Range<Int>) -> Int {
        if left.upperBound == right.lowerBound { return left.lowerBound }
        let total = left.count + right.count
        let end = UInt32(left.upperBound)
        if let room = rooms.isEmpty ? nil : rooms.removeValue(forKey: end), Int(room) >= right.count {
            move(right, to: left.upperBound)
            rooms[end + UInt32(right.count)] = room - UInt32(right.count)
            return left.lowerBound
        }
        garbage += left.count + right.count
        if left.upperBound == bytes.count {
            garbage -= left.count
            repeatBytes(right)
            return left.lowerBound
        }
        let moved = bytes.count
        repeatBytes(left)
        repeatBytes(right)
        let room = total > 64 ? total / 2 : 0
        if room > 0 {
            bytes.append(contentsOf: repeatElement(0, count: room))
            garbage += room
            rooms[UInt32(moved + total)] = UInt32(room)
        }
        return moved
    }

    /// Gives back room that was reserved for more than came.
    mutating func trim() {
        guard bytes.capacity > bytes.count + bytes.count / 4 else { return }
        // An array made of the whole of another shares its memory.
        bytes = bytes.withUnsafeBufferPointer { Array($0) }
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
