@testable import Yjs

/// The worked byte strings of the format's description, all by client 77.
enum WorkedUpdate {
    static let insertHi = hex("01 01 4d 00 04 01 01 74 02 6869 00")
    static let appendB = hex("01 01 4d 01 84 4d 00 01 62 00")
    static let deleteClock1 = hex("00 01 4d 01 01 01")
    static let setK1 = hex("01 01 4d 00 28 01 01 6d 01 6b 01 7d 01 00")
    static let setK2 = hex("01 01 4d 01 a8 4d 00 01 7d 02 01 4d 01 00 01")
    static let xml = hex("01 02 4d 00 07 01 08 7469746c655f7630 03 09 706172616772617068 07 00 4d 00 06 00")
    static let bold = hex(
        "01 03 4d 00 06 01 01 74 04 626f6c64 04 74727565 84 4d 00 02 6162 86 4d 02 04 626f6c64 04 6e756c6c 00"
    )
    static let gap = hex("01 03 4d 00 04 01 01 74 01 61 0a 01 84 4d 01 01 63 00")
    static let collectedTree = hex("01 02 4d 00 01 01 01 78 01 00 04 01 4d 01 00 05")
    static let emptyV2 = hex("00 00 00 00 00 00 01 00 00 00 00 00 00")

    static let all = [insertHi, appendB, deleteClock1, setK1, setK2, xml, bold, gap, collectedTree, YUpdate.empty]
}
