import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@testable import DialectHeaper

@Suite("Heaper: logins")
struct SessionsTests {
    private func sessions(_ fixture: HeaperDatabase) async throws -> Sessions {
        let group = SettingsGroup { _ in nil }
        let seed = [UInt8](repeating: 7, count: 32)
        let tokens = try await AccessToken(seed: seed, keyName: "test", clock: fixture.clock)
        return Sessions(
            tokens: tokens,
            verified: VerifiedTokens(tokens: tokens, clock: fixture.clock),
            settings: try IdentitySettings(group),
            database: fixture.database,
            ends: SessionEnds(clock: fixture.clock),
            clock: fixture.clock,
            random: fixture.random
        )
    }

    @Test func tokenOfADeletedAccountIsRefused() async throws {
        try await HeaperDatabase.run { fixture in
            let (sessions, ada) = (try await sessions(fixture), fixture.ada)
            let tokens = try await sessions.open(for: ada)
            #expect(try await sessions.caller(ofAccessToken: tokens.access).user == ada)
            try await fixture.database.write { _ = try $0.execute("DELETE FROM heaper_users WHERE id = \(ada)") }
            await #expect(throws: HeaperError.invalidToken) { try await sessions.caller(ofAccessToken: tokens.access) }
            await #expect(throws: HeaperError.invalidToken) { try await sessions.refresh(tokens.refresh) }
        }
    }

    @Test func accountThatIsNotApprovedIsRefused() async throws {
        try await HeaperDatabase.run { fixture in
            let (sessions, ada) = (try await sessions(fixture), fixture.ada)
            let tokens = try await sessions.open(for: ada)
            try await fixture.database.write { session in
                _ = try session.execute("UPDATE heaper_users SET state = 'pending' WHERE id = \(ada)")
            }
            await #expect(throws: HeaperError.notApproved) { try await sessions.caller(ofAccessToken: tokens.access) }
            await #expect(throws: HeaperError.notApproved) { try await sessions.refresh(tokens.refresh) }
        }
    }

    @Test func loginsThatAreOverAreForgotten() async throws {
        try await HeaperDatabase.run { fixture in
            let sessions = try await sessions(fixture)
            for _ in 0..<3 { _ = try await sessions.open(for: fixture.ada) }
            fixture.clock.advance(by: .seconds(31 * 86_400))
            _ = try await sessions.open(for: fixture.ada)
            let count = try await fixture.database.read { session in
                try session.first("SELECT COUNT(*) FROM heaper_sessions") { $0.integer(0) }
            }
            #expect(count == 1)
        }
    }

    @Test func serverHasTwoKeysAndKeepsThem() async throws {
        try await HeaperDatabase.run { fixture in
            let first = try await ServerKeys(fixture.database, random: fixture.random)
            let second = try await ServerKeys(fixture.database, random: fixture.random)
            #expect(first.publicKey == second.publicKey)
            #expect(first.tokenSeed == second.tokenSeed)
            #expect(first.tokenSeed.count == 32)
            let name = try first.tokenKeyName
            #expect(name != first.publicKey)
            let tokenKey = Hex.encode(first.tokenSeed)
            let secrets = try await fixture.database.read { session in
                try session.query("SELECT value FROM heaper_secrets") { $0.text(0) }
            }
            #expect(Set(secrets).count == 2)
            #expect(secrets.contains(tokenKey))
        }
    }
}
