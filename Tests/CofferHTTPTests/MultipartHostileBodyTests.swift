import CofferHTTP
import NIOCore
import Testing

// Nothing here takes more than a moment; the time limit ends what would run for hours.
@Suite("MultipartParser: hostile bodies", .timeLimit(.minutes(20)))
struct MultipartHostileBodyTests {
    private static let boundary = String(repeating: "-", count: 70)
    private static let totalBytes = 10 * 1024 * 1024

    @Test(arguments: [
        "\r", "\r\n", "\r\n--", "\r\n-", "-", "\r\r\n", "\r\n--\(String(repeating: "-", count: 69))x",
        "\r\n--\(boundary) x", "\r\n--\(boundary)\(String(repeating: " ", count: 63))x", "\r\n--\(boundary)-x",
    ])
    func contentComesOutInBoundedTimeAndMemory(_ pattern: String) throws {
        let pattern = Array(pattern.utf8)
        let content = ByteBuffer(bytes: repeatElement(pattern, count: 65_536 / pattern.count).joined())
        let pieces = PiecewiseBody(Array(content.readableBytesView), pieceBytes: 9973).pieces
        var sent = 0
        var received = 0
        var parser = try MultipartParser(boundary: Self.boundary)
        parser.feed(ByteBuffer(string: "--\(Self.boundary)\r\nContent-Disposition: form-data; name=a\r\n\r\nx"))
        _ = try parser.next()
        for piece in repeatElement(pieces, count: Self.totalBytes / content.readableBytes).joined() {
            sent += piece.readableBytes
            parser.feed(piece)
            while case .bodySlice(let slice) = try parser.next() {
                received += slice.readableBytes
                #expect(slice.storageCapacity <= 32_768)
            }
            #expect(sent + 1 - received <= 2 * 70)
        }
        #expect(sent > Self.totalBytes / 2)
    }

    @Test func preambleTakesBoundedTime() throws {
        let pieces = repeatElement(ByteBuffer(repeating: 13, count: 65_536), count: Self.totalBytes / 65_536)
        #expect(throws: MultipartError.truncated) { try parts(of: pieces, boundary: Self.boundary) }
    }

    @Test func singleBytesTakeBoundedTime() throws {
        let header = "--b\r\nContent-Disposition: form-data; name=a; x=\(String(repeating: "x", count: 16_000))\r\n\r\n"
        let text = header + String(repeating: "\r\n--", count: 20_000) + "\r\n--b--"
        let parts = try parts(of: PiecewiseBody(text, pieceBytes: 1).pieces, boundary: "b")
        #expect(parts.map(\.body.count) == [80_000])
    }

    @Test func foldedHeaderLinesTakeBoundedTime() throws {
        let part = "--b\r\nContent-Disposition: form-data; name=a\r\n\(String(repeating: " \r\n", count: 5000))\r\n\r\n"
        let parts = try parts(of: String(repeating: part, count: 100) + "--b--")
        #expect(parts.count == 100)
    }

    @Test func randomBodyHasTheSameOutcomeWhereverItIsCut() {
        var generator = Xorshift(state: 42)
        let alphabet = Array("\r\n-b \tx".utf8)
        for _ in 0..<3000 {
            let content = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            let body = Array("--bb\r\nContent-Disposition: form-data; name=a\r\n\r\nx".utf8) + content
            let text = body + Array("\r\n--bb--".utf8)
            let pieceBytes = Int.random(in: 1...30, using: &generator)
            let outcomes = [1, pieceBytes, text.count].map { size in
                Result { () throws(MultipartError) in
                    try parts(of: PiecewiseBody(text, pieceBytes: size).pieces, boundary: "bb")
                }
            }
            #expect(outcomes[0] == outcomes[1] && outcomes[1] == outcomes[2])
        }
    }

    /// A small seeded generator, so that a failure can be repeated.
    private struct Xorshift: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }
}
