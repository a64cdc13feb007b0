import CofferHTTP
import NIOCore
import Testing

@Suite("MultipartParser: recorded bodies")
struct MultipartRecordedBodyTests {
    @Test(arguments: MultipartRecording.all)
    func wholeBodyGivesItsParts(_ recording: MultipartRecording) throws {
        #expect(try parts(of: recording.body, boundary: recording.boundary) == recording.parts)
    }

    @Test(arguments: MultipartRecording.all)
    func contentTypeNamesTheBoundary(_ recording: MultipartRecording) throws {
        let mediaType = try #require(MediaTypeHeader(recording.contentType))
        #expect(try mediaType.formDataBoundary() == Array(recording.boundary.utf8))
    }

    @Test(arguments: MultipartRecording.all)
    func cutAtAnyOffsetGivesTheSameParts(_ recording: MultipartRecording) throws {
        for offset in 0...recording.body.count {
            let pieces = [recording.body[..<offset], recording.body[offset...]].map { ByteBuffer(bytes: $0) }
            let parts = try parts(of: pieces, boundary: recording.boundary)
            #expect(parts == recording.parts, "cut at \(offset)")
        }
    }

    @Test(arguments: MultipartRecording.all, [1, 2, 3, 7])
    func smallPiecesGiveTheSameParts(_ recording: MultipartRecording, pieceBytes: Int) throws {
        let pieces = PiecewiseBody(recording.body, pieceBytes: pieceBytes).pieces
        #expect(try parts(of: pieces, boundary: recording.boundary) == recording.parts)
    }

    @Test(arguments: MultipartRecording.all)
    func piecesInTheMiddleOfLargerBuffersGiveTheSameParts(_ recording: MultipartRecording) throws {
        var storage = ByteBuffer(bytes: recording.body)
        var pieces: [ByteBuffer] = []
        while let piece = storage.readSlice(length: min(11, storage.readableBytes)), piece.readableBytes > 0 {
            var piece = piece
            piece.moveReaderIndex(forwardBy: 0)
            pieces.append(piece)
        }
        #expect(try parts(of: pieces, boundary: recording.boundary) == recording.parts)
    }

    @Test(arguments: MultipartRecording.all)
    func bodyCutShortIsTruncated(_ recording: MultipartRecording) throws {
        let close = Array("--\(recording.boundary)--".utf8)
        let end = try #require(recording.body.firstRange(of: close)).upperBound
        for count in 1..<end {
            #expect(throws: MultipartError.truncated, "cut at \(count)") {
                try parts(of: Array(recording.body[..<count]), boundary: recording.boundary)
            }
        }
        #expect(try parts(of: Array(recording.body[..<end]), boundary: recording.boundary) == recording.parts)
    }
}

@Suite("MultipartParser: delimiters")
struct MultipartDelimiterTests {
    private static let head = "--bound\r\nContent-Disposition: form-data; name=a\r\n\r\n"

    private func bodies(_ text: String, boundary: String = "bound") throws -> [String] {
        let whole = try parts(of: text, boundary: boundary).map { String(decoding: $0.body, as: UTF8.self) }
        let bytewise = try parts(of: PiecewiseBody(text, pieceBytes: 1).pieces, boundary: boundary)
            .map { String(decoding: $0.body, as: UTF8.self) }
        #expect(whole == bytewise)
        return whole
    }

    @Test(arguments: [
        "\r\n--boun", "\r\n--bounds", "\r\n--boundary\r\n", "\r\n--bound-", "\r\n--bound-x-", "\r\n--bound\r",
        "\r\n--bound x",
        "\r\n--bound \t\rx", "\r\n--bound\n", "\n--bound\r\n", "\r--bound\r\n", "--bound--", "x--bound\r\n",
        "\r\n-\r\n--\r\n--b",
        "\r\r\r\n\r\n\r", "\r\n--boun\r\n--boun\r\n", "\r\n--bound\r\r\n", "\r\n--BOUND\r\n", "\r\n--bound\0", "--",
        "\n",
        "\r\n--bound\(String(repeating: " ", count: 65))",
    ])
    func nearlyADelimiterIsContent(_ content: String) throws {
        for text in ["x\(content)", "x\(content)\(content)"] {
            #expect(try bodies("\(Self.head)\(text)\r\n--bound--\r\n") == [text])
        }
    }

    @Test(arguments: ["\r\n--bound\r\n", "\r\n--bound \r\n", "\r\n--bound\t \t\r\n"])
    func blanksAfterTheBoundaryAreSkipped(_ delimiter: String) throws {
        let head = Self.head.dropFirst("--bound\r\n".count)
        #expect(try bodies("\(Self.head)1\(delimiter)\(head)2\r\n--bound--") == ["1", "2"])
    }

    @Test func boundaryThatBeginsWithDashesIsFound() throws {
        let text = "----\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--\r\n---\r\n----x\r\n------"
        #expect(try bodies(text, boundary: "--") == ["\r\n--\r\n---\r\n----x"])
    }

    @Test func delimiterRightAfterTheHeadersEndsAnEmptyPart() throws {
        #expect(try bodies("\(Self.head)--bound--") == [""])
        #expect(try bodies("\(Self.head)\(Self.head)\r\n--bound--") == ["", ""])
        #expect(try bodies("\(Self.head)--bounds\r\n--bound--") == ["--bounds"])
    }

    @Test(arguments: ["--bound--", "--bound--\r\n", "preamble\r\n--bound--epilogue", "\r\n--bound--"])
    func formWithoutPartsIsEmpty(_ text: String) throws {
        #expect(try bodies(text).isEmpty)
    }

    @Test(arguments: ["--boun\r\n", "x--bound\r\n", "--bounds\r\n", "\n--bound\r\n"])
    func nearlyADelimiterInThePreambleIsSkipped(_ preamble: String) throws {
        #expect(try bodies("\(preamble)\r\n\(Self.head)1\r\n--bound--") == ["1"])
    }

    @Test func sliceHoldsBackNoMoreThanADelimiter() throws {
        var parser = try MultipartParser(boundary: "bound")
        parser.feed(ByteBuffer(string: "\(Self.head)0123456789\r\n--bou"))
        guard case .partBegin = try parser.next() else {
            Issue.record("no part")
            return
        }
        #expect(try parser.next() == .bodySlice(ByteBuffer(string: "0123456789")))
        #expect(try parser.next() == .needMoreData)
        parser.feed(ByteBuffer(string: "x"))
        #expect(try parser.next() == .bodySlice(ByteBuffer(string: "\r\n--boux")))
    }

    @Test func sliceSharesTheStorageOfItsPiece() throws {
        var parser = try MultipartParser(boundary: "bound")
        parser.feed(ByteBuffer(string: Self.head))
        _ = try parser.next()
        let piece = ByteBuffer(repeating: 7, count: 4096)
        parser.feed(piece)
        guard case .bodySlice(let slice) = try parser.next() else {
            Issue.record("no slice")
            return
        }
        let address = piece.withUnsafeReadableBytes { $0.baseAddress }
        #expect(slice.withUnsafeReadableBytes { $0.baseAddress } == address)
    }
}
