import CofferTesting
import Foundation
import NIOCore
import Testing

@testable import CofferMedia

@Suite("Media: thumbnails")
struct ThumbnailTests {
    @discardableResult
    private func image(
        _ fixtures: MediaFixtures,
        _ name: String = "a.jpg",
        size: String = "1200x900"
    ) async throws -> [UInt8] {
        try await fixtures.make(name, "-f", "lavfi", "-i", "testsrc2=size=\(size):rate=1", "-frames:v", "1")
    }

    @Test(arguments: [PictureFormat.webp, .jpeg])
    func imageIsMadeSmaller(format: PictureFormat) async throws {
        let fixtures = try MediaFixtures()
        let input = MediaInput(try await image(fixtures))
        let picture = try await fixtures.media.thumbnail(of: input, longestEdge: 256, as: format)
        #expect(picture.format == format)
        #expect(picture.width == 256)
        #expect(picture.height == 192)
        #expect(picture.bytes.readableBytes < 40_000)
        #expect(try fixtures.leftovers().isEmpty)
    }

    @Test func openFileIsReadWhereItLies() async throws {
        let fixtures = try MediaFixtures()
        let size = Int64(try await image(fixtures).count)
        let file = open(fixtures.path("a.jpg"), O_RDONLY)
        defer { close(file) }
        // Even without its name.
        unlink(fixtures.path("a.jpg"))
        let input = MediaInput.file(descriptor: file, size: size)
        #expect(try await fixtures.media.thumbnail(of: input, longestEdge: 64, as: .webp).width == 64)
    }

    @Test func smallImageIsNotEnlarged() async throws {
        let fixtures = try MediaFixtures()
        let input = MediaInput(try await image(fixtures, size: "40x30"))
        let picture = try await fixtures.media.thumbnail(of: input, longestEdge: 256, as: .webp)
        #expect(picture.width == 40)
        #expect(picture.height == 30)
    }

    @Test func orientationIsAppliedAndMetadataGone() async throws {
        let fixtures = try MediaFixtures()
        let turned = Crafted.jpeg(try await image(fixtures), exif: Crafted.exif(orientation: 6))
        for format in [PictureFormat.webp, .jpeg] {
            let picture = try await fixtures.media.thumbnail(of: MediaInput(turned), longestEdge: 256, as: format)
            #expect(picture.width == 192)
            #expect(picture.height == 256)
            let bytes = Data(picture.bytes.readableBytesView)
            #expect(bytes.range(of: Data("Coffer".utf8)) == nil)
            #expect(bytes.range(of: Data("Exif".utf8)) == nil)
            #expect(try await fixtures.media.inspect(MediaInput(picture.bytes)).exif.isEmpty)
        }
    }

    @Test func transparentImageBecomesPNGInsteadOfJPEG() async throws {
        let fixtures = try MediaFixtures()
        let bytes = try await fixtures.make(
            "a.png",
            "-f",
            "lavfi",
            "-i",
            "color=red@0.5:size=300x200,format=rgba",
            "-frames:v",
            "1"
        )
        let picture = try await fixtures.media.thumbnail(of: MediaInput(bytes), longestEdge: 64, as: .jpeg)
        #expect(picture.format == .png)
        #expect(picture.width == 64)
    }

    @Test(arguments: ["a.png", "a.gif", "a.tiff", "a.webp", "a.avif"])
    func otherFormatsHaveThumbnails(name: String) async throws {
        let fixtures = try MediaFixtures()
        try await image(fixtures, "source.png", size: "300x200")
        try await fixtures.vips("copy", fixtures.path("source.png"), fixtures.path(name))
        let input = MediaInput(try fixtures.bytes(name))
        let picture = try await fixtures.media.thumbnail(of: input, longestEdge: 64, as: .webp)
        #expect(picture.width == 64)
    }

    @Test(arguments: ["a.jpg", "a.png", "a.webp", "a.gif"])
    func truncatedFileIsBroken(name: String) async throws {
        let fixtures = try MediaFixtures()
        let whole = try await image(fixtures, name)
        let input = MediaInput(Array(whole[..<(whole.count / 2)]))
        await #expect(throws: MediaFailure.broken) {
            try await fixtures.media.thumbnail(of: input, longestEdge: 64, as: .webp)
        }
        #expect(try fixtures.leftovers().isEmpty)
    }

    @Test(arguments: [(65_535, 65_535), (4_294_967_295, 4_294_967_295), (100_001, 1_000)])
    func bombIsRefusedBeforeAnyToolRuns(width: UInt32, height: UInt32) async throws {
        // Without tools the answer would be another one, had it got that far.
        let fixtures = try MediaFixtures(toolbox: MediaToolbox(folders: []))
        let input = MediaInput(Crafted.png(width: width, height: height))
        await #expect(throws: MediaFailure.tooLarge) {
            try await fixtures.media.thumbnail(of: input, longestEdge: 64, as: .webp)
        }
    }

    @Test func realBombIsRefused() async throws {
        let fixtures = try MediaFixtures()
        // One colour, 2 MB that would become 8 GB.
        try await fixtures.vips("black", fixtures.path("black.v"), "20000", "6000")
        try await fixtures.vips("pngsave", fixtures.path("black.v"), fixtures.path("bomb.png"))
        let input = MediaInput(try fixtures.bytes("bomb.png"))
        await #expect(throws: MediaFailure.tooLarge) {
            try await fixtures.media.thumbnail(of: input, longestEdge: 64, as: .webp)
        }
    }

    @Test(arguments: [
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0] + Array("<html><script>alert(1)</script></html>".utf8),
        Array("GIF89a\u{1}\u{0}\u{1}\u{0}<html><script>alert(1)</script></html>*/=1;".utf8),
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Array("<html></html>".utf8),
    ])
    func polyglotIsBroken(bytes: [UInt8]) async throws {
        let fixtures = try MediaFixtures()
        await #expect(throws: MediaFailure.broken) {
            try await fixtures.media.thumbnail(of: MediaInput(bytes), longestEdge: 64, as: .webp)
        }
    }

    @Test func svgIsUnsupported() async throws {
        let fixtures = try MediaFixtures()
        let svg = Array("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>".utf8)
        await #expect(throws: MediaFailure.unsupported) {
            try await fixtures.media.thumbnail(of: MediaInput(svg), longestEdge: 64, as: .webp)
        }
    }

    /// As the data directory of a server is that was started without settings.
    @Test func folderMayBeNamedFromTheCurrentOne() async throws {
        let fixtures = try MediaFixtures()
        let here = FileManager.default.currentDirectoryPath.split(separator: "/")
        let folder = String(repeating: "../", count: here.count) + fixtures.directory.path.dropFirst() + "/relative"
        let media = try Media(folder: folder, limits: MediaFixtures.limits)
        let input = MediaInput(try await image(fixtures))
        #expect(try await media.thumbnail(of: input, longestEdge: 64, as: .webp).width == 64)
        let film = MediaInput(try await film(fixtures))
        #expect(try await media.frame(of: film, at: .seconds(0), longestEdge: 64, as: .jpeg).width == 64)
    }

    private func film(_ fixtures: MediaFixtures) async throws -> [UInt8] {
        try await fixtures.make("a.mp4", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=5", "-t", "1")
    }

    @Test func withoutToolsThereIsNone() async throws {
        let bytes = try await image(try MediaFixtures())
        let fixtures = try MediaFixtures(toolbox: MediaToolbox(folders: []))
        await #expect(throws: MediaFailure.unavailable(.vips)) {
            try await fixtures.media.thumbnail(of: MediaInput(bytes), longestEdge: 64, as: .webp)
        }
        // Images are inspected without any.
        #expect(try await fixtures.media.inspect(MediaInput(bytes)).width == 1200)
    }
}
