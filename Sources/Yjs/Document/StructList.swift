/// The structs of one client by clock, without gaps, in chunks so that a split moves little memory.
///
/// Each entry repeats the clock of its struct, so that a search stays within one small array instead of jumping
/// through the items.
struct StructList {
    /// Where a struct stands; invalid after the list changes, unless a method says otherwise.
    struct Position {
        var chunk: Int
        var index: Int
    }

    private struct Entry {
        /// Clock, counted from the first of the chunk.
        var offset: UInt32
        var ref: ItemRef
    }

    private static let chunkCapacity = 512

    private var chunks: [[Entry]] = []
    private var firstClocks: [UInt64] = []

    /// The first clock that is unknown.
    private(set) var nextClock: UInt64 = 0
    /// Deleted clocks: sorted, disjoint, not touching; kept current at the end of each transaction.
    var deleted: [ClockRange] = []
    /// The last transaction that added structs, and ``nextClock`` before it.
    var transaction: UInt64 = 0
    var clockBefore: UInt64 = 0

    subscript(position: Position) -> ItemRef { chunks[position.chunk][position.index].ref }

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
    func position(of clock: UInt64) -> Position? {
        guard clock < nextClock, let lastFirst = firstClocks.last else { return nil }
        var chunk = firstClocks.count - 1
        if clock < lastFirst {
            var low = 0
            while low < chunk {
                let middle = (low + chunk) / 2
                if firstClocks[middle + 1] <= clock { low = middle + 1 } else { chunk = middle }
            }
        }
        let offset = clock - firstClocks[chunk]
        return chunks[chunk].withUnsafeBufferPointer { entries in
            // The position lies in `low..<low + count`; halving without branches keeps the processor guessing right.
            var low = 0
            var count = entries.count
            if UInt64(entries[count - 1].offset) <= offset { return Position(chunk: chunk, index: count - 1) }
            while count > 1 {
                let half = count / 2
                low = UInt64(entries[low + half].offset) <= offset ? low + half : low
                count -= half
            }
            return Position(chunk: chunk, index: low)
        }
    }

    /// Adds a struct at the end.
    mutating func append(_ ref: ItemRef, clock: UInt64, length: UInt64) {
        if let first = firstClocks.last, chunks[chunks.count - 1].count < Self.chunkCapacity,
            let offset = UInt32(exactly: clock - first)
        {
            chunks[chunks.count - 1].append(Entry(offset: offset, ref: ref))
        } else {
            chunks.append([Entry(offset: 0, ref: ref)])
            firstClocks.append(clock)
        }
        nextClock = clock + length
    }

    /// Adds the right half of a split struct, which starts at `clock`, behind the left one.
    mutating func insert(_ ref: ItemRef, clock: UInt64, after position: Position) {
        let chunk = position.chunk
        guard let offset = UInt32(exactly: clock - firstClocks[chunk]) else {
            // Structs of this chunk start less than 2^32 clocks behind its first, so none comes after the new one.
            firstClocks.insert(clock, at: chunk + 1)
            chunks.insert([Entry(offset: 0, ref: ref)], at: chunk + 1)
            return
        }
        chunks[chunk].insert(Entry(offset: offset, ref: ref), at: position.index + 1)
        if chunks[chunk].count > Self.chunkCapacity { splitChunk(chunk, at: Self.chunkCapacity / 2) }
    }

    private mutating func splitChunk(_ chunk: Int, at index: Int) {
        let tail = Array(chunks[chunk][index...])
        chunks[chunk].removeLast(tail.count)
        chunks.insert(tail, at: chunk + 1)
        firstClocks.insert(firstClocks[chunk], at: chunk + 1)
        rebase(chunk + 1)
    }

    /// Counts a chunk's offsets from its first struct again.
    private mutating func rebase(_ chunk: Int) {
        let first = chunks[chunk][0].offset
        for index in chunks[chunk].indices { chunks[chunk][index].offset -= first }
        firstClocks[chunk] += UInt64(first)
    }

    /// Removes a struct that was fused into the one before; positions before it stay valid.
    mutating func remove(at position: Position) {
        let chunk = position.chunk
        chunks[chunk].remove(at: position.index)
        if chunks[chunk].isEmpty {
            chunks.remove(at: chunk)
            firstClocks.remove(at: chunk)
        } else if position.index == 0 {
            rebase(chunk)
        }
    }

    /// Calls `body` for each struct from a position on.
    func forEach<Failure>(
        from position: Position,
        _ body: (ItemRef) throws(Failure) -> Void
    ) throws(Failure) {
        for chunk in position.chunk..<chunks.count {
            for index in (chunk == position.chunk ? position.index : 0)..<chunks[chunk].count {
                try body(chunks[chunk][index].ref)
            }
        }
    }
}
