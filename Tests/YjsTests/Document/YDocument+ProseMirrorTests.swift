import Testing

@testable import Yjs

@Suite("ProseMirror documents")
struct YDocumentProseMirrorTests {
    @Test func nodesHaveAttributesContentAndMarks() throws {
        #expect(
            try page().proseMirrorDocument(of: .root("x")).jsonText == #"{"type":"doc","content":["#
                + #"{"type":"heading","attrs":{"level":1},"content":[{"type":"text","text":"Title"}]},"#
                + #"{"type":"paragraph","content":[{"type":"text","text":"one "},"#
                + #"{"type":"text","text":"two","marks":[{"type":"em","attrs":{"k":"v"}}]},"#
                + #"{"type":"hardBreak"},{"type":"reference","attrs":{"label":"Ann"}}]}]}"#
        )
    }

    @Test func anEmptyFragmentIsAnEmptyDocument() {
        #expect(YDocument().proseMirrorDocument(of: .root("x")).jsonText == #"{"type":"doc","content":[]}"#)
    }

    @Test func deepNestingIsCutOff() throws {
        var structs = [RawStruct.item(.type(3, name: "p"), in: .root("x"))]
        for clock in UInt64(1)..<1_000 { structs.append(.item(.type(3, name: "p"), in: .item(1, clock - 1))) }
        let json = try document(RawUpdate.block(1, structs)).proseMirrorDocument(of: .root("x")).jsonText
        #expect(json.split(separator: "\"p\"").count == 65)
    }
}
