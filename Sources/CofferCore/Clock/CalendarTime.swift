/// A timestamp split into the fields of the UTC calendar.
///
/// Formatting by hand costs a tenth of what a formatter object does, and every upload and status answer needs it.
package struct CalendarTime: Equatable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let millisecond: Int
    /// 0 for Sunday.
    package let weekday: Int

    package init(_ time: Timestamp) {
        let milliseconds = time.milliseconds
        let days = Int((milliseconds >= 0 ? milliseconds : milliseconds - 86_399_999) / 86_400_000)
        let inDay = Int(milliseconds - Int64(days) * 86_400_000)
        (year, month, day) = Self.civil(daysSinceEpoch: days)
        hour = inDay / 3_600_000
        minute = inDay / 60_000 % 60
        second = inDay / 1000 % 60
        millisecond = inDay % 1000
        // 1970-01-01 was a Thursday.
        weekday = ((days + 4) % 7 + 7) % 7
    }

    /// `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339, section 5.6).
    package var internetDateTime: String {
        "\(padded(year, to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))"
            + "T\(padded(hour, to: 2)):\(padded(minute, to: 2)):\(padded(second, to: 2))Z"
    }

    /// `YYYY-MM-DDTHH:MM:SS.sssZ`, as JavaScript writes times.
    package var internetDateTimeWithMilliseconds: String {
        "\(internetDateTime.dropLast()).\(padded(millisecond, to: 3))Z"
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    package var httpDate: String {
        "\(Self.weekdays[weekday]), \(padded(day, to: 2)) \(Self.months[month - 1]) \(padded(year, to: 4)) "
            + "\(padded(hour, to: 2)):\(padded(minute, to: 2)):\(padded(second, to: 2)) GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// The proleptic Gregorian date of a day, counted in 400-year eras that begin on 1 March.
    private static func civil(daysSinceEpoch days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
