import Foundation
import Testing

@testable import CofferCore

@Suite("Mail messages")
struct MailMessageTests {
    private func message(
        subject: String = "Your code",
        text: String = "Hello\n\n123456\n",
        sender: String = "Files <post@example.org>"
    ) throws -> MailMessage {
        let mail = Mail(to: try #require(MailAddress("anna@example.org")), subject: subject, text: text)
        let from = try #require(MailSender(parsing: sender))
        return MailMessage(mail, from: from, at: Timestamp(milliseconds: 1_700_000_000_000), id: "0123abcd")
    }

    private func body(_ message: MailMessage) -> [String] {
        Array(message.lines.drop { !$0.isEmpty }.dropFirst())
    }

    @Test func plainMailIsReadable() throws {
        #expect(
            try message().wireText
                == [
                    "Date: Tue, 14 Nov 2023 22:13:20 +0000", "From: \"Files\" <post@example.org>",
                    "To: <anna@example.org>", "Subject: Your code", "Message-ID: <0123abcd@example.org>",
                    "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
                    "Content-Transfer-Encoding: 7bit", "", "Hello", "", "123456", "",
                ].joined(separator: "\r\n")
        )
    }

    @Test(arguments: [
        (0, "Thu, 1 Jan 1970 00:00:00 +0000"), (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (-1000, "Wed, 31 Dec 1969 23:59:59 +0000"), (1_795_662_470_999, "Thu, 26 Nov 2026 03:07:50 +0000"),
    ])
    func dateIsThatOfTheStandard(milliseconds: Int64, expected: String) {
        #expect(MailMessage.date(Timestamp(milliseconds: milliseconds)) == expected)
    }

    /// Whatever is in a text, the headers are these and no others.
    @Test(arguments: [
        "a\r\nBcc: eve@example.org", "a\nBcc: eve@example.org", "a\rBcc: eve@example.org", "a\r\n\r\nbody",
        "ä\r\nBcc: x",
        "=?utf-8?Q?a=0D=0ABcc:?=", "\u{0}", "a\u{85}Bcc: x", "a\u{2028}Bcc: x",
        String(repeating: "x ", count: 500),
    ])
    func subjectAddsNoHeader(_ subject: String) throws {
        let lines = try message(subject: subject).wireText.components(separatedBy: "\r\n")
        let heads = lines.prefix { !$0.isEmpty }
        let names = heads.filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding",
            ]
        )
        for line in heads {
            #expect(line.utf8.count <= 78)
            #expect(line.utf8.allSatisfy { (0x20...0x7e).contains($0) })
        }
    }

    @Test func otherLettersInSubjectBecomeEncodedWords() throws {
        let subject = "Schöne Grüße 🎉 " + String(repeating: "ß", count: 60)
        let text = MailHeaderText.encoded(subject)
        var decoded: [UInt8] = []
        for word in text.components(separatedBy: "\r\n ") {
            #expect(word.utf8.count <= 75)
            #expect(word.hasPrefix("=?utf-8?B?") && word.hasSuffix("?="))
            let bytes = try #require(Data(base64Encoded: String(word.dropFirst(10).dropLast(2))))
            #expect(String(validating: Array(bytes), as: UTF8.self) != nil, "a letter is cut in two")
            decoded += bytes
        }
        #expect(String(decoding: decoded, as: UTF8.self) == subject)
    }

    @Test func nameOfSenderIsQuotedOrEncoded() throws {
        #expect(MailHeaderText.encodedPhrase(#"A "B" \ C"#) == #""A \"B\" \\ C""#)
        #expect(MailHeaderText.encodedPhrase("Bücher") == "=?utf-8?B?QsO8Y2hlcg==?=")
    }

    @Test(arguments: ["a\nb", "a\r\nb", "a\rb", "a\nb\n", "a\r\nb\r\n"])
    func lineEndsBecomeThoseOfMail(_ text: String) throws {
        #expect(body(try message(text: text)) == ["a", "b"])
    }

    @Test(arguments: ["grüß dich\n123456", String(repeating: "x", count: 999), "nul \u{0} here", "\u{1b}[31m"])
    func textThatIsNotPlainIsEncoded(_ text: String) throws {
        let message = try message(text: text)
        #expect(message.lines.contains("Content-Transfer-Encoding: base64"))
        let lines = body(message)
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        let bytes = try #require(Data(base64Encoded: lines.joined()))
        #expect(String(decoding: bytes, as: UTF8.self) == text.replacing("\n", with: "\r\n") + "\r\n")
    }

    @Test func longestPlainLineStaysPlain() throws {
        let line = String(repeating: "x", count: 998)
        #expect(body(try message(text: line)) == [line])
    }
}
