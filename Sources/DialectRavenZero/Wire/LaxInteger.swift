/// A whole number in the forms that the original program's form parser takes.
///
/// Outer blanks, a sign, underscores between digits and a fraction of zeros are allowed: ` +1_0.0 ` is 10. Numbers past
/// 64 bits count as the largest or smallest of them, which is out of every range that matters.
enum LaxInteger {
    static func parse(_ text: String) -> Int? {
        var bytes = Array(text.utf8)[...]
        while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            isNegative = sign == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        if let point = bytes.firstIndex(of: UInt8(ascii: ".")) {
            guard bytes[(point + 1)...].allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
            bytes = bytes[..<point]
        }
        return digits(bytes).map { isNegative ? -$0 : $0 }
    }

    private static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let last = bytes.last, isDigit(last) else { return nil }
        var value = 0
        var previousWasDigit = false
        for byte in bytes {
            if byte == UInt8(ascii: "_") {
                guard previousWasDigit else { return nil }
                previousWasDigit = false
                continue
            }
            guard isDigit(byte) else { return nil }
            previousWasDigit = true
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            value = overflow || product > Int.max - 9 ? Int.max / 16 : product + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }
}
