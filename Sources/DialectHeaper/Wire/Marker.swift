import CofferCore
import CofferHTTP

/// Where a client stands in the changes of a heap: a decimal stamp, milliseconds, or a time (contract, section 6).
///
/// Whatever cannot be read means the beginning; it is never an error.
enum Marker {
    static func stamp(_ value: JSONValue?) -> Int64 {
        switch value {
        case .integer(let number)?: max(number, 0)
        case .double(let number)?: Int64(exactly: number.rounded(.down)).map { max($0, 0) } ?? 0
        case .string(let text)?: stamp(text)
        default: 0
        }
    }

    private static func stamp(_ text: String) -> Int64 {
        if let number = Double(text) { return stamp(.double(number)) }
        return milliseconds(rfc3339: text).map { max($0, 0) } ?? 0
    }

    /// `2026-11-26T06:00:00.123Z` and its forms with an offset (RFC 3339, section 5.6).
    static func milliseconds(rfc3339 text: String) -> Int64? {
        var bytes = Array(text.utf8)[...]
        func number(_ digits: Int, before mark: String = "") -> Int64? {
            let taken = bytes.prefix(digits)
            guard taken.count == digits, taken.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let value = Int64(String(decoding: taken, as: UTF8.self))
            else { return nil }
            bytes = bytes.dropFirst(digits)
            guard !mark.isEmpty else { return value }
            guard let next = bytes.popFirst(), mark.utf8.contains(next) else { return nil }
            return value
        }
        guard let year = number(4, before: "-"), let month = number(2, before: "-"), let day = number(2, before: "Tt "),
            let hour = number(2, before: ":"), let minute = number(2, before: ":"), let second = number(2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction: Int64 = 0
        if bytes.first == UInt8(ascii: ".") {
            let digits = bytes.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard !digits.isEmpty else { return nil }
            let padded = String(decoding: digits.prefix(3), as: UTF8.self) + "00"
            fraction = Int64(padded.prefix(3)) ?? 0
            bytes = bytes.dropFirst(digits.count + 1)
        }
        guard let offset = offset(bytes) else { return nil }
        let days = daysSinceEpoch(year, month, day)
        return ((days * 24 + hour) * 60 + minute - offset) * 60_000 + second * 1000 + fraction
    }

    /// Minutes east of UTC.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let text = String(decoding: bytes, as: UTF8.self)
        if text == "Z" || text == "z" { return 0 }
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard text.utf8.count == 6, parts.count == 2, let sign = text.first, "+-".contains(sign),
            let hours = Int64(parts[0]), let minutes = Int64(parts[1]), (0..<24).contains(hours),
            (0..<60).contains(minutes)
        else { return nil }
        return (hours * 60 + minutes) * (sign == "-" ? -1 : 1)
    }

    /// The proleptic Gregorian calendar, in years that begin on 1 March.
    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
