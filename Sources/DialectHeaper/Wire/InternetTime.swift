import CofferCore

/// Times as text: `2026-01-31T09:15:30.250Z` (RFC 3339), also with an offset, without seconds, or only a date.
enum InternetTime {
    /// - Returns: nil for text that is no time.
    static func parse(_ text: String) -> Timestamp? {
        var rest = Substring(text)
        guard let year = number(&rest, digits: 4), take("-", &rest), let month = number(&rest, digits: 2),
            take("-", &rest), let day = number(&rest, digits: 2), (1...12).contains(month),
            (1...daysInMonth(month, of: year)).contains(day)
        else { return nil }
        var milliseconds = Int64(days(year, month, day)) * 86_400_000
        if !rest.isEmpty {
            guard let inDay = timeOfDay(&rest), let offset = offset(&rest), rest.isEmpty else { return nil }
            milliseconds += inDay - offset
        }
        return milliseconds > 0 ? Timestamp(milliseconds: milliseconds) : nil
    }

    private static func timeOfDay(_ rest: inout Substring) -> Int64? {
        guard let mark = rest.popFirst(), "Tt ".contains(mark), let hour = number(&rest, digits: 2), hour < 24,
            take(":", &rest), let minute = number(&rest, digits: 2), minute < 60
        else { return nil }
        var milliseconds = Int64(hour * 60 + minute) * 60_000
        guard take(":", &rest) else { return milliseconds }
        guard let second = number(&rest, digits: 2), second <= 60 else { return nil }
        milliseconds += Int64(second) * 1000
        guard take(".", &rest) else { return milliseconds }
        let fraction = rest.prefix { $0.isASCII && $0.isNumber }
        guard !fraction.isEmpty else { return nil }
        rest = rest[fraction.endIndex...]
        let padded = (fraction.prefix(3) + "00").prefix(3)
        return Int64(padded).map { milliseconds + $0 }
    }

    private static func offset(_ rest: inout Substring) -> Int64? {
        guard let sign = rest.popFirst() else { return nil }
        if sign == "Z" || sign == "z" { return 0 }
        guard sign == "+" || sign == "-", let hours = number(&rest, digits: 2), hours < 24, take(":", &rest),
            let minutes = number(&rest, digits: 2), minutes < 60
        else { return nil }
        return Int64(hours * 60 + minutes) * (sign == "+" ? 60_000 : -60_000)
    }

    private static func number(_ rest: inout Substring, digits: Int) -> Int? {
        let text = rest.prefix(digits)
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest = rest.dropFirst(digits)
        return Int(text)
    }

    private static func take(_ character: Character, _ rest: inout Substring) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private static func daysInMonth(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar, in years that begin on 1 March.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
