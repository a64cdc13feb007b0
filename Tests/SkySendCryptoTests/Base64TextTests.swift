import Testing

@testable import SkySendCrypto

@Suite("SkySend crypto: base64")
struct Base64TextTests {
    @Test(
        arguments: [
            ([], "", ""), ([0xFF], "/w==", "_w"), ([0xFF, 0xEF], "/+8=", "_-8"), ([0xFB, 0xFF, 0xFE], "+//+", "-__-"),
            ([0, 1, 2, 3], "AAECAw==", "AAECAw"),
        ] as [([UInt8], String, String)]
    )
    func bothFormsAreWrittenAndRead(bytes: [UInt8], standard: String, url: String) {
        #expect(Base64Text.standard(bytes) == standard)
        #expect(Base64Text.url(bytes) == url)
        #expect(Base64Text.decode(standard) == bytes)
        #expect(Base64Text.decode(url) == bytes)
    }

    @Test(arguments: ["A", "AAAAA", "AA A", "AA\n", "ä", "A=AA", "!!!!"])
    func otherTextIsRefused(text: String) {
        #expect(Base64Text.decode(text) == nil)
    }

    @Test func everyByteSurvives() {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(Base64Text.decode(Base64Text.standard(bytes)) == bytes)
        #expect(Base64Text.decode(Base64Text.url(bytes)) == bytes)
    }
}
