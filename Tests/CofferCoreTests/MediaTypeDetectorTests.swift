import CofferTesting
import NIOCore
import Testing

@testable import CofferCore

@Suite("MediaTypeDetector")
struct MediaTypeDetectorTests {
    private static let png: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8,
        6, 0, 0, 0, 0x1F, 0x15, 0xC4, 0x89,
    ]
    private static let elf: [UInt8] =
        [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8) + [2, 0, 62, 0, 1, 0, 0, 0]
        + [UInt8](repeating: 0, count: 40)

    private let detector = MediaTypeDetector()

    @Test(
        arguments: [
            (png, "image/png"),
            (Array("%PDF-1.7\n%\u{E2}\n1 0 obj\n".utf8), "application/pdf"),
            (elf, "application/x-executable"),
            (Array("<!DOCTYPE html>\n<html><head><title>x</title></head></html>".utf8), "text/html"),
            (Array("just a line of text\n".utf8), "text/plain"),
            (Array("Grüße aus Köln\n".utf8), "text/plain"),
            ([], "application/x-empty"),
            ([0], "application/octet-stream"),
            ([0x80, 0x99, 0xFD, 0, 1, 2, 3, 0xFF, 0xFE], "application/octet-stream"),
        ] as [([UInt8], String)]
    )
    func bytesTellTheirType(bytes: [UInt8], type: String) {
        #expect(detector.mediaType(of: ByteBuffer(bytes: bytes)) == type)
    }

    @Test func laterBytesDoNotMatter() {
        let bytes = Self.png + patternBytes(100_000)
        #expect(detector.mediaType(of: ByteBuffer(bytes: bytes)) == "image/png")
    }

    @Test func positionInTheBufferDoesNotMatter() throws {
        var buffer = ByteBuffer(bytes: patternBytes(100) + Self.png)
        buffer.moveReaderIndex(forwardBy: 100)
        #expect(detector.mediaType(of: buffer) == "image/png")
    }

    @Test func sixtyFourParallelLooksAgree() async {
        let samples: [([UInt8], String)] = [
            (Self.png, "image/png"), (Array("%PDF-1.7\n".utf8), "application/pdf"),
            (Array("plain words\n".utf8), "text/plain"),
        ]
        let detector = detector
        let wrong = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                let (bytes, type) = samples[index % samples.count]
                group.addTask { detector.mediaType(of: ByteBuffer(bytes: bytes)) != type }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wrong == 0)
    }
}
