import Foundation
import Testing

@testable import CofferCore

@Suite("Base64")
struct Base64Tests {
    @Test func encodesLikeTheStandard() {
        for count in 0..<70 {
            let bytes = patternBytes(count, seed: UInt64(count + 1))
            let standard = Data(bytes).base64EncodedString()
            #expect(Base64.encode(bytes) == standard)
            let url = standard.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            #expect(Base64.encodeURL(bytes) == url)
            if count > 0 { #expect(Base64.decodeURL(url) == bytes) }
            #expect(Base64.decodeLenient(standard) == bytes)
            #expect(Base64.decodeLenient(url) == bytes)
            #expect(Base64.decodeEither(standard) == bytes)
            #expect(Base64.decodeEither(url) == bytes)
        }
    }

    @Test(arguments: ["", "=", "a+b", "a/b", "a b", "ä", "a=b", "a\n"])
    func urlFormIsStrict(text: String) {
        #expect(Base64.decodeURL(text) == nil)
    }

    @Test func paddingIsAllowedAtTheEnd() {
        #expect(Base64.decodeURL("AAE=") == [0, 1])
        #expect(Base64.decodeURL("AA==") == [0])
        #expect(Base64.decodeURL("A") == [])
    }

    @Test func exactFormHasOneSpelling() {
        for count in 1..<70 {
            let bytes = patternBytes(count, seed: UInt64(count))
            let text = Base64.encodeURL(bytes)
            #expect(Base64.decodeExactURL(text) == bytes)
            for padding in ["=", "=="] { #expect(Base64.decodeExactURL(text + padding) == nil) }
        }
        for text in ["", "A", "AB", "AAB", "AAAA A", "A+", "A/", "AAAAA"] {
            #expect(Base64.decodeExactURL(text) == nil)
        }
        #expect(Base64.decodeExactURL("_w") == [255])
    }

    @Test(arguments: ["A", "AAAAA", "A A", "AA=A", "AA===", "!", "é"])
    func eitherFormIsStrict(text: String) {
        #expect(Base64.decodeEither(text) == nil)
    }

    @Test func lenientFormSkipsWhatIsNoDigit() {
        #expect(Base64.decodeLenient("A A\nE!") == [0, 1])
        #expect(Base64.decodeLenient("AAE=AAAA") == [0, 1])
        #expect(Base64.decodeLenient("!!!") == [])
    }
}
