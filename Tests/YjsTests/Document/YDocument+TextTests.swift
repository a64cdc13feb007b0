import Testing

@testable import Yjs

@Suite("Reading text")
struct YDocumentTextTests {
    @Test func formatsBeginAndEnd() throws {
        let update = hex(
            "01 03 4d 00 06 01 01 74 04 626f6c64 04 74727565 84 4d 00 02 6162 86 4d 02 04 626f6c64 04 6e756c6c 00"
        )
        var document = try document(update)
        try document.apply(RawUpdate.block(1, [.item(.string("c"), after: (77, 3))]))
        #expect(document.text(of: .root("t")) == "abc")
        let bold = [YEntry("bold", .bool(true))]
        #expect(
            document.runs(of: .root("t")) == [
                YTextRun(content: .text("ab"), attributes: bold), YTextRun(content: .text("c"), attributes: []),
            ]
        )
    }

    @Test func formatsAreSortedAndReplaced() throws {
        let structs: [RawStruct] = [
            .item(.format("link", "{\"href\":\"a\"}")), .item(.format("bold", "true"), after: (1, 0)),
            .item(.format("link", "\"b\""), after: (1, 1)), .item(.string("x"), after: (1, 2)),
            .item(.embed("{\"image\":1}"), after: (1, 3)), .item(.format("bold", "not JSON"), after: (1, 4)),
            .item(.string("y"), after: (1, 5)),
        ]
        let runs = try document(RawUpdate.block(1, structs)).runs(of: .root("t"))
        let link = YEntry("link", .string("b"))
        #expect(
            runs == [
                YTextRun(content: .text("x"), attributes: [YEntry("bold", .bool(true)), link]),
                YTextRun(
                    content: .element(.embed("{\"image\":1}")),
                    attributes: [YEntry("bold", .bool(true)), link]
                ),
                YTextRun(content: .text("y"), attributes: [link]),
            ]
        )
    }

    @Test func textThatIsGoneIsEmpty() throws {
        let document = try document(RawUpdate.block(1, [.item(.string("x"))]), RawUpdate.deleting(1, 0, 1))
        #expect(document.text(of: .root("t")).isEmpty)
        #expect(document.runs(of: .root("t")).isEmpty)
        #expect(document.text(of: .root("no such root")).isEmpty)
        #expect(document.text(of: .item(YID(client: 1, clock: 0))).isEmpty)
    }
}
