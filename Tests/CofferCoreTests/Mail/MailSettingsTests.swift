import Testing

@testable import CofferCore

@Suite("Mail settings")
struct MailSettingsTests {
    private func settings(_ values: [String: String]) throws -> MailSettings {
        try MailSettings(SettingsGroup { name in values[name].map { .init(text: $0, origin: "MAIL_\(name)") } })
    }

    @Test func nothingSetMeansTheOutbox() throws {
        #expect(try settings([:]).server == nil)
        #expect(try settings(["host": ""]).server == nil)
        #expect(try settings([:]).sender == MailSender(name: "coffer", address: .ofThisMachine))
    }

    @Test(arguments: [("starttls", 587), ("tls", 465), ("none", 25), ("TLS", 465)])
    func portFollowsTheSecurity(security: String, port: Int) throws {
        let server = try settings(["host": "mail.test", "from": "a@b", "security": security]).server
        #expect(server?.port == port)
        #expect(server?.verifiesCertificate == true)
    }

    @Test func connectionIsSecureByDefault() throws {
        #expect(try settings(["host": "mail.test", "from": "a@b"]).server?.security == .starttls)
    }

    @Test(arguments: [
        ["host": "mail.test"], ["host": "mail.test", "from": "nobody"], ["host": "mail test", "from": "a@b"],
        ["host": "https://mail.test", "from": "a@b"], ["host": "mail.test", "from": "a@b", "port": "0"],
        ["host": "mail.test", "from": "a@b", "security": "ssl"],
        ["host": "mail.test", "from": "a@b", "username": "anna"],
        ["host": "mail.test", "from": "a@b", "password": "geheim"],
        ["host": "mail.test", "from": "a@b", "security": "none", "username": "anna", "password": "geheim"],
        ["host": "mail.test", "from": "a@b", "username": "anna", "password": "geheim\u{0}"],
        ["host": "mail.test", "from": "a@b", "verify_certificate": "perhaps"], ["port": "99999"],
    ])
    func valuesAreRefusedWithoutShowingThePassword(_ values: [String: String]) {
        let failure = #expect(throws: SettingsGroup.Malformed.self) { try settings(values) }
        #expect(failure?.description.contains("geheim") == false)
    }

    @Test func passwordMayStayOnThisMachineInTheOpen() throws {
        let own = ["from": "a@b", "security": "none", "username": "anna", "password": "geheim"]
        for host in ["localhost", "127.0.0.1", "::1"] {
            #expect(try settings(own.merging(["host": host]) { $1 }).server != nil)
        }
    }
}
