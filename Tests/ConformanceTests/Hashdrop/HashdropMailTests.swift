import CofferCore
import CofferTesting
import Foundation
import Testing

/// Mail that cannot be sent; the mail server that sends it is in `Tests/System/mail`.
@Suite("Hashdrop: registration without a mail server that answers")
struct HashdropMailTests {
    private static let email = "ada@example.org"
    /// Nobody listens there.
    private static let down = [
        "COFFER_MAIL_HOST": "127.0.0.1", "COFFER_MAIL_PORT": "9", "COFFER_MAIL_SECURITY": "none",
        "COFFER_MAIL_FROM": "post@example.org",
    ]

    @Test func registrationIs500AndLeavesNothing() async throws {
        try await HashdropClient.run(Self.down) { client async throws in
            for _ in 0..<2 {
                try await client.register(Self.email).expectRefusal(500, "internal server error")
                try await client.verify(Self.email, "000000").expectRefusal(401, "account doesn't exist")
            }
            #expect(!FileManager.default.fileExists(atPath: "\(client.server.dataPath)/outbox"))
        }
    }

    @Test func addressIsFreeOnceMailWorksAgain() async throws {
        let directory = try TemporaryDirectory()
        try await HashdropClient.run(Self.down, dataPath: directory.path) { client async throws in
            try await client.register(Self.email).expectRefusal(500, "internal server error")
        }
        try await HashdropClient.run(dataPath: directory.path) { client async throws in
            _ = try await client.account(Self.email)
        }
        withExtendedLifetime(directory) {}
    }

    @Test func outboxThatCannotBeWrittenIsAFault() async throws {
        try await HashdropClient.run { client async throws in
            let outbox = "\(client.server.dataPath)/outbox"
            #expect(FileManager.default.createFile(atPath: outbox, contents: nil))
            let answer = try await client.register(Self.email)
            #expect((500...599).contains(answer.status))
            answer.expectRefusal(answer.status, "internal server error")
            try FileManager.default.removeItem(atPath: outbox)
            let again = try await client.register(Self.email)
            #expect(again.status == 201)
        }
    }

    /// As a process leaves it that ended while the mail was on its way.
    @Test func registrationThatWasCutOffIsForgottenAtTheNextStart() async throws {
        let directory = try TemporaryDirectory()
        try await HashdropClient.run(dataPath: directory.path) { client async throws in
            for address in [Self.email, "eve@example.org"] {
                let registered = try await client.register(address)
                #expect(registered.status == 201)
            }
        }
        let database = try SQLiteDatabase(path: "\(directory.path)/coffer.sqlite")
        try await database.write { session in
            _ = try session.execute(
                """
                UPDATE hashdrop_otps SET sent = 0
                WHERE user_id IN (SELECT id FROM hashdrop_users WHERE email = \(Self.email))
                """
            )
        }
        try await database.close()
        try await HashdropClient.run(dataPath: directory.path) { client async throws in
            let other = try await client.register("eve@example.org")
            #expect(other.status == 409)
            let registered = try await client.register(Self.email)
            #expect(registered.status == 201)
        }
        withExtendedLifetime(directory) {}
    }
}
