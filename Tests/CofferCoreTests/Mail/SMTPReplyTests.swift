import NIOCore
import Testing

@testable import CofferCore

@Suite("SMTP replies")
struct SMTPReplyTests {
    private func replies(_ pieces: [String]) throws -> [SMTPReply] {
        var parser = SMTPReplyParser()
        var replies: [SMTPReply] = []
        for piece in pieces {
            parser.append(ByteBuffer(string: piece))
            while let reply = try parser.next() { replies.append(reply) }
        }
        return replies
    }

    @Test func repliesAreTheSameHoweverTheyArrive() throws {
        let text = "220 ready\r\n250-mail.example.org\r\n250-SIZE 1000\r\n250 STARTTLS\r\n354\r\n550 5.1.1 no\n"
        let expected = [
            SMTPReply(code: 220, lines: ["ready"]),
            SMTPReply(code: 250, lines: ["mail.example.org", "SIZE 1000", "STARTTLS"]),
            SMTPReply(code: 354, lines: [""]), SMTPReply(code: 550, lines: ["5.1.1 no"]),
        ]
        #expect(try replies([text]) == expected)
        #expect(try replies(text.utf8.map { String(UnicodeScalar($0)) }) == expected)
        for cut in 1..<text.utf8.count {
            let bytes = Array(text.utf8)
            let pieces = [bytes[..<cut], bytes[cut...]].map { String(decoding: $0, as: UTF8.self) }
            #expect(try replies(pieces) == expected)
        }
    }

    @Test(arguments: [
        "\r\n", "25\r\n", "abc hello\r\n", "HTTP/1.1 400 Bad Request\r\n", "250_x\r\n", "100 x\r\n", "600 x\r\n",
        "+25 x\r\n",
        "250-a\r\n251 b\r\n", "\u{16}\u{3}\u{1}\r\n", String(repeating: "a", count: 4097),
        "250 " + String(repeating: "a", count: 4100) + "\r\n", String(repeating: "250-a\r\n", count: 201),
    ])
    func textIsNoReply(_ text: String) {
        #expect(throws: SMTPReplyParser.Malformed.self) { try replies([text]) }
    }

    @Test func halfReplyIsLeftOver() throws {
        var parser = SMTPReplyParser()
        parser.append(ByteBuffer(string: "220 go\r\n250"))
        #expect(try parser.next()?.code == 220)
        #expect(parser.hasLeftover)
        parser = SMTPReplyParser()
        parser.append(ByteBuffer(string: "220 go\r\n"))
        #expect(try parser.next()?.code == 220)
        #expect(!parser.hasLeftover)
    }

    @Test(arguments: [
        (550, "5.1.1 anna@example.org is unknown", "5.1.1"), (550, "anna@example.org is unknown", nil),
        (550, "4.1.1 other class", nil), (451, "4.7.1 later", "4.7.1"), (550, "5.1", nil), (550, "5.1.1234 x", nil),
        (550, "5.1.x y", nil), (550, "", nil),
    ])
    func onlyTheStatusCodeIsKept(code: Int, text: String, expected: String?) {
        #expect(SMTPReply(code: code, lines: [text]).status == .init(code: code, enhanced: expected))
    }
}
