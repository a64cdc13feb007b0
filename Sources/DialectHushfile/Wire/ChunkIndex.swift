/// The number of a chunk, in its one spelling: `0`, or up to nine digits without a leading zero.
struct ChunkIndex: Hashable, Sendable {
    let number: Int64

    /// - Returns: nil for every other text, signs and fractions included.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (1...9).contains(bytes.count), bytes.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            bytes.count == 1 || bytes[0] != UInt8(ascii: "0"), let number = Int64(text)
        else { return nil }
        self.number = number
    }

    init?(_ number: Int64) {
        guard (0...999_999_999).contains(number) else { return nil }
        self.number = number
    }
}
