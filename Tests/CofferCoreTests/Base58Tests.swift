import CofferCore
import Testing

@Suite("Base58")
struct Base58Tests {
    /// Of the Internet draft "The Base58 Encoding Scheme", section 5, and the edges.
    static let pairs: [(bytes: [UInt8], text: String)] = [
        (Array("Hello World!".utf8), "2NEpo7TZRRrLZSi2U"),
        (
            Array("The quick brown fox jumps over the lazy dog.".utf8),
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z"
        ),
        ([0x00, 0x00, 0x28, 0x7F, 0xB4, 0xCD], "11233QC4"), ([], ""), ([0], "1"), ([0, 0, 1], "112"), ([255], "5Q"),
    ]

    @Test(arguments: pairs)
    func knownTextsComeOutBothWays(bytes: [UInt8], text: String) {
        #expect(Base58.encode(bytes) == text)
        #expect(Base58.decode(text) == bytes)
    }

    @Test(arguments: ["0", "O", "I", "l", "a b", "é", "+", "a\0"])
    func foreignCharacterIsRefused(text: String) {
        #expect(Base58.decode(text) == nil)
    }

    @Test func longTextIsRefused() {
        #expect(Base58.decode(String(repeating: "z", count: 128)) != nil)
        #expect(Base58.decode(String(repeating: "z", count: 129)) == nil)
    }

    @Test(arguments: [(0, 1), (1, 40), (3, 61)])
    func everyByteStringComesBack(zeros: Int, count: Int) {
        let bytes = [UInt8](repeating: 0, count: zeros) + SystemRandomSource().bytes(count)
        #expect(Base58.decode(Base58.encode(bytes)) == bytes)
    }
}
