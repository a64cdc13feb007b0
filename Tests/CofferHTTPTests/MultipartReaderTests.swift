import CofferHTTP
import NIOCore
import Testing

@Suite("MultipartReader")
struct MultipartReaderTests {
    private struct ConnectionLost: Error {}

    private static let form = """
        --b\r
        Content-Disposition: form-data; name="expiry"\r
        \r
        10\r
        --b\r
        Content-Disposition: form-data; name="file"; filename="a.bin"\r
        \r
        0123456789abcdefghijklmnopqrstuvwxyz\r
        --b\r
        Content-Disposition: form-data; name="name"\r
        \r
        gr\u{FC}n\r
        --b--\r
        epilogue
        """

    private func reader(
        _ text: String = form,
        pieceBytes: Int = 7,
        failure: (any Error)? = nil
    ) throws -> MultipartReader<PiecewiseBody> {
        let body = PiecewiseBody(text, pieceBytes: pieceBytes, failure: failure)
        return try MultipartReader(body, contentType: "multipart/form-data; boundary=b")
    }

    @Test(arguments: [1, 7, 1000])
    func partsComeInOrderWithTheirBodies(pieceBytes: Int) async throws {
        var reader = try reader(pieceBytes: pieceBytes)
        #expect(try await reader.nextPart()?.name == "expiry")
        #expect(try await reader.text(upTo: 2) == "10")
        #expect(try await reader.nextPart()?.filename == "a.bin")
        var file = ByteBuffer()
        while let slice = try await reader.nextSlice() { file.writeImmutableBuffer(slice) }
        #expect(file == ByteBuffer(string: "0123456789abcdefghijklmnopqrstuvwxyz"))
        #expect(try await reader.nextPart()?.name == "name")
        #expect(try await reader.text(upTo: 100) == "grün")
        #expect(try await reader.nextPart() == nil)
        #expect(try await reader.nextPart() == nil)
    }

    @Test func unreadBodyIsSkipped() async throws {
        var reader = try reader()
        var names: [String?] = []
        while let head = try await reader.nextPart() { names.append(head.name) }
        #expect(names == ["expiry", "file", "name"])
    }

    @Test func halfReadBodyIsSkipped() async throws {
        var reader = try reader()
        _ = try await reader.nextPart()
        _ = try await reader.nextPart()
        #expect(try await reader.nextSlice() != nil)
        #expect(try await reader.nextPart()?.name == "name")
    }

    @Test func sliceOutsideAPartIsNil() async throws {
        var reader = try reader()
        #expect(try await reader.nextSlice() == nil)
        _ = try await reader.nextPart()
        while try await reader.nextSlice() != nil {}
        #expect(try await reader.nextSlice() == nil)
        #expect(try await reader.bytes(upTo: 0) == [])
        #expect(try await reader.nextPart()?.name == "file")
    }

    @Test func fieldOverItsLimitIsRefusedAndCanBeSkipped() async throws {
        var reader = try reader()
        _ = try await reader.nextPart()
        await #expect(throws: MultipartError.fieldTooLarge(limit: 1)) { try await reader.text(upTo: 1) }
        #expect(try await reader.nextPart()?.name == "file")
        await #expect(throws: MultipartError.fieldTooLarge(limit: 35)) { try await reader.bytes(upTo: 35) }
        #expect(try await reader.nextPart()?.name == "name")
        #expect(try await reader.bytes(upTo: 5) == Array("grün".utf8))
    }

    @Test func latin1FieldIsReadAsText() async throws {
        let bytes =
            Array("--b\r\nContent-Disposition: form-data; name=a\r\n\r\ngr".utf8) + [0xFC] + Array("n\r\n--b--".utf8)
        var reader = try MultipartReader(PiecewiseBody(bytes), boundary: Array("b".utf8))
        _ = try await reader.nextPart()
        #expect(try await reader.text(upTo: 4) == "grün")
    }

    @Test func drainReadsToTheEndAndCounts() async throws {
        var reader = try reader()
        _ = try await reader.nextPart()
        _ = try await reader.nextPart()
        #expect(try await reader.drain(upTo: 10_000))
        #expect(reader.bytesRead == Self.form.utf8.count)
        #expect(try await reader.nextSlice() == nil)
    }

    @Test func drainReadsTheEpilogue() async throws {
        var reader = try reader(pieceBytes: 1)
        while try await reader.nextPart() != nil {}
        #expect(reader.bytesRead == Self.form.utf8.count - "\r\nepilogue".utf8.count)
        #expect(try await reader.drain(upTo: 10))
        #expect(reader.bytesRead == Self.form.utf8.count)
    }

    @Test func drainStopsAboveItsLimit() async throws {
        var reader = try reader()
        _ = try await reader.nextPart()
        let before = reader.bytesRead
        #expect(try await reader.drain(upTo: 20) == false)
        #expect(reader.bytesRead <= before + 20 + 7)
    }

    @Test func drainWorksAfterAnError() async throws {
        var reader = try reader("--b\r\n\r\n" + String(repeating: "x", count: 100))
        await #expect(throws: MultipartError.missingDisposition) { try await reader.nextPart() }
        #expect(try await reader.drain(upTo: 1000))
    }

    @Test func bodyCutShortIsTruncated() async throws {
        var reader = try reader(String(Self.form.prefix(60)))
        _ = try await reader.nextPart()
        await #expect(throws: MultipartError.truncated) { try await reader.nextPart() }
    }

    @Test func errorOfTheBodyIsPassedOn() async throws {
        var reader = try reader(String(Self.form.prefix(60)), failure: ConnectionLost())
        _ = try await reader.nextPart()
        await #expect(throws: ConnectionLost.self) { try await reader.nextPart() }
    }

    @Test(arguments: [
        (nil, MultipartError.notFormData), ("", .notFormData), ("application/json", .notFormData),
        ("multipart/mixed; boundary=b", .notFormData), ("multipart/form-data", .missingBoundary),
        ("multipart/form-data; boundary", .missingBoundary), ("multipart/form-data; boundary=", .invalidBoundary),
        ("multipart/form-data; boundary=\"a\\\\b\"", .invalidBoundary),
    ])
    func unusableContentTypeIsRefused(contentType: String?, error: MultipartError) {
        #expect(throws: error) { try MultipartReader(PiecewiseBody("x"), contentType: contentType) }
    }
}
