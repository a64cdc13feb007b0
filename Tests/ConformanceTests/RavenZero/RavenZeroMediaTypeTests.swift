import CofferHTTP
import CofferTesting
import Testing

@Suite("Raven Zero: media types", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroMediaTypeTests {
    /// Bytes of a kind, and what they are told to be.
    struct Sample: Sendable, CustomTestStringConvertible {
        let type: String
        let bytes: [UInt8]

        init(_ type: String, _ bytes: [UInt8]) {
            self.type = type
            self.bytes = bytes
        }

        init(_ type: String, _ text: String) {
            self.init(type, Array(text.utf8))
        }

        /// Text in front of or behind bytes that are no text.
        init(_ type: String, _ head: String, _ bytes: [UInt8], _ tail: String = "") {
            self.init(type, Array(head.utf8) + bytes + Array(tail.utf8))
        }

        var testDescription: String { type }
    }

    static let pdf = Array("%PDF-1.4\n%\u{E2}\u{E3}\n".utf8)
    static let png: [UInt8] =
        [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + Array("IHDR".utf8)
        + [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]

    /// The head of a 64-bit program for x86-64 that is loaded at a fixed address.
    static let executable = elf(kind: 2)
    static let sharedLibrary = elf(kind: 3)

    private static func elf(kind: UInt8) -> [UInt8] {
        [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + zeros(9) + [kind, 0, 62, 0, 1, 0, 0, 0] + zeros(2) + [0x40] + zeros(5)
            + [64] + zeros(19) + [64, 0, 56, 0, 0, 0, 64, 0, 0, 0, 0, 0]
    }

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    /// A Windows program for x86-64.
    private static var windowsProgram: [UInt8] {
        var bytes = zeros(256)
        for (offset, value) in [
            (0, 0x4D), (1, 0x5A), (0x3C, 0x80), (0x80, 0x50), (0x81, 0x45), (0x84, 0x64), (0x85, 0x86), (0x94, 0xF0),
            (0x96, 0x22), (0x98, 0x0B), (0x99, 0x02),
        ] as [(Int, UInt8)] {
            bytes[offset] = value
        }
        return bytes
    }

    /// One entry of a ZIP archive, stored as it is.
    private static func zipEntry(_ name: String) -> [UInt8] {
        [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 33, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, UInt8(name.utf8.count)]
            + zeros(3) + Array("\(name)hi".utf8)
    }

    /// The header of one empty file, with its checksum.
    private static var tar: [UInt8] {
        var header = zeros(512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
        }
        put("a.txt", at: 0)
        for offset in [100, 108, 116] { put("0000644", at: offset) }
        for offset in [124, 136] { put("00000000000", at: offset) }
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
        return header
    }

    static let images = [
        Sample("image/png", png),
        Sample("image/jpeg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + Array("JFIF".utf8) + [0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
        Sample("image/gif", "GIF89a", [1, 0, 1, 0, 0, 0, 0]),
        Sample("image/webp", "RIFF", [26, 0, 0, 0], "WEBPVP8L\r\0\0\0"),
        Sample(
            "image/bmp",
            "BM",
            [58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0] + zeros(30)
        ),
        Sample("image/tiff", "II*\0", [8, 0, 0, 0, 0, 0]),
        Sample("image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n"),
    ]

    static let archives = [
        Sample("application/gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]),
        Sample("application/zip", zipEntry("a.txt") + zipEntry("b.txt")),
        Sample("application/x-7z-compressed", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4] + zeros(24)),
        Sample("application/x-tar", tar),
        Sample("application/x-xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4]),
        Sample("application/x-bzip2", "BZh91AY&SY"),
        Sample("application/x-rar", "Rar!", [0x1A, 7, 1] + zeros(9)),
        Sample("application/zstd", [0x28, 0xB5, 0x2F, 0xFD, 4, 0]),
    ]

    static let documents = [
        Sample("application/pdf", pdf),
        Sample("application/json", "{\"a\": 1}\n"),
        Sample("application/x-ndjson", "{\"a\": 1}\n{\"a\": 2}\n"),
        Sample("application/postscript", "%!PS-Adobe-3.0\n"),
        Sample("application/vnd.sqlite3", "SQLite format 3\0", [16, 0, 1, 1, 0, 64, 32, 32] + zeros(76)),
        Sample(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            zipEntry("[Content_Types].xml") + zipEntry("_rels/.rels") + zipEntry("word/document.xml")
        ),
        Sample(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            zipEntry("[Content_Types].xml") + zipEntry("_rels/.rels") + zipEntry("xl/workbook.xml")
        ),
        Sample("message/rfc822", "From: a@example.org\nTo: b@example.org\nSubject: hi\n\nhello\n"),
    ]

    static let programs = [
        Sample("application/wasm", [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]),
        Sample("application/x-executable", executable),
        Sample("application/x-sharedlib", sharedLibrary),
        Sample("application/vnd.microsoft.portable-executable", windowsProgram),
    ]

    static let media = [
        Sample("audio/mpeg", [0xFF, 0xFB, 0x90, 0x64] + zeros(100)),
        Sample("audio/flac", "fLaC", [0, 0, 0, 0x22] + zeros(16)),
        Sample("audio/ogg", "OggS", [0, 2] + zeros(20) + [1, 0x1E, 1], "vorbis"),
        Sample("audio/x-wav", "RIFF", [0x24, 0, 0, 0], "WAVEfmt \u{10}\0\0\0\u{1}\0\u{1}\0"),
        Sample("video/mp4", [0, 0, 0, 0x18] + Array("ftypisom".utf8) + [0, 0, 2, 0] + Array("isomiso2".utf8)),
        Sample(
            "video/webm",
            [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x86, 0x81, 1, 0x42, 0xF7, 0x81, 1, 0x42, 0xF2, 0x81, 4, 0x42, 0xF3]
                + [0x81, 8, 0x42, 0x82, 0x84] + Array("webm".utf8)
        ),
    ]

    static let texts = [
        Sample("text/html", "<!DOCTYPE html>\n<html><body>hi</body></html>\n"),
        Sample("text/xml", "<?xml version=\"1.0\"?>\n<a/>\n"),
        Sample("text/csv", "a,b,c\n1,2,3\n4,5,6\n7,8,9\n"),
        Sample("text/rtf", "{\\rtf1\\ansi hello}\n"),
        Sample("text/x-c", "#include <stdio.h>\nint main(void) { return 0; }\n"),
        Sample("text/x-shellscript", "#!/bin/sh\necho hi\n"),
        Sample("text/x-script.python", "#!/usr/bin/env python3\nimport os\n"),
        Sample("text/plain", "hi"),
        Sample("text/plain", "p\u{E4}iv\u{E4}\u{E4} \u{2615}\n"),
        Sample("text/plain", "caf", [0xE9, 0x20], "ol\n"),
        Sample("text/plain", [0xFF, 0xFE] + "hello there\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
    ]

    static let unknown = [
        Sample("application/octet-stream", "x"),
        Sample("application/octet-stream", [0]),
        Sample("application/octet-stream", [0, 1, 2, 3, 0xFE, 0xFF, 0x80, 0x81]),
    ]

    /// Samples that one server tells apart; starting one for each would take longer than the telling.
    struct Group: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let samples: [Sample]
    }

    static let groups = [
        Group(testDescription: "images", samples: images), Group(testDescription: "archives", samples: archives),
        Group(testDescription: "documents", samples: documents), Group(testDescription: "programs", samples: programs),
        Group(testDescription: "media", samples: media), Group(testDescription: "texts", samples: texts),
        Group(testDescription: "unknown", samples: unknown),
    ]

    // MARK: Detection

    @Test(arguments: groups, ["application/x-declared", "text/html", "image/png"])
    func contentDecidesWhateverIsDeclared(group: Group, declared: String) async throws {
        try await RavenZeroClient.run { raven in
            for sample in group.samples {
                let form = MultipartBody().file("file", filename: "a.exe", type: declared, sample.bytes)
                let response = try await raven.post(form)
                try #require(response.status == 201, "\(sample.type): \(response.text)")
                let key = try RavenZeroClient.text("key", of: response)
                #expect(try await raven.preview(key).json?["mime_type"] == .string(sample.type))
                let download = try await raven.download(key)
                RavenZeroClient.expect(download, bytes: sample.bytes)
                let isText = sample.type.hasPrefix("text/")
                let expected = isText ? "\(sample.type); charset=utf-8" : sample.type
                #expect(download.header("content-type") == expected)
            }
        }
    }

    @Test func onlyTheFirstKibibyteIsLookedAt() async throws {
        try await RavenZeroClient.run { raven in
            let text = [UInt8](repeating: 0x61, count: 1024)
            let key = try await raven.drop(text + [UInt8](repeating: 0, count: 1000))
            #expect(try await raven.preview(key).json?["mime_type"] == "text/plain")
        }
    }

    // MARK: The allow-list

    @Test(
        arguments: [
            ("[]", true), (#"["text/plain"]"#, true), (#"["image/png","text/plain"]"#, true), (#"["text/*"]"#, true),
            (#"["*/*"]"#, true), (#"["image/png"]"#, false), (#"["image/*"]"#, false), (#"["text/html"]"#, false),
            (#"["text"]"#, false), (#"["application/*","image/*"]"#, false),
        ]
    )
    func allowListDecidesAboutPlainText(list: String, isAllowed: Bool) async throws {
        try await RavenZeroClient.run(["COFFER_RAVENZERO_ALLOWED_MIME_TYPES": list]) { raven in
            let response = try await raven.upload(Array("hello\n".utf8))
            if isAllowed {
                #expect(response.status == 201, "\(response.text)")
            } else {
                RavenZeroClient.expect(response, 400, RavenZeroClient.detail("File type not suported: text/plain"))
            }
        }
    }

    @Test func refusedTypeIsNamed() async throws {
        try await RavenZeroClient.run(["COFFER_RAVENZERO_ALLOWED_MIME_TYPES": #"["text/*"]"#]) { raven in
            for sample in Self.images + Self.archives + Self.documents + Self.programs + Self.media + Self.unknown {
                RavenZeroClient.expect(
                    try await raven.upload(sample.bytes, filename: "a.txt"),
                    400,
                    RavenZeroClient.detail("File type not suported: \(sample.type)")
                )
            }
            for sample in Self.texts { #expect(try await raven.upload(sample.bytes).status == 201) }
            #expect(try await raven.upload(Self.png + Array("text".utf8)).status == 400)
        }
    }
}
