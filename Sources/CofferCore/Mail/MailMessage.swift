/// A mail as it travels (RFC 5322): headers, an empty line, the text; every line ends in CR LF and is shorter than 998 bytes.
struct MailMessage {
    private static let maxPlainLineBytes = 998
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    let lines: [String]

    var wireText: String { lines.map { $0 + "\r\n" }.joined() }

    /// `id`: makes the Message-ID one of its kind; letters and digits only.
    init(_ mail: Mail, from sender: MailSender, at time: Timestamp, id: String) {
        let body = Self.body(mail.text)
        lines =
            [
                "Date: \(Self.date(time))",
                "From: \(Self.mailbox(sender))",
                "To: <\(mail.recipient)>",
                "Subject: \(MailHeaderText.encoded(mail.subject))",
                "Message-ID: <\(id)@\(sender.address.domain)>",
                // Out-of-office replies and mailing lists leave such mail alone (RFC 3834).
                "Auto-Submitted: auto-generated",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: \(body.encoding)",
                "",
            ] + body.lines
    }

    /// `Thu, 26 Nov 2026 03:07:50 +0000`.
    static func date(_ time: Timestamp) -> String {
        let calendar = CalendarTime(time)
        let days = time.seconds >= 0 ? time.seconds / 86_400 : (time.seconds - 86_399) / 86_400
        let weekday = weekdays[Int((days % 7 + 7) % 7)]
        let clock = calendar.internetDateTime.dropFirst(11).dropLast()
        return "\(weekday), \(calendar.day) \(months[calendar.month - 1]) \(calendar.year) \(clock) +0000"
    }

    private static func mailbox(_ sender: MailSender) -> String {
        sender.name.isEmpty
            ? "<\(sender.address)>" : "\(MailHeaderText.encodedPhrase(sender.name)) <\(sender.address)>"
    }

    private static func body(_ text: String) -> (encoding: String, lines: [String]) {
        let lines = self.lines(of: text)
        let isPlain = lines.allSatisfy { line in
            line.utf8.count <= maxPlainLineBytes && line.utf8.allSatisfy { $0 == 0x09 || (0x20...0x7e).contains($0) }
        }
        guard !isPlain else { return ("7bit", lines) }
        let digits = Array(Base64.encode(Array(lines.map { $0 + "\r\n" }.joined().utf8)).utf8)
        let pieces = stride(from: 0, to: digits.count, by: 76).map { start in
            String(decoding: digits[start..<min(start + 76, digits.count)], as: UTF8.self)
        }
        return ("base64", pieces)
    }

    private static func lines(of text: String) -> [String] {
        // A line end of either manner is one Character.
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map(String.init)
    }
}

/// Texts in headers: as they are when they are plain, else as encoded words (RFC 2047).
enum MailHeaderText {
    /// Of a word, so that a line has at most 76 characters.
    ///
    /// 12 of them are `=?utf-8?B?` and `?=`; 45 bytes make 60 more. The first word shares its line with the header's name.
    private static let wordBytes = 45
    private static let firstWordBytes = 36
    private static let maxPlainBytes = 60

    /// For `Subject`.
    static func encoded(_ text: String) -> String {
        isPlain(text) ? text : words(text)
    }

    /// For the name before an address.
    static func encodedPhrase(_ text: String) -> String {
        guard isPlain(text) else { return words(text) }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= maxPlainBytes && text.utf8.allSatisfy { (0x20...0x7e).contains($0) }
            && !text.contains("=?") && text.first != " " && text.last != " "
    }

    private static func words(_ text: String) -> String {
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            // Control characters have no business in a header, not even encoded.
            let bytes = Array(String(scalar.properties.generalCategory == .control ? " " : scalar).utf8)
            let room = words.count == 1 ? firstWordBytes : wordBytes
            if words[words.count - 1].count + bytes.count > room { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
    }
}
