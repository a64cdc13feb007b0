import NIOCore
import NIOPosix
import Testing

@testable import CofferMedia

@Suite("Media: what an image says of itself")
struct ImageHeaderTests {
    @Test(arguments: [
        ("a.jpg", MediaFormat.jpeg), ("a.png", .png), ("a.gif", .gif), ("a.webp", .webp), ("a.tiff", .tiff),
    ])
    func sizeIsRead(name: String, format: MediaFormat) async throws {
        let fixtures = try MediaFixtures()
        let bytes = try await fixtures.make(name, "-f", "lavfi", "-i", "testsrc2=size=62x46:rate=5", "-frames:v", "1")
        let facts = try await fixtures.media.inspect(MediaInput(bytes))
        #expect(facts.format == format)
        #expect(facts.width == 62)
        #expect(facts.height == 46)
        #expect(!facts.isAnimated)
    }

    /// It would take years to walk through all of it.
    @Test func firstFrameWithoutEndIsNotWalkedThrough() async throws {
        let head: [UInt8] = Array("GIF89a".utf8) + [3, 0, 2, 0, 0, 0, 0, 0x21, 0xFE]
        let endless = MediaInput.bytes(size: 1 << 50) { offset, count in
            let begun = Array(head.dropFirst(Int(min(offset, 1000))).prefix(count))
            // Pieces of one byte.
            return ByteBuffer(bytes: begun + [UInt8](repeating: 1, count: count - begun.count))
        }
        let facts = try await MediaFixtures().media.inspect(endless)
        #expect(facts.width == 3)
        #expect(facts.height == 2)
        #expect(!facts.isAnimated)
    }

    @Test func avifSizeIsRead() async throws {
        let fixtures = try MediaFixtures()
        try await fixtures.make("a.png", "-f", "lavfi", "-i", "testsrc2=size=62x46:rate=5", "-frames:v", "1")
        try await fixtures.vips("heifsave", fixtures.path("a.png"), fixtures.path("a.avif"), "--compression", "av1")
        let facts = try await fixtures.media.inspect(MediaInput(fixtures.bytes("a.avif")))
        #expect(facts.format == .avif)
        #expect(facts.width == 62)
        #expect(facts.height == 46)
    }

    @Test(arguments: ["a.gif", "a.webp"])
    func movingImagesAreTold(name: String) async throws {
        let fixtures = try MediaFixtures()
        let codec = name == "a.webp" ? ["-c:v", "libwebp_anim"] : []
        try await MediaFixtures.run(
            "ffmpeg",
            ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=32x32:rate=5", "-t", "1"] + codec + [
                fixtures.path(name)
            ]
        )
        #expect(try await fixtures.media.inspect(MediaInput(fixtures.bytes(name))).isAnimated)
    }

    /// A JPEG of 62 by 46 pixels that is to be shown turned, with a maker and a place.
    private func turned(_ fixtures: MediaFixtures) async throws -> [UInt8] {
        let source = ["-f", "lavfi", "-i", "testsrc2=size=62x46:rate=5", "-frames:v", "1"]
        try await MediaFixtures.run("ffmpeg", ["-nostdin", "-v", "error"] + source + [fixtures.path("a.jpg")])
        return Crafted.jpeg(try fixtures.bytes("a.jpg"), exif: Crafted.exif(orientation: 6))
    }

    @Test func exifIsReadAndTurnsTheSize() async throws {
        let fixtures = try MediaFixtures()
        let turned = try await turned(fixtures)
        let facts = try await fixtures.media.inspect(MediaInput(turned))
        #expect(facts.width == 46)
        #expect(facts.height == 62)
        #expect(facts.exif["Make"] == .text("Coffer"))
        #expect(facts.exif["Orientation"] == .integer(6))
        #expect(facts.exif["GPSLatitude"] == .number(51.5))
        #expect(facts.exif["GPSLongitude"] == .number(-0.25))
    }

    /// Every cut of a file with all kinds of headers either is read or is refused; none traps.
    @Test func everyCutIsReadOrRefused() async throws {
        let fixtures = try MediaFixtures()
        let whole = try await turned(fixtures)
        var refused = 0
        for length in 3..<min(whole.count, 900) {
            do {
                _ = try await fixtures.media.inspect(MediaInput(Array(whole[..<length])))
            } catch let failure as MediaFailure {
                #expect(failure == .broken)
                refused += 1
            }
        }
        #expect(refused > 100)
    }

    /// Random damage to each byte of the headers never traps.
    @Test(arguments: ["a.jpg", "a.png", "a.gif", "a.webp", "a.tiff"])
    func damageIsReadOrRefused(name: String) async throws {
        let fixtures = try MediaFixtures()
        let whole = try await fixtures.make(name, "-f", "lavfi", "-i", "testsrc2=size=16x16:rate=5", "-frames:v", "1")
        var (outcomes, generator) = (0, SystemRandomNumberGenerator())
        for position in 0..<min(whole.count, 600) {
            var damaged = whole
            damaged[position] = UInt8.random(in: 0...255, using: &generator)
            damaged[min(position + 1, whole.count - 1)] = 0xFF
            do {
                _ = try await ImageHeader.read(
                    try #require(MediaFormat(head: whole)),
                    ByteSource(MediaInput(damaged), on: .singleton)
                )
            } catch is MediaFailure {}
            outcomes += 1
        }
        #expect(outcomes > 50)
    }

    @Test(arguments: [
        "<html><script>alert(1)</script></html>", "<?xml version='1.0'?><svg/>", "%PDF-1.7", "#EXTM3U",
        "ffconcat version 1.0",
        "", "GIF", "push graphic-context",
    ])
    func whatWeDoNotOpenIsUnsupported(text: String) async throws {
        let fixtures = try MediaFixtures()
        await #expect(throws: MediaFailure.unsupported) {
            try await fixtures.media.inspect(MediaInput(Array(text.utf8)))
        }
    }
}
