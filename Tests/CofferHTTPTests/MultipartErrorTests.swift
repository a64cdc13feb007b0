import CofferHTTP
import NIOCore
import Testing

@Suite("MultipartParser: errors and limits")
struct MultipartErrorTests {
    private static let disposition = "Content-Disposition: form-data; name=a\r\n"

    private func expect(_ error: MultipartError, of text: String, limits: MultipartLimits = MultipartLimits()) {
        #expect(throws: error) { try parts(of: text, limits: limits) }
        #expect(throws: error) {
            try parts(of: PiecewiseBody(text, pieceBytes: 1).pieces, boundary: "b", limits: limits)
        }
    }

    @Test(arguments: [
        "", " ", "a ", "a\"b", "a\\b", "a\r\nb", "grün", "a\0", "a;b", "a*b", String(repeating: "a", count: 71),
    ])
    func boundaryOutsideTheGrammarIsInvalid(_ boundary: String) {
        #expect(throws: MultipartError.invalidBoundary) { try MultipartParser(boundary: boundary) }
    }

    @Test(arguments: ["a", "0aZ'()+_,-./:=?", "a b", String(repeating: "-", count: 70)])
    func boundaryInsideTheGrammarIsAccepted(_ boundary: String) throws {
        #expect(try parts(of: "--\(boundary)--", boundary: boundary).isEmpty)
    }

    @Test func noInputIsAnEmptyBody() {
        expect(.emptyBody, of: "")
    }

    @Test(arguments: [
        "x", "--b", "--b-", "--b\r\n", "--c--", "--b\r\n\(disposition)", "--b\r\n\(disposition)\r\nx\r\n--b",
    ])
    func inputWithoutClosingDelimiterIsTruncated(_ text: String) {
        expect(.truncated, of: text)
    }

    @Test(arguments: [
        "no colon\r\n", ": no name\r\n", "na me: x\r\n", "name : x\r\n", "na\0me: x\r\n", "grün: x\r\n", "a: x\0\r\n",
        "a: x\ry\r\n",
        "a: x\n", "\n", "\r\r\n", " folded first\r\n", "a: x\r\n folded\0\r\n", "--b--\r\n",
    ])
    func headerOutsideTheGrammarIsMalformed(_ header: String) {
        expect(.malformedHeader, of: "--b\r\n\(header)\(Self.disposition)\r\nx\r\n--b--")
    }

    @Test(arguments: [
        "", "Content-Type: text/plain\r\n", "Content-Disposition: attachment; name=a\r\n", "Content-Disposition:\r\n",
        "Content-Disposition: form data; name=a\r\n", "Content-Disposition: ; name=a\r\n",
    ])
    func partWithoutFormDataDispositionIsRefused(_ header: String) {
        expect(.missingDisposition, of: "--b\r\n\(header)\r\nx\r\n--b--")
    }

    @Test func errorRepeats() throws {
        var parser = try MultipartParser(boundary: "b")
        parser.feed(ByteBuffer(string: "--b\r\n\r\n"))
        #expect(throws: MultipartError.missingDisposition) { try parser.next() }
        parser.feed(ByteBuffer(string: "--b--"))
        #expect(throws: MultipartError.missingDisposition) { try parser.next() }
    }

    @Test func endRepeatsWhateverFollows() throws {
        var parser = try MultipartParser(boundary: "b")
        parser.feed(ByteBuffer(string: "--b--"))
        #expect(try parser.next() == .end)
        parser.feed(ByteBuffer(string: "\r\n--b\r\n\r\n"))
        parser.finish()
        #expect(try parser.next() == .end)
    }

    @Test func headersUpToTheLimitPassAndOneByteMoreDoesNot() throws {
        let exact = Self.disposition.utf8.count + 2
        let text = "--b\r\n\(Self.disposition)\r\nx\r\n--b--"
        #expect(try parts(of: text, limits: MultipartLimits(headerBytesPerPart: exact)) == [ParsedPart("a", "x")])
        expect(.headersTooLarge(limit: exact - 1), of: text, limits: MultipartLimits(headerBytesPerPart: exact - 1))
    }

    @Test func endlessHeaderLineIsRefusedBeforeItsEnd() {
        expect(.headersTooLarge(limit: 16384), of: "--b\r\nX: \(String(repeating: "x", count: 16384))")
    }

    @Test func headersUpToTheCountPassAndOneMoreDoesNot() throws {
        let extra = { (count: Int) in
            "--b\r\n\(Self.disposition)\(String(repeating: "X: y\r\n z\r\n", count: count))\r\nx\r\n--b--"
        }
        #expect(try parts(of: extra(31)) == [ParsedPart("a", "x")])
        expect(.tooManyHeaders(limit: 32), of: extra(32))
    }

    @Test func headerLimitsCountPerPart() throws {
        let part = "--b\r\n\(Self.disposition)X: y\r\n\r\nx\r\n"
        let limits = MultipartLimits(headerBytesPerPart: 60, headersPerPart: 2)
        #expect(try parts(of: "\(part)\(part)\(part)--b--", limits: limits).count == 3)
    }

    @Test func partsUpToTheLimitPassAndOneMoreDoesNot() throws {
        let part = "--b\r\n\(Self.disposition)\r\nx\r\n"
        #expect(try parts(of: "\(part)\(part)--b--", limits: MultipartLimits(parts: 2)).count == 2)
        expect(.tooManyParts(limit: 2), of: "\(part)\(part)\(part)--b--", limits: MultipartLimits(parts: 2))
        #expect(try parts(of: String(repeating: part, count: 1000) + "--b--").count == 1000)
        expect(.tooManyParts(limit: 1000), of: String(repeating: part, count: 1001) + "--b--")
    }

    @Test func headFieldsKeepTheirSpellingAndOrder() throws {
        var parser = try MultipartParser(boundary: "b")
        parser.feed(ByteBuffer(string: "--b\r\nX-One:  1 \r\ncontent-DISPOSITION: form-data\r\nX-One: 2\r\n 3\r\n\r\n"))
        guard case .partBegin(let head) = try parser.next() else {
            Issue.record("no part")
            return
        }
        #expect(head.fields.map(\.name) == ["X-One", "content-DISPOSITION", "X-One"])
        #expect(head.fields.map { String(decoding: $0.value, as: UTF8.self) } == ["1", "form-data", "2 3"])
        #expect(head.value(of: "x-oNE") == Array("1".utf8))
        #expect(head.name == nil && head.filename == nil && head.contentType == nil)
    }
}
