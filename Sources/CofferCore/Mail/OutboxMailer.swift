import Glibc
package import Logging
package import NIOPosix

/// Writes each mail into a file, for servers that have no mail server to talk to.
///
/// On disk: `outbox/<time>-<8 hexadecimal digits>.eml`, the message with lines that end in LF; directory 700, files 600.
/// A file is written under a name that begins with a dot, and appears whole. The newest 1,000 are kept.
package struct OutboxMailer: Mailer {
    private static let kept = 1000

    private let path: String
    private let sender: MailSender
    private let threads: NIOThreadPool
    private let clock: any WallClock
    private let random: any RandomSource
    private let logger: Logger

    /// `path`: of the outbox itself, which is made with the first mail.
    package init(
        path: String,
        sender: MailSender,
        threads: NIOThreadPool,
        clock: any WallClock,
        random: any RandomSource,
        logger: Logger
    ) {
        self.path = path
        self.sender = sender
        self.threads = threads
        self.clock = clock
        self.random = random
        self.logger = logger
    }

    package func send(_ mail: Mail) async throws {
        let now = clock.now
        let message = MailMessage(mail, from: sender, at: now, id: random.hex(byteCount: 16))
        let stamp = CalendarTime(now).internetDateTimeWithMilliseconds.filter { $0 != "-" && $0 != ":" && $0 != "." }
        let name = "\(stamp)-\(random.hex(byteCount: 4)).eml"
        let text = message.lines.map { $0 + "\n" }.joined()
        try await threads.runIfActive { [path] in
            try FileCalls.makeDirectory(path)
            try DurableFile.write(Array(text.utf8), to: name, in: path)
            let old = try FileCalls.names(in: path).filter { $0.hasSuffix(".eml") }.sorted().dropLast(Self.kept)
            for name in old { unlink("\(path)/\(name)") }
        }
        logger.info("mail written to the outbox", metadata: ["path": "\(path)/\(name)"])
    }
}
