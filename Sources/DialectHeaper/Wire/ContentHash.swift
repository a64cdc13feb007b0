import CofferCore

/// The SHA-256 of a file's bytes: 64 hexadecimal digits in lower case.
struct ContentHash: Hashable, Sendable, SQLBindable, CustomStringConvertible {
    /// Of no bytes.
    static let ofNothing = ContentHash(stored: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

    let text: String

    /// Takes digits of either case.
    ///
    /// - Returns: nil for text of another form.
    init?(_ text: some StringProtocol) {
        guard text.utf8.count == 64, let bytes = Hex.decode(text) else { return nil }
        self.init(bytes)
    }

    init(_ bytes: [UInt8]) {
        text = Hex.encode(bytes)
    }

    init(stored text: String) {
        self.text = text
    }

    var bytes: [UInt8] { Hex.decode(text) ?? [] }
    var description: String { text }
    var sqlValue: SQLValue { .text(text) }
}
