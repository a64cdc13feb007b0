import CofferCore
import Foundation

/// Text as a search compares it: without regard to case, and with each character in one spelling.
enum SearchText {
    /// From here on, scalars may have another composed form.
    private static let firstUncomposed: UInt32 = 0x300

    /// The text in small letters, in the composed form of Unicode (NFC).
    ///
    /// Going by capitals joins what small letters alone keep apart: `ß` and `ss`, both forms of the small sigma.
    static func folded(_ text: String) -> String {
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        let small = isASCII ? text.lowercased() : text.lowercased().uppercased().lowercased()
        guard small.unicodeScalars.contains(where: { $0.value >= firstUncomposed }) else { return small }
        return small.precomposedStringWithCanonicalMapping
    }

    /// Keeps the folded title of a block.
    static func storeTitle(_ folded: String, of block: BlockID, in heap: HeapID, _ session: any SQLSession) throws {
        try session.execute(
            """
            INSERT INTO heaper_search_texts (block_id, heap_id, title) VALUES (\(block), \(heap), \(folded))
            ON CONFLICT (block_id) DO UPDATE SET title = excluded.title
            WHERE heaper_search_texts.title <> excluded.title
            """
        )
    }

    /// Keeps the folded text of a block.
    static func storeText(_ folded: String, of block: BlockID, in heap: HeapID, _ session: any SQLSession) throws {
        try session.execute(
            """
            INSERT INTO heaper_search_texts (block_id, heap_id, text) VALUES (\(block), \(heap), \(folded))
            ON CONFLICT (block_id) DO UPDATE SET text = excluded.text
            """
        )
    }

    static func remove(of block: BlockID, _ session: any SQLSession) throws {
        try session.execute("DELETE FROM heaper_search_texts WHERE block_id = \(block)")
    }
}
