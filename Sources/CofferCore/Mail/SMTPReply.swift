import NIOCore

/// A server's answer to one command: a code of three digits and one text line or more (RFC 5321, section 4.2).
struct SMTPReply: Equatable {
    let code: Int
    let lines: [String]

    var isPositive: Bool { code / 100 == 2 }
    var isPermanentFailure: Bool { code / 100 == 5 }

    var status: MailFailure.Status { .init(code: code, enhanced: enhancedCode) }

    /// The status code at the start of the text (RFC 2034), which is the only part of it that is safe to show.
    private var enhancedCode: String? {
        guard let word = lines.first?.split(separator: " ").first else { return nil }
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "\(code / 100)",
            parts.allSatisfy({ (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        return String(word)
    }
}

/// Cuts a server's bytes into replies.
struct SMTPReplyParser {
    struct Malformed: Error {}

    /// The standard allows 512; some servers greet at greater length.
    private static let maxLineBytes = 4096
    private static let maxLines = 200

    private var bytes = ByteBuffer()
    private var code: Int?
    private var lines: [String] = []

    /// Tells whether anything came after the last whole reply.
    var hasLeftover: Bool { bytes.readableBytes > 0 || code != nil }

    mutating func append(_ more: ByteBuffer) {
        var more = more
        bytes.writeBuffer(&more)
    }

    /// The next whole reply; nil when more bytes are needed.
    mutating func next() throws(Malformed) -> SMTPReply? {
        while let line = try nextLine() {
            guard line.count >= 3, let code = Int(String(decoding: line.prefix(3), as: UTF8.self)),
                (200...599).contains(code), self.code == nil || self.code == code
            else { throw Malformed() }
            let mark = line.count > 3 ? line[3] : UInt8(ascii: " ")
            guard mark == UInt8(ascii: " ") || mark == UInt8(ascii: "-"), lines.count < Self.maxLines else {
                throw Malformed()
            }
            lines.append(String(decoding: line.dropFirst(4), as: UTF8.self))
            self.code = code
            guard mark == UInt8(ascii: " ") else { continue }
            defer {
                lines = []
                self.code = nil
            }
            return SMTPReply(code: code, lines: lines)
        }
        return nil
    }

    /// Lines should end in CR LF; a lone LF is taken too.
    private mutating func nextLine() throws(Malformed) -> [UInt8]? {
        guard let end = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            guard bytes.readableBytes <= Self.maxLineBytes else { throw Malformed() }
            return nil
        }
        let count = end - bytes.readerIndex
        guard count <= Self.maxLineBytes, var line = bytes.readBytes(length: count) else { throw Malformed() }
        bytes.moveReaderIndex(forwardBy: 1)
        bytes.discardReadBytes()
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }
}
