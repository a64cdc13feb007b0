/// What was wrong with a command.
enum BridgeError: Error {
    case missing
    case malformed(String)
    case unknown(String)
}

/// The words of a command, read one after the other.
struct Arguments {
    private var words: ArraySlice<String>

    init(_ words: [String]) {
        self.words = words[...]
    }

    mutating func word() throws -> String {
        guard let word = words.popFirst() else { throw BridgeError.missing }
        return word
    }

    mutating func number() throws -> Int {
        let text = try word()
        guard let number = Int(text), number >= 0 else { throw BridgeError.malformed(text) }
        return number
    }

    mutating func bytes() throws -> [UInt8] {
        let digits = try word()
        if digits == "-" { return [] }
        let values = digits.compactMap(\.hexDigitValue)
        guard values.count == digits.count, values.count % 2 == 0 else { throw BridgeError.malformed(digits) }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }

    mutating func allBytes() throws -> [[UInt8]] {
        var all: [[UInt8]] = []
        while !words.isEmpty { all.append(try bytes()) }
        return all
    }

    mutating func text() throws -> String {
        String(decoding: try bytes(), as: UTF8.self)
    }
}

/// Bytes as hexadecimal digits, `-` for none.
func hex(_ bytes: [UInt8]) -> String {
    guard !bytes.isEmpty else { return "-" }
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// UTF-8 as hexadecimal digits.
func hex(_ text: String) -> String {
    hex(Array(text.utf8))
}
