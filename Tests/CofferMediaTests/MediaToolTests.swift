import Testing

@testable import CofferMedia

@Suite("Media tools")
struct MediaToolTests {
    @Test func namesAreThoseOfThePrograms() {
        #expect(MediaTool.allCases.map(\.rawValue) == ["vips", "ffmpeg", "ffprobe"])
    }
}
