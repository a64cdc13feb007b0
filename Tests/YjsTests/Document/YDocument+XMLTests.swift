import Testing

@testable import Yjs

/// A fragment `x` with a title, and a paragraph of text, a hard break, a reference and a mark.
func page() throws -> YDocument {
    let structs: [RawStruct] = [
        .item(.type(3, name: "heading"), in: .root("x")), .item(.any([.number(1)]), in: .item(1, 0), key: "level"),
        .item(.type(6), in: .item(1, 0)), .item(.string("Title"), in: .item(1, 2)),
        .item(.type(3, name: "paragraph"), after: (1, 0)), .item(.type(6), in: .item(1, 8)),
        .item(.string("one "), in: .item(1, 9)), .item(.format("em", "{\"k\":\"v\"}"), after: (1, 13)),
        .item(.string("two"), after: (1, 14)), .item(.format("em", "null"), after: (1, 17)),
        .item(.type(3, name: "hardBreak"), after: (1, 9)), .item(.type(3, name: "reference"), after: (1, 19)),
        .item(.any([.string("Ann")]), in: .item(1, 20), key: "label"),
    ]
    return try document(RawUpdate.block(1, structs))
}

@Suite("Reading XML")
struct YDocumentXMLTests {
    @Test func markupHasAttributesAndFormats() throws {
        #expect(
            try page().xmlText(of: .root("x")) == "<heading level=\"1\">Title</heading>"
                + "<paragraph>one <em k=\"v\">two</em><hardBreak></hardBreak><reference label=\"Ann\"></reference></paragraph>"
        )
    }

    @Test func plainTextHasLineBreaksAndLabels() throws {
        #expect(try page().plainText(of: .root("x")) == "Title\none two\nAnn")
        #expect(try page().plainText(of: .item(YID(client: 1, clock: 0))) == "Title")
        #expect(try page().plainText(of: .root("no such root")).isEmpty)
    }

    @Test func namesAndAttributesAreRead() throws {
        let page = try page()
        let heading = YTypeID.item(YID(client: 1, clock: 0))
        #expect(page.nodeName(of: heading) == "heading")
        #expect(page.nodeName(of: .root("x")) == nil)
        #expect(page.value(forKey: "level", in: heading) == .value(.number(1)))
        #expect(page.elements(of: .root("x")).count == 2)
    }
}
