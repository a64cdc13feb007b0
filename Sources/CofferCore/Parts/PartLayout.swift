/// Where the numbered parts of one open upload lie in its file.
///
/// The upload's bytes are its parts in the order of their numbers, but a part's offset is known only when all before it
/// are. So each is placed where it will most likely belong, and what turns out to lie elsewhere is moved at the end:
/// with clients that send equal parts, nothing ever is. Where equal parts are agreed on, a part that comes again lies
/// behind the end until it is copied over what it replaces. No input or output happens here.
struct PartLayout: Sendable {
    struct Extent: Equatable, Sendable {
        var position: Int64
        let length: Int64

        var end: Int64 { position + length }

        func overlaps(_ other: Extent) -> Bool {
            position < other.end && other.position < end
        }
    }

    /// Bytes to be copied inside the file.
    struct Move: Equatable, Sendable {
        let index: Int64
        let from: Int64
        let to: Int64
        let length: Int64
    }

    private struct Arrival {
        let index: Int64
        let extent: Extent
        /// Bytes of a part that has arrived and is being recorded.
        var claimed: Int64 = 0
    }

    /// What the client declared: the bytes of all parts together.
    let size: Int64
    /// Bytes of each part but the last, where that is agreed on; nil when each part has a size of its own.
    let partBytes: Int64?
    /// The parts 0..<count that lie at the beginning of the file, in order and in one piece, and their bytes.
    private(set) var ordered: (count: Int64, bytes: Int64)
    /// The accepted parts behind those.
    private(set) var accepted: [Int64: Extent]
    /// Parts of the ordered beginning that came again, where they lie until they are copied over it.
    private(set) var patches: [Int64: Extent] = [:]
    /// Room given to parts that are still arriving, by a number for each sender.
    private var arriving: [Int: Arrival] = [:]
    private var nextSender = 0
    /// The accepted parts 0..<count without a gap, wherever they lie, and their bytes.
    private(set) var contiguousCount: Int64
    private(set) var contiguousBytes: Int64
    private var acceptedBytes: Int64

    /// `rows`: the accepted parts that have a row of their own; those of the ordered beginning are parts that came again.
    init(
        size: Int64,
        partBytes: Int64? = nil,
        ordered: (count: Int64, bytes: Int64) = (0, 0),
        accepted rows: [Int64: Extent] = [:]
    ) {
        self.size = size
        self.partBytes = partBytes
        self.ordered = ordered
        accepted = rows.filter { $0.key >= ordered.count }
        (contiguousCount, contiguousBytes) = ordered
        acceptedBytes = accepted.values.reduce(ordered.bytes) { $0 + $1.length }
        extend()
        guard partBytes != nil else { return }
        // One that lies at its place was copied there before a crash.
        patches = rows.filter { $0.key < ordered.count && $0.value.position != home(of: $0.key)?.position }
    }

    var isComplete: Bool { contiguousBytes == size && parkedCount == 0 }

    /// Bytes from the beginning on that lie as they will in the end, and will not be replaced by what is accepted now.
    var settledBytes: Int64 {
        min(ordered.bytes, patches.keys.min().flatMap { home(of: $0)?.position } ?? .max)
    }

    /// Where a part belongs when equal parts are agreed on; nil when there is no such part.
    func home(of index: Int64) -> Extent? {
        guard let partBytes, index >= 0, index <= (size - 1) / partBytes else { return nil }
        let position = index * partBytes
        return Extent(position: position, length: min(partBytes, size - position))
    }

    /// Accepted parts whose turn has not come.
    var parkedCount: Int64 { Int64(accepted.count) - (contiguousCount - ordered.count) }

    /// Numbers behind the next one that are arriving and not accepted.
    var arrivingAhead: Int64 {
        Int64(Set(arriving.values.map(\.index)).filter { $0 > contiguousCount && accepted[$0] == nil }.count)
    }

    /// Bytes that a part may still bring.
    var room: Int64 { size - acceptedBytes }

    func isAccepted(_ index: Int64) -> Bool {
        index < ordered.count || accepted[index] != nil
    }

    /// Ranges of the accepted parts' numbers, ascending, first and last included.
    var receivedRanges: [ClosedRange<Int64>] {
        let beginning = ordered.count > 0 ? [0...ordered.count - 1] : []
        return accepted.keys.sorted().reduce(into: beginning) { ranges, index in
            if let last = ranges.last, last.upperBound + 1 == index {
                ranges[ranges.count - 1] = last.lowerBound...index
            } else {
                ranges.append(index...index)
            }
        }
    }

    // MARK: Arrival

    /// Gives room to a part that begins to arrive.
    ///
    /// `length` is what its sender declared; without it, nothing can be placed behind this part, so it goes to the tail with
    /// room for the largest part.
    mutating func place(_ index: Int64, length: Int64?, largest: Int64) -> (sender: Int, position: Int64) {
        let extent: Extent
        if let home = home(of: index) {
            // Everything lies at its own place or behind the end, so only this part's number can be in the way.
            let isTaken = isAccepted(index) || arriving.values.contains { $0.extent.overlaps(home) }
            extent = isTaken ? Extent(position: free(home.length), length: home.length) : home
        } else if let length {
            extent = guesses(index, length).first { isFree($0) } ?? Extent(position: free(length), length: length)
        } else {
            let length = min(largest, size)
            extent = Extent(position: free(length), length: length)
        }
        nextSender += 1
        arriving[nextSender] = Arrival(index: index, extent: extent)
        return (nextSender, extent.position)
    }

    /// Sets aside the bytes of a part that has arrived whole.
    ///
    /// - Returns: false when the upload would exceed its size with it.
    mutating func claim(_ sender: Int, length: Int64) -> Bool {
        guard let index = arriving[sender]?.index else { return false }
        // Equal parts cannot exceed it. Of several senders of one number only one can be accepted.
        let others = arriving.values.filter { $0.index != index }.reduce(0) { $0 + $1.claimed }
        guard partBytes != nil || isAccepted(index) || acceptedBytes + others + length <= size else { return false }
        arriving[sender]?.claimed = length
        return true
    }

    /// Whether a part of this number has arrived whole and is being recorded.
    func isClaimed(_ index: Int64) -> Bool { arriving.values.contains { $0.index == index && $0.claimed > 0 } }

    /// Whether a sender still has the place that it was given.
    func holdsPlace(_ sender: Int) -> Bool { arriving[sender] != nil }

    /// Ends an arrival without a part.
    mutating func abandon(_ sender: Int) {
        arriving[sender] = nil
    }

    /// Takes all places back from senders that are still at it.
    mutating func abandonAll() {
        arriving = [:]
    }

    /// Turns an arrival into an accepted part.
    ///
    /// - Returns: false when another sender's part of this number was first.
    @discardableResult
    mutating func accept(_ sender: Int, length: Int64) -> Bool {
        guard let arrival = arriving.removeValue(forKey: sender), !isAccepted(arrival.index) else { return false }
        accepted[arrival.index] = Extent(position: arrival.extent.position, length: length)
        acceptedBytes += length
        extend()
        return true
    }

    /// Turns an arrival into an accepted part, in place of an earlier one; only where equal parts are agreed on.
    ///
    /// - Returns: where bytes lie behind the end that nobody needs any more. The sender holds this place until it is
    ///   abandoned, so that nobody else writes there while its room is given back.
    mutating func replace(_ sender: Int, length: Int64) -> Extent? {
        guard let arrival = arriving[sender] else { return nil }
        let extent = Extent(position: arrival.extent.position, length: length)
        guard isAccepted(arrival.index) else {
            accept(sender, length: length)
            return nil
        }
        arriving[sender] = nil
        let earlier: Extent?
        if arrival.index < ordered.count {
            earlier = patches.updateValue(extent, forKey: arrival.index)
        } else {
            earlier = accepted.updateValue(extent, forKey: arrival.index)
            extend()
        }
        guard let earlier, earlier.position >= size else { return nil }
        arriving[sender] = Arrival(index: arrival.index, extent: earlier)
        return earlier
    }

    /// How far the ordered beginning would reach with one more part.
    func ordered(with index: Int64, _ extent: Extent) -> (count: Int64, bytes: Int64) {
        guard index >= ordered.count, partBytes != nil || accepted[index] == nil else { return ordered }
        var (count, bytes) = ordered
        while let next = count == index ? extent : accepted[count], next.position == bytes {
            (count, bytes) = (count + 1, bytes + next.length)
        }
        return (count, bytes)
    }

    private mutating func extend() {
        while let next = accepted[contiguousCount] {
            contiguousCount += 1
            contiguousBytes += next.length
        }
        while let next = accepted[ordered.count], next.position == ordered.bytes {
            accepted[ordered.count] = nil
            ordered = (ordered.count + 1, ordered.bytes + next.length)
        }
    }

    /// Where a part probably belongs, the best guess first.
    private func guesses(_ index: Int64, _ length: Int64) -> [Extent] {
        var positions: [Int64] = []
        if index == ordered.count { positions.append(ordered.bytes) }
        if index > 0, let before = extent(of: index - 1) { positions.append(before.end) }
        if let after = extent(of: index + 1) { positions.append(after.position - length) }
        // Clients cut all parts but the last alike.
        let usual =
            ordered.count > 0
            ? ordered.bytes / ordered.count
            : extent(of: 0)?.length ?? max(length, accepted.first?.value.length ?? 0)
        let (product, isTooFar) = usual.multipliedReportingOverflow(by: index)
        if !isTooFar { positions.append(product) }
        // A number of a hostile client must not lead past what 64 bits hold.
        return positions.filter { $0 <= size - length }.map { Extent(position: $0, length: length) }
    }

    private func extent(of index: Int64) -> Extent? {
        accepted[index] ?? arriving.values.first { $0.index == index }?.extent
    }

    private func isFree(_ extent: Extent) -> Bool {
        extent.position >= ordered.bytes && extent.end <= size
            && !accepted.values.contains { $0.overlaps(extent) }
            && !arriving.values.contains { $0.extent.overlaps(extent) }
    }

    /// The first place behind the declared size that nothing overlaps: room that became free is used again, so that parts
    /// that come again and again do not move the end of the file for ever.
    private func free(_ length: Int64) -> Int64 {
        let extents = [Array(accepted.values), Array(patches.values), arriving.values.map(\.extent)].joined()
        var position = size
        for extent in extents.filter({ $0.end > size }).sorted(by: { $0.position < $1.position }) {
            if extent.position - position >= length { break }
            position = max(position, extent.end)
        }
        return position
    }

    /// Behind the declared size and everything that has a place.
    private var tail: Int64 {
        let ends = [accepted.values.map(\.end), patches.values.map(\.end), arriving.values.map(\.extent.end)]
        return max(size, ends.compactMap { $0.max() }.max() ?? 0)
    }

    // MARK: Arrangement

    /// The copies that bring a complete upload into order, in rounds.
    ///
    /// No copy of a round writes where anything lies that is still needed, so a crash between two rounds loses nothing as
    /// long as the new positions are recorded after each.
    func arrangement() -> [[Move]] {
        var target = ordered.bytes
        var misplaced: [(index: Int64, extent: Extent, target: Int64)] = []
        for index in ordered.count..<contiguousCount {
            guard let extent = accepted[index] else { continue }
            if extent.position != target { misplaced.append((index, extent, target)) }
            target += extent.length
        }
        for (index, extent) in patches {
            guard let home = home(of: index) else { continue }
            misplaced.append((index, extent, home.position))
        }
        guard !misplaced.isEmpty else { return [] }
        let goals = misplaced.map { Extent(position: $0.target, length: $0.extent.length) }
        let isBlocked = Self.overlap(misplaced.map(\.extent), goals)
        guard isBlocked else {
            return [
                misplaced.map {
                    Move(index: $0.index, from: $0.extent.position, to: $0.target, length: $0.extent.length)
                }
            ]
        }
        // Everything that is misplaced goes behind the end first; then all targets are free.
        var end = tail
        var out: [Move] = []
        var back: [Move] = []
        for part in misplaced {
            out.append(Move(index: part.index, from: part.extent.position, to: end, length: part.extent.length))
            back.append(Move(index: part.index, from: end, to: part.target, length: part.extent.length))
            end += part.extent.length
        }
        return [out, back]
    }

    /// Whether anything of one list overlaps anything of the other; inside each list nothing does.
    private static func overlap(_ one: [Extent], _ other: [Extent]) -> Bool {
        let (one, other) = (one.sorted { $0.position < $1.position }, other.sorted { $0.position < $1.position })
        var (index, place) = (0, 0)
        while index < one.count, place < other.count {
            if one[index].overlaps(other[place]) { return true }
            if one[index].end <= other[place].end { index += 1 } else { place += 1 }
        }
        return false
    }

    mutating func apply(_ moves: [Move]) {
        for move in moves {
            accepted[move.index]?.position = move.to
            if move.to == home(of: move.index)?.position { patches[move.index] = nil }
        }
        extend()
    }
}
