/// A stretch of clocks.
struct ClockRange: Equatable, Sendable {
    var clock: UInt64
    var length: UInt64

    var end: UInt64 { clock + length }
}

/// A stretch of one client's clocks.
public struct ClientRange: Equatable, Sendable {
    /// Whose clocks they are.
    public var client: UInt64
    /// The first clock.
    public var clock: UInt64
    /// How many clocks.
    public var length: UInt64

    var end: UInt64 { clock + length }
}

extension Lib0Decoder {
    /// Reads a delete set; ranges of length 0 are ignored.
    mutating func readDeleteSet(into ranges: inout [ClientRange]) throws(YjsError) {
        for _ in 0..<(try readCount(minimumBytes: 2)) {
            let client = try readVarUint()
            for _ in 0..<(try readCount(minimumBytes: 2)) {
                let start = position
                let clock = try readVarUint()
                let length = try readVarUint()
                guard length <= YLimits.maxInteger - clock else { throw .clockOverflow(offset: start) }
                guard length > 0 else { continue }
                ranges.append(ClientRange(client: client, clock: clock, length: length))
            }
        }
    }
}

/// Lists of ranges as the delete set of an update.
enum DeleteSet {
    /// Sorts ranges by descending client and ascending clock, and fuses those that touch or overlap.
    static func normalize(_ ranges: inout [ClientRange]) {
        guard ranges.count > 1 else { return }
        ranges.sort { left, right in
            left.client != right.client ? left.client > right.client : left.clock < right.clock
        }
        var last = 0
        for index in 1..<ranges.count {
            let range = ranges[index]
            if range.client == ranges[last].client, range.clock <= ranges[last].end {
                ranges[last].length = max(ranges[last].end, range.end) - ranges[last].clock
            } else {
                last += 1
                ranges[last] = range
            }
        }
        ranges.removeLast(ranges.count - last - 1)
    }

    /// Writes normalised ranges.
    static func write(_ ranges: [ClientRange], into encoder: inout Lib0Encoder) {
        var clients: UInt64 = 0
        for (index, range) in ranges.enumerated() where index == 0 || range.client != ranges[index - 1].client {
            clients += 1
        }
        encoder.writeVarUint(clients)
        var start = 0
        while start < ranges.count {
            let client = ranges[start].client
            var end = start
            while end < ranges.count, ranges[end].client == client { end += 1 }
            encoder.writeVarUint(client)
            encoder.writeVarUint(UInt64(end - start))
            for range in ranges[start..<end] {
                encoder.writeVarUint(range.clock)
                encoder.writeVarUint(range.length)
            }
            start = end
        }
    }
}
