import CofferCore
import CofferMedia
import Testing

@testable import DialectHeaper

@Suite("Heaper: sizes and positions of thumbnails")
struct ThumbnailWishTests {
    @Test(arguments: [
        ("tiny", ThumbnailSize.tiny), ("large", .large), ("16", .tiny), ("64", .tiny), ("65", .small), ("256", .small),
        ("257", .medium), ("1600", .large), ("1601", .large), ("2048", .large),
    ])
    func sizeIsTheNextOneUp(text: String, size: ThumbnailSize) throws {
        #expect(try ThumbnailSize(text) == size)
    }

    @Test(arguments: ["", "15", "2049", "-64", "+64", "6.4", "huge", "Small", "99999999999999999999", "٦٤"])
    func otherSizesAreMalformed(text: String) {
        #expect(throws: HeaperError.self) { try ThumbnailSize(text) }
    }

    @Test(arguments: [
        ("0", "0"), ("12.5", "12500"), ("12.54", "12500"), ("50%", "50p"), ("100%", "100p"), ("0.4%", "0p"),
    ])
    func positionHasOneSpelling(text: String, key: String) throws {
        #expect(try FramePosition(text).text == key)
    }

    @Test(arguments: [
        "", "%", "-1", "101%", "1e9", "nan", "inf", "0x10", "9999999", "1.2.3", "50%25", "1234567890.123",
    ])
    func otherPositionsAreMalformed(text: String) {
        #expect(throws: HeaperError.self) { try FramePosition(text) }
    }

    @Test func percentNeedsTheLength() throws {
        let half = try FramePosition("50%")
        #expect(half.moment(in: nil) == nil)
        #expect(half.moment(in: .seconds(3)) == .milliseconds(1500))
    }
}
