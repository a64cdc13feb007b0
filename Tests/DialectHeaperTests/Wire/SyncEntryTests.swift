import CofferHTTP
import NIOCore
import Testing

@testable import DialectHeaper

@Suite("Heaper: bytes in JSON")
struct SyncEntryTests {
    private func entry(_ update: String) throws -> SyncEntry? {
        let text = #"{"x":[{"y":[1]}],"blocks":[{"z":{},"block_id":"A","update":\#(update)}]}"#
        return try SyncEntry.blocks(of: ByteBuffer(string: text), atMost: 1).first
    }

    @Test(arguments: [
        (#""AQID/w==""#, BinaryForm.base64), (#""AQID/w""#, .base64), (#""AQID_w""#, .base64),
        (#""AQID\/w==""#, .base64), ("[1,2, 3 ,255]", .numbers), ("[1.0,2e0,3,255]", .numbers),
        (#"{"type":"Buffer","data":[1,2,3,255]}"#, .numbers), (#"{"data":[1,2,3,255],"type":"Buffer"}"#, .numbers),
        (#"{"0":1,"1":2,"2":3,"3":255}"#, .numbers),
    ])
    func everyFormIsRead(_ text: String, _ form: BinaryForm) throws {
        #expect(try entry(text)?.update == .bytes([1, 2, 3, 255], form))
    }

    @Test(arguments: [
        #""A""#, #""A===""#, #""AQ=""#, #""AQID w""#, "[256]", "[-1]", "[1.5]", "[[1]]", #"["1"]"#, "[null]", "5",
        "true", #"{"1":1}"#, #"{"0":1,"2":1}"#, #"{"00":1}"#, #"{"+0":1}"#, #"{"type":"Buffer"}"#,
        #"{"data":[1]}"#, #"{"type":"Other","data":[1]}"#, #"{"type":"Buffer","data":[1],"0":1}"#,
    ])
    func anythingElseIsUnreadable(_ text: String) throws {
        #expect(try entry(text)?.update == .unreadable)
    }

    @Test func emptyFormsAreNoBytes() throws {
        #expect(try entry(#""""#)?.update == .bytes([], .base64))
        #expect(try entry("[]")?.update == .bytes([], .numbers))
        #expect(try entry("{}")?.update == .bytes([], .numbers))
        #expect(try entry("null")?.update == BinaryField.none)
    }

    @Test func manyNumbersAreNotTooMany() throws {
        let numbers = "[" + [String](repeating: "7", count: 300_000).joined(separator: ",") + "]"
        #expect(try entry(numbers)?.update.bytes?.count == 300_000)
    }

    @Test(arguments: ["", "[]", "{", #"{"blocks":[{]}"#, #"{"blocks":[]} x"#, #"{"blocks":[{"update":[1,]}]}"#])
    func brokenTextIsMalformed(_ text: String) {
        #expect(throws: HeaperError.malformed("The body must be a JSON object")) {
            try SyncEntry.blocks(of: ByteBuffer(string: text), atMost: 1)
        }
    }

    @Test func tooManyBlocksAreRefused() {
        #expect(throws: HeaperError.tooManyBlocks(1)) {
            try SyncEntry.blocks(of: ByteBuffer(string: #"{"blocks":[1,2]}"#), atMost: 1)
        }
    }

    @Test func bytesAreWrittenAsTheyCame() {
        var text = ByteBuffer()
        text.write([0, 9, 10, 99, 100, 255], as: .numbers)
        text.write([1, 2, 3, 255], as: .base64)
        #expect(String(buffer: text) == #"[0,9,10,99,100,255]"AQID/w==""#)
    }
}
