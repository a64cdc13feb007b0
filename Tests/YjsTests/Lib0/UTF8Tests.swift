import Testing

@testable import Yjs

@Suite("UTF-8 counted in UTF-16 units")
struct UTF8Tests {
    private func units(_ bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { UTF8Text.validatedUTF16Length($0) }
    }

    @Test(arguments: [
        "", "a", "1234567", "12345678", "123456789", "é", "€", "\u{1D11E}", "\u{FFFD}", "\u{7FF}\u{800}", "\u{FFFF}",
        "\u{10000}\u{10FFFF}", "\u{D7FF}\u{E000}", "eight by\u{E9}es and more", "👩‍👧", "12345678é12345678\u{1D11E}x",
    ])
    func lengthIsThatOfTheStandardLibrary(_ text: String) {
        #expect(units(Array(text.utf8)) == text.utf16.count)
    }

    @Test func scalarsOfAllPlanesAreValid() {
        for value in stride(from: UInt32(0), through: 0x10FFFF, by: 61) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            if units(Array(String(scalar).utf8)) != (value < 0x10000 ? 1 : 2) {
                Issue.record("U+\(String(value, radix: 16))")
            }
        }
        #expect(units([]) == 0)
    }

    @Test(arguments: [
        "80", "bf", "c0 80", "c1 bf", "c2", "c2 41", "c2 c2", "e0 9f bf", "e0 a0", "e2 82", "e2 28 a1", "e2 82 28",
        "ed a0 80", "ed bf bf", "ef bf", "f0 8f bf bf", "f0 9d 84", "f0 28 8c bc", "f0 90 28 bc", "f0 90 8c 28",
        "f4 90 80 80", "f5 80 80 80", "f8 88 80 80 80", "fe", "ff", "61 62 63 64 65 66 67 68 80",
    ])
    func malformedSequences(_ bytes: String) {
        #expect(units(hex(bytes)) == nil)
        #expect(units(hex("61") + hex(bytes)) == nil)
        #expect(units(hex(bytes) + hex("61")) == nil)
    }

    @Test(arguments: ["plain text", "hé€llo", "x\u{1D11E}y\u{1D11E}", "\u{1D11E}", "👩‍👧"])
    func cutsLieWhereUTF16Cuts(_ text: String) {
        let bytes = Array("--\(text)--".utf8)
        let range = 2..<bytes.count - 2
        let all = Array(text.utf16)
        for count in 0...all.count {
            let cut = UTF8Text.cut(bytes, range, after: count, utf16Length: UInt64(all.count))
            let left = String(decoding: bytes[2..<cut.offset], as: UTF8.self)
            let isInside = count > 0 && UTF16.isLeadSurrogate(all[count - 1])
            #expect(cut.isInsidePair == isInside)
            #expect(Array(left.utf16) == Array(all[..<(isInside ? count - 1 : count)]))
        }
    }

    @Test func keysAreOrderedByCodeUnits() {
        // By scalars, the second would come first.
        #expect(UTF8Text.precedesByUTF16("\u{1D11E}", "\u{FFFD}"))
        #expect(!UTF8Text.precedesByUTF16("\u{FFFD}", "\u{1D11E}"))
        #expect(UTF8Text.precedesByUTF16("a", "ab"))
        #expect(!UTF8Text.precedesByUTF16("a", "a"))
    }
}
