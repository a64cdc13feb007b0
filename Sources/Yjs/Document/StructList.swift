/// The structs of one client by clock, without gaps, in chunks so that a split moves little memory.
struct StructList {
    /// Where a struct stands; invalid after the list changes, unless a method says otherwise.
    struct Position {
        var chunk: Int
        var index: Int
    }

    private static let chunkCapacity = 512

    private var chunks: [[ItemRef]] = []
    private var firstClocks: [UInt64] = []

    /// The first clock that is unknown.
    private(set) var nextClock: UInt64 = 0
    /// Deleted clocks: sorted, disjoint, not touching; kept current at the end of each transaction.
    var deleted: [ClockRange] = []
    /// The last transaction that added structs, and ``nextClock`` before it.
    var transaction: UInt64 = 0
    var clockBefore: UInt64 = 0

    subscript(position: Position) -> ItemRef { chunks[position.chunk][position.index] }

    var last: Position? {
        chunks.isEmpty ? nil : Position(chunk: chunks.count - 1, index: chunks[chunks.count - 1].count - 1)
    }

    func after(_ position: Position) -> Position? {
        if position.index + 1 < chunks[position.chunk].count {
            return Position(chunk: position.chunk, index: position.index + 1)
        }
        return position.chunk + 1 < chunks.count ? Position(chunk: position.chunk + 1, index: 0) : nil
    }

    func before(_ position: Position) -> Position? {
        if position.index > 0 { return Position(chunk: position.chunk, index: position.index - 1) }
        guard position.chunk > 0 else { return nil }
        return Position(chunk: position.chunk - 1, index: chunks[position.chunk - 1].count - 1)
    }

    /// Number of structs from a position on.
    func count(from position: Position) -> Int {
        chunks[position.chunk...].reduce(-position.index) { $0 + $1.count }
    }

    /// Finds the struct that covers a clock.
    func position(of clock: UInt64, in items: [Item]) -> Position? {
        guard clock < nextClock, let lastFirst = firstClocks.last else { return nil }
        var chunk = firstClocks.count - 1
        if clock < lastFirst {
            var low = 0
            while low < chunk {
                let middle = (low + chunk) / 2
                if firstClocks[middle + 1] <= clock { low = middle + 1 } else { chunk = middle }
            }
        }
        let refs = chunks[chunk]
        var high = refs.count - 1
        if items[Int(refs[high])].clock <= clock { return Position(chunk: chunk, index: high) }
        var low = 0
        high -= 1
        while low < high {
            let middle = (low + high + 1) / 2
            if items[Int(refs[middle])].clock <= clock { low = middle } else { high = middle - 1 }
        }
        return Position(chunk: chunk, index: low)
    }

    /// Adds a struct at the end.
    mutating func append(_ ref: ItemRef, clock: UInt64, length: UInt64) {
        if chunks.isEmpty || chunks[chunks.count - 1].count >= Self.chunkCapacity {
            chunks.append([])
            firstClocks.append(clock)
        }
        chunks[chunks.count - 1].append(ref)
        nextClock = clock + length
    }

    /// Adds the right half of a split struct behind the left one.
    mutating func insert(_ ref: ItemRef, after position: Position, items: [Item]) {
        let chunk = position.chunk
        chunks[chunk].insert(ref, at: position.index + 1)
        guard chunks[chunk].count > Self.chunkCapacity else { return }
        let half = Self.chunkCapacity / 2
        let tail = Array(chunks[chunk][half...])
        chunks[chunk].removeLast(tail.count)
        chunks.insert(tail, at: chunk + 1)
        firstClocks.insert(items[Int(tail[0])].clock, at: chunk + 1)
    }

    /// Removes a struct that was fused into the one before; positions before it stay valid.
    mutating func remove(at position: Position, items: [Item]) {
        let chunk = position.chunk
        chunks[chunk].remove(at: position.index)
        if chunks[chunk].isEmpty {
            chunks.remove(at: chunk)
            firstClocks.remove(at: chunk)
        } else if position.index == 0 {
            firstClocks[chunk] = items[Int(chunks[chunk][0])].clock
        }
    }

    /// Calls `body` for each struct from a position on.
    func forEach<Failure>(
        from position: Position,
        _ body: (ItemRef) throws(Failure) -> Void
    ) throws(Failure) {
        for chunk in position.chunk..<chunks.count {
            for index in (chunk == position.chunk ? position.index : 0)..<chunks[chunk].count {
                try body(chunks[chunk][index])
            }
        }
    }
}
