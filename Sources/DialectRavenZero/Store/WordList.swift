import CofferCore
import Foundation

/// The words that upload keys are made of: the EFF's long list of 7,776, see `Resources/NOTICE`.
struct WordList: Sendable {
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    static let size = 7776

    /// All words of the list, in its order.
    let count: Int
    /// Those that may stand in a key.
    ///
    /// Four words have a hyphen of their own and would make a key of more than three parts; drawing them again costs
    /// no measurable entropy (38.77 bits either way).
    private let drawable: [String]

    /// Loads a list of lines `NNNNN<TAB>word`; blank lines and those that begin with `#` are skipped.
    ///
    /// - Throws: ``Unusable`` unless there are exactly 7,776 words.
    init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Unusable(description: "The word list \(path) cannot be read.")
        }
        var words: [String] = []
        words.reserveCapacity(Self.size)
        for line in data.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
            let columns = line.split(whereSeparator: { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") || $0 == 13 }
            )
            if columns.isEmpty { continue }
            guard columns.count == 2 else {
                throw Unusable(description: "The word list \(path) has a line that is not a number and a word.")
            }
            words.append(String(decoding: columns[1], as: UTF8.self))
        }
        guard words.count == Self.size, Set(words).count == Self.size else {
            throw Unusable(
                description: "The word list \(path) has \(words.count) words; it must have 7,776 different ones."
            )
        }
        count = words.count
        drawable = words.filter { !$0.utf8.contains(UInt8(ascii: "-")) }
    }

    /// The list that comes with the program, which is read once.
    static var bundled: WordList { get throws { try bundledResult.get() } }

    private static let bundledResult = Result<WordList, any Error> {
        guard let path = Bundle.module.path(forResource: "eff_large_wordlist", ofType: "txt") else {
            throw Unusable(description: "The word list is missing beside the program.")
        }
        return try WordList(path: path)
    }

    /// Three words joined by hyphens, every triple equally likely.
    func drawKey(_ random: any RandomSource) -> String {
        (0..<3).map { _ in drawable[random.number(below: drawable.count)] }.joined(separator: "-")
    }
}
