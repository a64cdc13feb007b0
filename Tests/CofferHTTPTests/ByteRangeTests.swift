import HTTPTypes
import Testing

@testable import CofferHTTP

@Suite("ByteRange and Cookies")
struct ByteRangeTests {
    @Test(
        arguments: [
            ("bytes=0-", 0..<10), ("bytes=3-", 3..<10), ("bytes=3-5", 3..<6), ("bytes=9-9", 9..<10),
            ("bytes=3-99", 3..<10),
            ("bytes=-4", 6..<10), ("bytes=-99", 0..<10), ("Bytes=1-2", 1..<3), ("bytes= 1 - 2", 1..<3),
            ("bytes=0-99999999999999999999", 0..<10),
        ] as [(String, Range<Int64>)]
    )
    func rangeMeansTheseBytes(field: String, bytes: Range<Int64>) {
        #expect(ByteRange(field)?.resolved(size: 10) == bytes)
    }

    @Test(arguments: ["bytes=10-", "bytes=99-100", "bytes=-0", "bytes=99999999999999999999-"])
    func rangeBehindTheEndMeansNone(field: String) {
        #expect(ByteRange(field) != nil)
        #expect(ByteRange(field)?.resolved(size: 10) == nil)
    }

    @Test(arguments: [
        "", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", "bytes=--1",
    ])
    func anythingElseIsIgnored(field: String) {
        #expect(ByteRange(field) == nil)
    }

    @Test func emptyRepresentationHasNoRange() {
        #expect(ByteRange("bytes=0-")?.resolved(size: 0) == nil)
        #expect(ByteRange("bytes=-1")?.resolved(size: 0) == nil)
    }

    @Test func cookiesAreFoundByName() {
        let cookies = Cookies([.cookie: "a=1; b = two=2;c"])
        #expect(cookies["a"] == "1")
        #expect(cookies["b"] == "two=2")
        #expect(cookies["c"] == nil)
        #expect(cookies["A"] == nil)
    }
}
