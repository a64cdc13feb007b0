import Testing

@testable import CofferCore

@Suite("Mail addresses")
struct MailAddressTests {
    @Test(arguments: [
        "anna@example.org", "a@b", "first.last+tag@mail.example.org", "!#$%&'*+-/=?^_`{|}~@example.org",
        "Großmutter@bücher.example", "пользователь@пример.рф", "x@xn--bcher-kva.example",
        String(repeating: "a", count: 64) + "@example.org",
    ])
    func addressIsTaken(_ text: String) {
        #expect(MailAddress(text)?.description == text)
    }

    @Test(arguments: [
        "", "anna", "@", "@example.org", "anna@", "anna@.", "anna@a..b", "anna@-a.b", "anna@a-.b", "anna@a_b",
        "an na@example.org", "anna@example.org ", " anna@example.org", "anna@exam ple.org", "a@b@c d", "anna@b@",
        "anna@example.org\r\nRCPT TO:<eve@example.org>", "anna\n@example.org", "anna\r@example.org",
        "anna\u{0}@example.org", "anna@example.org\u{0}", "anna>@example.org", "<anna@example.org>",
        "anna,eve@example.org", "anna;eve@example.org", "\"anna\"@example.org", "anna(x)@example.org",
        "anna@[127.0.0.1]", "anna\\@example.org", "anna\u{85}@example.org", "anna\u{2028}@example.org",
        "anna\u{a0}@example.org", "anna\u{200b}@example.org", "anna@exam\u{202e}ple.org", "anna\u{7f}@example.org",
        String(repeating: "a", count: 65) + "@example.org",
        "a@" + Array(repeating: "abcdefghij", count: 25).joined(separator: "."),
    ])
    func textIsNoAddress(_ text: String) {
        #expect(MailAddress(text) == nil)
    }

    @Test func lastAtPartsLocalFromDomain() {
        #expect(MailAddress("anna@example.org")?.domain == "example.org")
    }

    @Test func senderMayHaveName() {
        let bare = MailSender(parsing: "post@example.org")
        #expect(bare?.name == "")
        #expect(bare?.address.description == "post@example.org")
        for text in ["Our Files <post@example.org>", " \"Our Files\"  <post@example.org> "] {
            let sender = MailSender(parsing: text)
            #expect(sender?.name == "Our Files")
            #expect(sender?.address.description == "post@example.org")
        }
        for text in ["", "Our Files", "Our Files <>", "Our Files <post>", "<a@b> <c d@e>"] {
            #expect(MailSender(parsing: text) == nil, "\(text)")
        }
    }
}
