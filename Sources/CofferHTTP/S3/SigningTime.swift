package import CofferCore

/// A time as signatures spell it: `20130524T000000Z`, and its day, `20130524`.
package struct SigningTime: Equatable, Sendable {
    package let text: String
    /// Seconds since 1970.
    package let seconds: Int64

    var day: String { String(text.prefix(8)) }

    package init(_ time: Timestamp) {
        seconds = time.seconds
        let fields = CalendarTime(Timestamp(milliseconds: seconds * 1000))
        let digits = Self.padded(
            [
                (fields.year, 4), (fields.month, 2), (fields.day, 2), (fields.hour, 2), (fields.minute, 2),
                (fields.second, 2),
            ]
        )
        text = digits.prefix(8) + "T" + digits.dropFirst(8) + "Z"
    }

    /// - Returns: nil unless `text` is a time of the calendar in exactly this form.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        let digits = bytes[0..<8] + bytes[9..<15]
        guard digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
        func number(_ range: Range<Int>) -> Int {
            bytes[range].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        let days = Self.days(year: number(0..<4), month: number(4..<6), day: number(6..<8))
        let inDay = number(9..<11) * 3600 + number(11..<13) * 60 + number(13..<15)
        // A day or an hour that does not exist comes back in another spelling.
        let read = SigningTime(Timestamp(milliseconds: Int64(days * 86_400 + inDay) * 1000))
        guard read.text == text else { return nil }
        self = read
    }

    private static func padded(_ fields: [(number: Int, width: Int)]) -> String {
        fields.map { field in
            let digits = String(field.number)
            return String(repeating: "0", count: max(0, field.width - digits.utf8.count)) + digits
        }.joined()
    }

    /// Days since 1970-01-01, counted in years that begin on 1 March.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let shiftedMonth = month <= 2 ? month + 9 : month - 3
        let leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
        return shiftedYear * 365 + leapDays + (153 * shiftedMonth + 2) / 5 + day - 719_469
    }
}
