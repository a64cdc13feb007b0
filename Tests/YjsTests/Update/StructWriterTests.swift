import Testing

@testable import Yjs

@Suite("Writing structs")
struct StructWriterTests {
    /// Writes one struct of client 77 at clock 5 without its first `cut` units.
    private func write(_ bytes: String, cut: UInt64) throws -> [UInt8] {
        let source = hex(bytes)
        var decoder = Lib0Decoder(source)
        let record = try decoder.readStruct(client: 77, clock: 5, source: 0)
        var encoder = Lib0Encoder()
        StructWriter.write(record, of: 77, from: source, cut: cut, into: &encoder)
        return encoder.bytes
    }

    @Test func wholeStructsAreCopied() throws {
        for bytes in ["00 07", "0a 03", "04 01 01 74 02 6869", "28 01 01 6d 01 6b 01 7d 01", "c4 01 00 02 00 01 61"] {
            #expect(try write(bytes, cut: 0) == hex(bytes))
        }
    }

    @Test func aKeyThatANeighbourKnowsIsNotMentioned() throws {
        #expect(try write("a8 4d 00 01 7d 02", cut: 0) == hex("88 4d 00 01 7d 02"))
    }

    /// Origin and length change; the parent goes, the right origin stays.
    private static let cuts: [(String, UInt64, String)] = [
        ("00 07", 3, "00 04"),
        ("0a 07", 3, "0a 04"),
        ("01 01 01 74 07", 2, "81 4d 06 05"),
        ("c1 01 00 02 00 07", 2, "c1 4d 06 02 00 05"),
        ("04 01 01 74 04 61626364", 1, "84 4d 05 03 626364"),
        ("44 02 00 04 61626364", 3, "c4 4d 07 02 00 01 64"),
        ("04 01 01 74 06 c3a9 e282ac 61", 2, "84 4d 06 01 61"),
        ("02 01 01 74 03 01 31 01 32 01 33", 1, "82 4d 05 02 01 32 01 33"),
        ("08 01 01 74 03 7d 01 77 02 6162 7e", 1, "88 4d 05 02 77 02 6162 7e"),
        ("08 01 01 74 03 7d 01 77 02 6162 7e", 2, "88 4d 06 01 7e"),
        ("28 01 01 6d 01 6b 02 7d 01 7d 02", 1, "a8 4d 05 01 7d 02"),
    ]

    @Test(arguments: cuts)
    func cutStructs(_ bytes: String, _ cut: UInt64, _ expected: String) throws {
        #expect(try write(bytes, cut: cut) == hex(expected))
    }

    @Test func aDividedPairBecomesAReplacementCharacter() throws {
        #expect(try write("04 01 01 74 06 78 f09d849e 79", cut: 2) == hex("84 4d 06 04 efbfbd 79"))
        #expect(try write("04 01 01 74 06 78 f09d849e 79", cut: 1) == hex("84 4d 05 05 f09d849e 79"))
        #expect(try write("04 01 01 74 06 78 f09d849e 79", cut: 3) == hex("84 4d 07 01 79"))
        #expect(try write("04 01 01 74 04 f09d849e", cut: 1) == hex("84 4d 05 03 efbfbd"))
    }

    @Test func elementsAreCounted() {
        let any = hex("7d 01 75 02 7e 7e 77 00 78")
        #expect((0...4).map { ElementList.offset(of: $0, in: any, 0..<9, ref: ContentRef.any) } == [0, 2, 6, 8, 9])
        let json = hex("01 31 00 02 3132")
        #expect((0...3).map { ElementList.offset(of: $0, in: json, 0..<6, ref: ContentRef.json) } == [0, 2, 3, 6])
        #expect(ElementList.offset(of: 9, in: any, 0..<9, ref: ContentRef.any) == 9)
    }
}
