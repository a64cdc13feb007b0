import CofferTesting
import Foundation
import Logging
import NIOPosix
import Testing

@testable import CofferCore

@Suite("The outbox")
struct OutboxMailerTests {
    private func withOutbox(_ body: (OutboxMailer, String) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let path = directory.path + "/outbox"
        let mailer = OutboxMailer(
            path: path,
            sender: MailSender(name: "coffer", address: .ofThisMachine),
            threads: threads,
            clock: ManualClock(Timestamp(milliseconds: 1_700_000_000_000)),
            random: SystemRandomSource(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await body(mailer, path)
        try await threads.shutdownGracefully()
        withExtendedLifetime(directory) {}
    }

    private func mail(_ text: String) throws -> Mail {
        Mail(to: try #require(MailAddress("anna@example.org")), subject: "Code", text: text)
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func mailBecomesOneReadableFile() async throws {
        try await withOutbox { mailer, path in
            try await mailer.send(mail("Your code:\n\n012345\n"))
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            #expect(names.count == 1)
            let name = try #require(names.first)
            #expect(name.hasPrefix("20231114T221320000Z-") && name.hasSuffix(".eml"))
            #expect(try mode(path) == 0o700)
            #expect(try mode("\(path)/\(name)") == 0o600)
            let text = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
            #expect(text.hasSuffix("\n\nYour code:\n\n012345\n"))
            #expect(text.contains("\nTo: <anna@example.org>\n"))
            #expect(!text.contains("\r"))
        }
    }

    @Test func newestThousandAreKept() async throws {
        try await withOutbox { mailer, path in
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for number in 1000..<2005 {
                #expect(FileManager.default.createFile(atPath: "\(path)/2000\(number).eml", contents: nil))
            }
            try await mailer.send(mail("new"))
            let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            #expect(names.count == 1000)
            #expect(names.first == "20001006.eml")
            #expect(names.last?.hasPrefix("2023") == true)
        }
    }

    @Test func directoryThatCannotBeMadeIsAnError() async throws {
        try await withOutbox { mailer, path in
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            await #expect(throws: StorageError.self) { try await mailer.send(mail("lost")) }
        }
    }
}
