import CofferCore
import Logging

/// Makes accounts: all of it, mail included, or nothing.
struct Registration: Sendable {
    private static let codeCount = 1_000_000
    private static let digits = 6

    let accounts: AccountStore
    let passwords: Passwords
    let digests: AccountDigests
    let mailer: any Mailer
    let settings: AccountSettings
    let clock: any WallClock
    let random: any RandomSource
    let logger: Logger

    /// - Throws: ``HashdropError/invalidEmail``, ``HashdropError/invalidPassword``, ``HashdropError/accountExists``,
    ///   ``HashdropError/mailRefused``; ``MailFailure``.
    func register(email: String, password: String) async throws -> Account {
        guard password.utf8.count >= Passwords.minBytes else { throw HashdropError.invalidPassword }
        guard let address = MailAddress(email) else { throw HashdropError.invalidEmail }
        guard try await !accounts.isTaken(email) else { throw HashdropError.accountExists }
        let account = Account(
            id: AccountID(random: random),
            email: email,
            passwordHash: try await passwords.hash(password),
            isVerified: false,
            createdAt: clock.now
        )
        let code = newCode()
        guard try await accounts.insert(account, otp: digests.otp(code, of: account.id)) else {
            throw HashdropError.accountExists
        }
        do {
            try await mailer.send(mail(code, to: address))
            try await accounts.noteSent(account.id)
        } catch {
            // Should this fail, too, the next start does it: the code is not noted as sent.
            try? await accounts.withdraw(account.id)
            throw meaning(of: error)
        }
        return account
    }

    /// An address that its server refuses is no fault of ours, but the operator may want to know.
    private func meaning(of error: any Error) -> any Error {
        guard let failure = error as? MailFailure else { return error }
        switch failure {
        case .recipientRefused, .recipientUnsupported:
            logger.notice("registration withdrawn", metadata: ["reason": "\(failure)"])
            return HashdropError.mailRefused
        default: return failure
        }
    }

    /// Every code is equally likely.
    private func newCode() -> String {
        let text = String(random.number(below: Self.codeCount))
        return String(repeating: "0", count: Self.digits - text.utf8.count) + text
    }

    private func mail(_ code: String, to address: MailAddress) -> Mail {
        let minutes = max(1, settings.otpLife.components.seconds / 60)
        return Mail(
            to: address,
            subject: "Your verification code",
            text: """
                Somebody, most likely you, has registered this address. The code to verify it is

                \(code)

                It is valid for \(minutes) minute\(minutes == 1 ? "" : "s"). If it was not you, ignore this mail: without the code
                the registration ends by itself.
                """
        )
    }
}
