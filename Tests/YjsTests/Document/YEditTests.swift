import Testing

@testable import Yjs

@Suite("Edits")
struct YEditTests {
    private func edited(
        _ updates: [UInt8]...,
        by body: (inout YEdit) throws -> Void
    ) throws -> (document: YDocument, update: [UInt8]) {
        var document = YDocument()
        for update in updates { try document.apply(update) }
        let commit = try document.edit(as: 77, body)
        return (document, commit.update)
    }

    @Test func theBytesAreThoseOfTheReference() throws {
        let text = try edited { edit in try edit.insert("hi", at: 0, in: .root("t")) }
        #expect(text.update == hex("01 01 4d 00 04 01 01 74 02 6869 00"))
        var map = try edited { edit in try edit.set(.number(1), forKey: "k", in: .root("m")) }
        #expect(map.update == hex("01 01 4d 00 28 01 01 6d 01 6b 01 7d 01 00"))
        let second = try map.document.edit(as: 77) { edit in
            try edit.set(.number(2), forKey: "k", in: .root("m"))
        }
        #expect(second.update == hex("01 01 4d 01 a8 4d 00 01 7d 02 01 4d 01 00 01"))
    }

    @Test func mapsNest() throws {
        let (document, _) = try edited { edit in
            let files = try edit.setType(.map, forKey: "files", in: .root("m"))
            let file = try edit.setType(.map, forKey: "a.txt", in: files)
            try edit.set(.number(3), forKey: "size", in: file)
            let lines = try edit.setType(.text, forKey: "lines", in: file)
            try edit.insert("x", at: 0, in: lines)
            let list = try edit.setType(.array, forKey: "list", in: file)
            try edit.insert([.null, .bool(true)], at: 0, in: list)
        }
        #expect(
            document.value(of: .root("m"), as: .map).jsonText
                == #"{"files":{"a.txt":{"lines":"x","list":[null,true],"size":3}}}"#
        )
    }

    @Test func entriesAreRemoved() throws {
        let (document, update) = try edited(RawUpdate.block(1, [.item(.any([.null]), key: "k")])) {
            edit in
            try edit.remove(forKey: "k", in: .root("t"))
            try edit.remove(forKey: "never there", in: .root("t"))
        }
        #expect(document.entries(of: .root("t")).isEmpty)
        #expect(update == RawUpdate.deleting(1, 0, 1))
    }

    @Test func indicesCountUnitsAndElements() throws {
        let (document, _) = try edited(
            RawUpdate.block(
                1,
                [
                    .item(.string("a😀")), .item(.format("b", "true"), after: (1, 2)), .item(.embed("1"), after: (1, 3)),
                    .item(.string("z"), after: (1, 4)),
                ]
            )
        ) { edit in
            try edit.insert("-", at: 3, in: .root("t"))
            try edit.insert("+", at: 5, in: .root("t"))
            try edit.delete(5..<7, in: .root("t"))
            try edit.insert("end", at: 5, in: .root("t"))
            try edit.delete(2..<2, in: .root("t"))
            try edit.insert("", at: 99, in: .root("t"))
        }
        #expect(document.text(of: .root("t")) == "a😀-end")
        #expect(document.elements(of: .root("t")) == [.embed("1")])
    }

    @Test(arguments: [-1, 4])
    func placesOutsideAreRefused(_ index: Int) throws {
        var document = try document(RawUpdate.block(1, [.item(.string("abc"))]))
        for body in [
            { edit in try edit.insert("x", at: index, in: .root("t")) },
            { edit in try edit.insert([.null], at: index, in: .root("t")) },
            { edit in try edit.delete(min(index, 0)..<max(index, 1), in: .root("t")) },
        ] as [(inout YEdit) throws -> Void] {
            let error = #expect(throws: YjsError.self) { try document.edit(as: 9, body) }
            guard case .indexOutOfRange = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(document.text(of: .root("t")) == "abc")
    }

    @Test func typesThatAreGoneAreRefused() throws {
        let gone = YTypeID.item(YID(client: 1, clock: 0))
        for body in [
            { edit in try edit.set(.null, forKey: "k", in: gone) },
            { edit in _ = try edit.setType(.map, forKey: "k", in: gone) },
            { edit in try edit.remove(forKey: "k", in: gone) },
            { edit in try edit.insert("x", at: 0, in: gone) },
            { edit in try edit.delete(0..<1, in: gone) },
        ] as [(inout YEdit) throws -> Void] {
            #expect(throws: YjsError.staleType) {
                try edited(RawUpdate.block(1, [.item(.type(1))]), RawUpdate.deleting(1, 0, 1), by: body)
            }
        }
    }

    @Test(arguments: [YTypeKind.xmlElement, .xmlHook])
    func typesWithNamesAreRefused(_ kind: YTypeKind) {
        #expect(throws: YjsError.unknownType(UInt64(kind.rawValue), offset: 0)) {
            try edited { edit in _ = try edit.setType(kind, forKey: "k", in: .root("m")) }
        }
    }
}
