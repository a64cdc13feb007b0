import Testing

@testable import CofferMedia

@Suite("Media: videos and animations")
struct VideoTests {
    @discardableResult
    private func video(_ fixtures: MediaFixtures, _ name: String = "a.mp4") async throws -> MediaInput {
        MediaInput(
            try await fixtures.make(
                name,
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=320x180:rate=10",
                "-t",
                "3",
                "-c:v",
                "mpeg4",
                "-metadata",
                "title=Two \"words\""
            )
        )
    }

    @Test func factsAreRead() async throws {
        let fixtures = try MediaFixtures()
        let facts = try await fixtures.media.inspect(try await video(fixtures))
        #expect(facts.format == .mp4)
        #expect(facts.width == 320)
        #expect(facts.height == 180)
        #expect(facts.duration == .seconds(3))
        #expect(facts.exif["title"] == .text("Two \"words\""))
        #expect(try fixtures.leftovers().isEmpty)
    }

    @Test(arguments: ["a.mp4", "a.mkv", "a.avi"])
    func frameIsTaken(name: String) async throws {
        let fixtures = try MediaFixtures()
        let input = try await video(fixtures, name)
        let positions: [VideoPosition] = [.seconds(0), .seconds(1.5), .percent(50), .percent(100), .seconds(99)]
        for position in positions {
            let picture = try await fixtures.media.frame(of: input, at: position, longestEdge: 64, as: .webp)
            #expect(picture.width == 64)
            #expect(picture.height == 36)
        }
        #expect(try await fixtures.media.frame(of: input, at: .seconds(1), longestEdge: 999, as: .jpeg).width == 320)
    }

    @Test func framesOfDifferentMomentsDiffer() async throws {
        let fixtures = try MediaFixtures()
        let input = try await video(fixtures)
        let first = try await fixtures.media.frame(of: input, at: .seconds(0), longestEdge: 64, as: .jpeg)
        let last = try await fixtures.media.frame(of: input, at: .percent(90), longestEdge: 64, as: .jpeg)
        #expect(first.bytes != last.bytes)
    }

    @Test func videoHasAThumbnail() async throws {
        let fixtures = try MediaFixtures()
        let picture = try await fixtures.media.thumbnail(of: try await video(fixtures), longestEdge: 64, as: .webp)
        #expect(picture.width == 64)
    }

    @Test func videoMovesInItsAnimation() async throws {
        let fixtures = try MediaFixtures()
        let picture = try await fixtures.media.animation(of: try await video(fixtures), longestEdge: 64)
        #expect(picture.width == 64)
        #expect(try await fixtures.media.inspect(MediaInput(picture.bytes)).isAnimated)
    }

    @Test(arguments: ["a.gif", "a.webp"])
    func animatedImageMovesInItsAnimation(name: String) async throws {
        let fixtures = try MediaFixtures()
        let codec = name == "a.webp" ? "libwebp_anim" : "gif"
        let bytes = try await fixtures.make(
            name,
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=300x200:rate=5",
            "-t",
            "1",
            "-c:v",
            codec
        )
        let picture = try await fixtures.media.animation(of: MediaInput(bytes), longestEdge: 64)
        #expect(picture.width == 64)
        #expect(picture.height <= 44)
        #expect(try await fixtures.media.inspect(MediaInput(picture.bytes)).isAnimated)
    }

    @Test func stillImageHasNoAnimation() async throws {
        let fixtures = try MediaFixtures()
        let bytes = try await fixtures.make(
            "a.gif",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=30x20:rate=5",
            "-frames:v",
            "1"
        )
        await #expect(throws: MediaFailure.unsupported) {
            try await fixtures.media.animation(of: MediaInput(bytes), longestEdge: 64)
        }
    }

    @Test func soundWithoutCoverHasNoPicture() async throws {
        let fixtures = try MediaFixtures()
        let bytes = try await fixtures.make("a.flac", "-f", "lavfi", "-i", "sine=duration=2")
        let facts = try await fixtures.media.inspect(MediaInput(bytes))
        #expect(facts.duration == .seconds(2))
        #expect(!facts.hasPicture)
        await #expect(throws: MediaFailure.unsupported) {
            try await fixtures.media.thumbnail(of: MediaInput(bytes), longestEdge: 64, as: .webp)
        }
    }

    @Test func cutVideoIsBroken() async throws {
        let fixtures = try MediaFixtures()
        try await video(fixtures)
        // Its index stands at the end.
        let bytes = Array(try fixtures.bytes("a.mp4").prefix(4_000))
        await #expect(throws: MediaFailure.broken) {
            try await fixtures.media.frame(of: MediaInput(bytes), at: .seconds(1), longestEdge: 64, as: .webp)
        }
        #expect(try fixtures.leftovers().isEmpty)
    }
}
