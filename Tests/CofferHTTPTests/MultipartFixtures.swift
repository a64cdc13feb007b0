import CofferHTTP
import NIOCore
import Testing

/// A part as it comes out of the parser, its slices joined.
struct ParsedPart: Equatable, Sendable {
    var name: String?
    var filename: String?
    var contentType: String?
    var body: [UInt8]

    init(_ name: String?, filename: String? = nil, contentType: String? = nil, body: [UInt8]) {
        self.name = name
        self.filename = filename
        self.contentType = contentType
        self.body = body
    }

    init(_ name: String?, filename: String? = nil, contentType: String? = nil, _ body: String) {
        self.init(name, filename: filename, contentType: contentType, body: Array(body.utf8))
    }
}

/// Runs pieces of a body through a parser until its end, and checks the order of the events.
func parts(
    of pieces: some Sequence<ByteBuffer>,
    boundary: String,
    limits: MultipartLimits = MultipartLimits()
) throws(MultipartError) -> [ParsedPart] {
    var parser = try MultipartParser(boundary: boundary, limits: limits)
    var pieces = pieces.makeIterator()
    var finished: [ParsedPart] = []
    var open: ParsedPart?
    while true {
        switch try parser.next() {
        case .needMoreData:
            if let piece = pieces.next() { parser.feed(piece) } else { parser.finish() }
        case .partBegin(let head):
            #expect(open == nil, "a part began inside a part")
            open = ParsedPart(head.name, filename: head.filename, contentType: head.contentType, body: [])
        case .bodySlice(let slice):
            #expect(slice.readableBytes > 0)
            open?.body.append(contentsOf: slice.readableBytesView)
        case .partEnd:
            if let part = open { finished.append(part) }
            open = nil
        case .end:
            return finished
        }
    }
}

func parts(
    of body: [UInt8],
    boundary: String,
    limits: MultipartLimits = MultipartLimits()
) throws(MultipartError) -> [ParsedPart] {
    try parts(of: [ByteBuffer(bytes: body)], boundary: boundary, limits: limits)
}

func parts(
    of body: String,
    boundary: String = "b",
    limits: MultipartLimits = MultipartLimits()
) throws(MultipartError) -> [ParsedPart] {
    try parts(of: [ByteBuffer(string: body)], boundary: boundary, limits: limits)
}

/// A request body in the given pieces, shaped like Hummingbird's: Sendable, with an iterator that is not.
struct PiecewiseBody: AsyncSequence, Sendable {
    struct AsyncIterator: AsyncIteratorProtocol {
        private final class Position {
            var next = 0
        }

        fileprivate let body: PiecewiseBody
        private let position = Position()

        fileprivate init(_ body: PiecewiseBody) {
            self.body = body
        }

        mutating func next() async throws -> ByteBuffer? {
            await Task.yield()
            guard position.next < body.pieces.count else {
                if let failure = body.failure { throw failure }
                return nil
            }
            position.next += 1
            return body.pieces[position.next - 1]
        }
    }

    let pieces: [ByteBuffer]
    var failure: (any Error)?

    init(_ bytes: [UInt8], pieceBytes: Int = 7, failure: (any Error)? = nil) {
        pieces = stride(from: 0, to: bytes.count, by: pieceBytes).map { start in
            ByteBuffer(bytes: bytes[start...].prefix(pieceBytes))
        }
        self.failure = failure
    }

    init(_ text: String, pieceBytes: Int = 7, failure: (any Error)? = nil) {
        self.init(Array(text.utf8), pieceBytes: pieceBytes, failure: failure)
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(self)
    }
}
