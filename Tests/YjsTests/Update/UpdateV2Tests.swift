import Testing

@testable import Yjs

@Suite("Conversion of version 2")
struct UpdateV2Tests {
    /// Columns in the order of the format.
    private struct Columns {
        var keyClocks = "", clients = "", leftClocks = "", rightClocks = "", infos = "", strings = ""
        var parentInfos = "", typeRefs = "", lengths = "", rest = ""

        var bytes: [UInt8] {
            var encoder = Lib0Encoder()
            encoder.writeVarUint(0)
            let columns = [keyClocks, clients, leftClocks, rightClocks, infos, strings, parentInfos, typeRefs, lengths]
            for column in columns { encoder.writeBuffer(hex(column)) }
            return encoder.bytes + hex(rest)
        }
    }

    private func convert(_ columns: Columns) throws -> [UInt8] {
        try UpdateV2.convert(columns.bytes, limits: .network)
    }

    private static let insertHi = Columns(
        clients: "8d01",
        infos: "04",
        strings: "03 746869 01 02",
        parentInfos: "01",
        rest: "01 01 00 00"
    )

    @Test func emptyUpdates() throws {
        #expect(try UpdateV2.convert(WorkedUpdate.emptyV2, limits: .network) == YUpdate.empty)
        #expect(try convert(Columns(rest: "00 00")) == YUpdate.empty)
    }

    @Test func textAndNeighbours() throws {
        #expect(try convert(Self.insertHi) == WorkedUpdate.insertHi)
        let between = Columns(
            clients: "05 cd0100",
            leftClocks: "00",
            rightClocks: "02",
            infos: "c4",
            strings: "01 78 01",
            rest: "01 01 00 00"
        )
        #expect(try convert(between) == hex("01 01 05 00 c4 4d 00 4d 01 01 78 00"))
    }

    @Test func mapValuesAndNestedTypes() throws {
        let set = Columns(
            clients: "8d01",
            infos: "28",
            strings: "02 6d6b 41 00",
            parentInfos: "01",
            lengths: "01",
            rest: "01 01 00 7d01 00"
        )
        #expect(try convert(set) == WorkedUpdate.setK1)
        let tree = Columns(
            keyClocks: "00",
            clients: "8d01 8d01",
            leftClocks: "00",
            infos: "07",
            strings: "11 7469746c655f7630706172616772617068 08 09",
            parentInfos: "01 00 00",
            typeRefs: "03 06",
            rest: "01 02 00 00"
        )
        #expect(try convert(tree) == WorkedUpdate.xml)
    }

    @Test func formatsAndEmbedsAreValuesInTheRest() throws {
        let format = Columns(
            keyClocks: "00 02",
            clients: "05",
            infos: "06",
            strings: "02 7461 41 00 01 62 01",
            parentInfos: "01",
            rest: "01 01 00 78 00"
        )
        #expect(try convert(format) == hex("01 01 05 00 06 01 01 74 01 61 04 74727565 00"))
        let embed = Columns(
            clients: "05",
            infos: "05",
            strings: "01 74 01",
            parentInfos: "01",
            rest: "01 01 00 76 01 01 61 7d 01 00"
        )
        #expect(try convert(embed) == hex("01 01 05 00 05 01 01 74 07") + Array(#"{"a":1}"#.utf8) + [0])
    }

    @Test func repeatedFormatNamesAreNumbers() throws {
        // Differences 0 and 0: both formats have the first name.
        let formats = Columns(
            keyClocks: "01 00",
            clients: "05 05",
            leftClocks: "00",
            infos: "06 00 86",
            strings: "02 7462 41 00",
            parentInfos: "01",
            rest: "01 02 00 78 7e 00"
        )
        #expect(try convert(formats) == hex("01 02 05 00 06 01 01 74 01 62 04 74727565 86 05 00 01 62 04 6e756c6c 00"))
    }

    @Test func otherContents() throws {
        let json = Columns(
            clients: "05",
            infos: "02",
            strings: "03 743132 41 01",
            parentInfos: "01",
            lengths: "02",
            rest: "01 01 00 00"
        )
        #expect(try convert(json) == hex("01 01 05 00 02 01 01 74 02 01 31 01 32 00"))
        let binary = Columns(
            clients: "05",
            infos: "03",
            strings: "01 74 01",
            parentInfos: "01",
            rest: "01 01 00 02 00ff 00"
        )
        #expect(try convert(binary) == hex("01 01 05 00 03 01 01 74 02 00ff 00"))
        let doc = Columns(
            clients: "05",
            infos: "09",
            strings: "02 7467 41 00",
            parentInfos: "01",
            rest: "01 01 00 76 00 00"
        )
        #expect(try convert(doc) == hex("01 01 05 00 09 01 01 74 01 67 76 00 00"))
        let deleted = Columns(
            clients: "05",
            infos: "01",
            strings: "01 74 01",
            parentInfos: "01",
            lengths: "07",
            rest: "01 01 00 00"
        )
        #expect(try convert(deleted) == hex("01 01 05 00 01 01 01 74 07 00"))
    }

    @Test func skipsAndGCs() throws {
        let gap = Columns(clients: "05", infos: "00 00 0a 00 00", lengths: "03 04", rest: "01 03 02 05 00")
        #expect(try convert(gap) == hex("01 03 05 02 00 03 0a 05 00 04 00"))
    }

    @Test func deleteSetsAreDifferences() throws {
        let deletes = Columns(rest: "00 01 4d 02 03 01 04 00")
        #expect(try convert(deletes) == hex("00 01 4d 02 03 02 09 01"))
    }

    private static let malformed: [Columns] = [
        Columns(rest: ""),
        Columns(rest: "00"),
        Columns(rest: "00 00 00"),
        Columns(rest: "01 01 00 00"),
        Columns(clients: "05", rest: "01 01 00 00"),
        Columns(clients: "05", infos: "00", rest: "01 01 00 00"),
        Columns(clients: "05", infos: "04", parentInfos: "01", rest: "01 01 00 00"),
        Columns(clients: "05", infos: "84", strings: "01 61 01", rest: "01 01 00 00"),
        Columns(clients: "05", infos: "0b", strings: "01 61 01", parentInfos: "01", rest: "01 01 00 00"),
        Columns(
            clients: "05",
            infos: "07",
            strings: "01 61 01",
            parentInfos: "01",
            typeRefs: "07",
            rest: "01 01 00 00"
        ),
        Columns(clients: "05", infos: "08", strings: "01 61 01", parentInfos: "01", lengths: "01", rest: "01 01 00 00"),
        Columns(rest: "00 01 4d 01 ff ff ff ff ff ff ff 0f 00"),
        Columns(rest: "00 01 4d 01 00 ff ff ff ff ff ff ff 0f"),
    ]

    @Test(arguments: malformed.indices)
    func malformedUpdates(_ index: Int) {
        let bytes = Self.malformed[index].bytes
        #expect(throws: YjsError.self) { try UpdateV2.convert(bytes, limits: .network) }
        #expect(throws: YjsError.unsupportedUpdateFormat) { try YUpdate.merge([bytes]) }
        var document = YDocument()
        #expect(throws: YjsError.unsupportedUpdateFormat) { try document.apply(bytes) }
    }

    @Test func everyTruncationIsRefused() {
        let update = Self.insertHi.bytes
        for count in 3..<update.count {
            #expect(throws: YjsError.unsupportedUpdateFormat) { try YUpdate.merge([Array(update[..<count])]) }
        }
        #expect(throws: YjsError.unsupportedUpdateFormat) { try YUpdate.merge([update + [0]]) }
    }

    @Test func everyOperationConverts() throws {
        let update = Self.insertHi.bytes
        #expect(try YUpdate.merge([update]) == WorkedUpdate.insertHi)
        #expect(
            try YUpdate.merge([update, WorkedUpdate.appendB])
                == YUpdate.merge([WorkedUpdate.insertHi, WorkedUpdate.appendB])
        )
        #expect(try YUpdate.diff(update, from: StateVector()) == WorkedUpdate.insertHi)
        #expect(try YUpdate.encodeStateVector(of: update) == hex("01 4d 02"))
        #expect(try YUpdate.meta(of: update) == [ClientRange(client: 77, clock: 0, length: 2)])
        var document = YDocument()
        try document.apply(update)
        #expect(document.text(of: .root("t")) == "hi")
    }

    /// A few bytes may stand for millions of structs; the output stays within a multiple of the input.
    @Test func aSmallUpdateCannotBecomeALargeOne() {
        let bomb = Columns(clients: "05", infos: "00", lengths: "41 ff ff ff ff 07", rest: "01 80 80 04 00 00")
        let limit = (64 << 10) + 64 * bomb.bytes.count
        #expect(throws: YjsError.updateTooLarge(bytes: limit + 2, limit: limit)) {
            try UpdateV2.convert(bomb.bytes, limits: .network)
        }
    }

    @Test(arguments: Vector.all)
    func damagedUpdatesNeverTrap(_ vector: Vector) {
        var update = Array(vector.stateV2)
        var outcomes = (good: 0, bad: 0)
        for index in stride(from: 0, to: update.count, by: 11) {
            let byte = update[index]
            update[index] = byte ^ UInt8(truncatingIfNeeded: 1 << (index % 8))
            var document = YDocument()
            if (try? document.apply(update)) == nil { outcomes.bad += 1 } else { outcomes.good += 1 }
            #expect(StoreChecks(document).problems == [])
            update[index] = byte
        }
        #expect(outcomes.bad > 0)
    }
}
