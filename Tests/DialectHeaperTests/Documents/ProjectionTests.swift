import CofferCore
import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: what a document says of its block")
struct ProjectionTests {
    private static let hash = String(repeating: "ab", count: 32)

    private func projection(_ updates: [UInt8]..., edit: (inout YEdit) throws -> Void = { _ in }) throws -> Projection {
        var document = YDocument()
        for update in updates { try document.apply(update) }
        try document.edit(as: 99, edit)
        return Projection(of: document, block: BlockID(unchecked: "BLOCK"))
    }

    @Test func emptyDocumentSaysNothing() throws {
        let empty = try projection()
        #expect(empty.head == Projection.Head())
        #expect(empty.text == nil && empty.relations.isEmpty && empty.files.isEmpty)
    }

    @Test func titleIsOneLineAndTextHasItsLines() throws {
        let shown = try projection(
            EditorUpdate.make("title_v0", client: 1, [.text("My")], [.text("title")]),
            EditorUpdate.make(
                "content_v0",
                client: 2,
                [.text("one")],
                [.text("two "), .reference(to: "B", label: "Bee")]
            )
        )
        #expect(shown.head.title == "My title")
        #expect(shown.text == "one\ntwo Bee")
        #expect(shown.relations == [Projection.Relation(from: "BLOCK", to: "B", type: "mention")])
    }

    @Test func longTextIsCutBetweenCharacters() throws {
        let shown = try projection(
            EditorUpdate.make("title_v0", client: 1, [.text(String(repeating: "ä", count: 5000))]),
            EditorUpdate.make("content_v0", client: 2, [.text("x" + String(repeating: "ä", count: 200_000))])
        )
        #expect(shown.head.title?.utf8.count == Projection.maxTitleBytes)
        #expect(shown.text?.utf8.count == Projection.maxTextBytes - 1)
    }

    @Test func relationsOfBothGenerationsAreTags() throws {
        let shown = try projection { edit in
            let map = try edit.setType(.map, forKey: "T1", in: .root("relations_v1"))
            try edit.set(.string("tag"), forKey: "type", in: map)
            try edit.set(.object([YEntry("type", .string("parent"))]), forKey: "T2", in: .root("relations_v1"))
            try edit.set(.bool(true), forKey: "T3", in: .root("relations_v0"))
            try edit.set(.bool(true), forKey: "not an id", in: .root("relations_v1"))
            try edit.set(.bool(true), forKey: "BLOCK", in: .root("relations_v1"))
        }
        #expect(
            shown.relations == [
                .init(from: "T1", to: "BLOCK", type: "tag"), .init(from: "T2", to: "BLOCK", type: "parent"),
                .init(from: "T3", to: "BLOCK", type: "tag"),
            ]
        )
    }

    @Test func filesHaveTheirSizeInTheKeyOrInTheValue() throws {
        let other = String(repeating: "0", count: 64)
        let shown = try projection { edit in
            let entry = YValue.object([YEntry("name", .string("a.jpg")), YEntry("width", .number(3))])
            try edit.set(entry, forKey: "\(Self.hash.uppercased()):12", in: .root("files_v0"))
            try edit.set(.object([YEntry("file_size", .number(7))]), forKey: other, in: .root("files_v0"))
            try edit.set(.null, forKey: "no hash:1", in: .root("files_v0"))
            try edit.set(.null, forKey: "\(String(repeating: "1", count: 64)):-1", in: .root("files_v0"))
        }
        #expect(
            shown.files == [
                .init(hash: ContentHash(stored: other), size: 7),
                .init(hash: ContentHash(stored: Self.hash), size: 12, name: "a.jpg", width: 3),
            ]
        )
    }

    @Test func metaFillsColumnsWithinLimits() throws {
        let shown = try projection { edit in
            let meta = YTypeID.root("meta_v0")
            try edit.set(.string("tag"), forKey: "type", in: meta)
            try edit.set(.string(String(repeating: "x", count: 201)), forKey: "color", in: meta)
            try edit.set(.number(1), forKey: "icon", in: meta)
            try edit.set(.array([.number(1)]), forKey: "value_options", in: meta)
            try edit.set(.string("é"), forKey: "main_tag", in: meta)
        }
        #expect(shown.head.columns == [.type: "tag", .valueOptions: "[1]", .mainTag: "é"])
        #expect(shown.head.lifecycle == .live)
    }

    @Test func nullClearsAColumnAndNeverTheType() throws {
        let shown = try projection { edit in
            for key in ["type", "color", "icon"] { try edit.set(.null, forKey: key, in: .root("meta_v0")) }
            try edit.set(.string(String(repeating: "ü", count: 20)), forKey: "type", in: .root("meta_v0"))
        }
        let type = String(repeating: "ü", count: 20)
        let columns: [BlockColumn: String?] = [.type: type, .color: nil, .icon: nil]
        #expect(shown.head.columns == columns)
        let untyped = try projection { try $0.set(.null, forKey: "type", in: .root("meta_v0")) }
        #expect(untyped.head.columns.isEmpty)
    }

    @Test(arguments: [
        (YValue.number(1_700_000_000_000), Lifecycle.trashed(Timestamp(milliseconds: 1_700_000_000_000))),
        (.string("2023-11-14T22:13:20.000Z"), .trashed(Timestamp(milliseconds: 1_700_000_000_000))),
        (.bool(true), .trashed(nil)), (.string("yesterday"), .trashed(nil)),
        (.bool(false), .live), (.null, .live), (.string(""), .live), (.number(0), .live), (.number(.infinity), .live),
        (.number(-1), .live), (.number(.nan), .live), (.bigInt(5), .trashed(Timestamp(milliseconds: 5))),
    ])
    func deletedAtHasManyForms(_ value: YValue, _ expected: Lifecycle) throws {
        let shown = try projection { try $0.set(value, forKey: "deleted_at", in: .root("meta_v0")) }
        #expect(shown.head.lifecycle == expected)
        let purged = try projection { try $0.set(value, forKey: "permanently_deleted_at", in: .root("meta_v0")) }
        #expect(purged.head.lifecycle == (expected == .live ? .live : .purged))
    }

    @Test(
        arguments: [
            ("2024-02-29", 1_709_164_800_000), ("2024-02-29T01:02:03.4Z", 1_709_168_523_400),
            ("2024-02-29 03:02:03.456789+02:00", 1_709_168_523_456), ("2024-02-29T01:02Z", 1_709_168_520_000),
        ] as [(String, Int64)]
    )
    func timesAreRead(_ text: String, _ milliseconds: Int64) {
        #expect(InternetTime.parse(text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", "2023-02-29", "2024-13-01", "2024-02-29T", "2024-02-29T25:00Z", "2024-02-29T01:02:03",
        "2024-02-29T01:02:03.Z",
        "2024-02-29T01:02:03Zx", "+024-02-29", "2024-02-29T01:02:03+2:00", "1960-01-01",
    ])
    func otherTextIsNoTime(_ text: String) {
        #expect(InternetTime.parse(text) == nil)
    }
}
