import Testing

@testable import SkySendCrypto

@Suite("SkySend crypto: links")
struct ShareLinkTests {
    private static let id = "0b8ad0f2-6d4e-4c0e-9a55-6f2f6c3f3f10"
    private static let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

    @Test(arguments: [
        ("https://drop.test/file/", "https://drop.test", ShareLink.Kind.file, "/file/"),
        ("http://127.0.0.1:8080/note/", "http://127.0.0.1:8080", .note, "/note/"),
        ("https://drop.test/d/", "https://drop.test", .file, "/file/"),
        ("https://drop.test/send/file/", "https://drop.test/send", .file, "/file/"),
    ])
    func linksAreReadAndBuilt(start: String, site: String, kind: ShareLink.Kind, path: String) throws {
        let link = try ShareLink(parsing: "\(start)\(Self.id)#\(Self.secret)")
        #expect(link.site == site)
        #expect(link.kind == kind)
        #expect(link.id == Self.id)
        #expect(link.secret.bytes == KnownAnswers.bytes(from: 0, count: 32))
        #expect(link.description == "\(site)\(path)\(Self.id)#\(Self.secret)")
    }

    @Test func slashAtTheEndOfTheSiteIsDropped() throws {
        let secret = try #require(LinkSecret(text: Self.secret))
        let link = ShareLink(site: "https://drop.test/", kind: .note, id: Self.id, secret: secret)
        #expect(link.description == "https://drop.test/note/\(Self.id)#\(Self.secret)")
    }

    @Test func queryAndPaddingDoNotMatter() throws {
        let link = try ShareLink(parsing: "https://drop.test/file/\(Self.id)?lang=de#\(Self.secret)=")
        #expect(link.description == "https://drop.test/file/\(Self.id)#\(Self.secret)")
    }

    @Test(arguments: [
        ("", ShareLink.Failure.notALink),
        ("hello", .notALink),
        ("ftp://drop.test/file/\(id)#\(secret)", .notALink),
        ("https:///file/\(id)#\(secret)", .notALink),
        ("https://drop.test/\(id)#\(secret)", .notALink),
        ("https://drop.test/folder/\(id)#\(secret)", .notALink),
        ("https://drop.test/file/#\(secret)", .malformedID),
        ("https://drop.test/file/\(id.uppercased())#\(secret)", .malformedID),
        ("https://drop.test/file/\(id)0#\(secret)", .malformedID),
        ("https://drop.test/file/0b8ad0f26d4e4c0e9a556f2f6c3f3f10#\(secret)", .malformedID),
        ("https://drop.test/file/\(id)", .missingSecret),
        ("https://drop.test/file/\(id)#", .missingSecret),
        ("https://drop.test/file/\(id)#\(secret.dropLast(2))", .malformedSecret),
        ("https://drop.test/file/\(id)#\(secret)AA", .malformedSecret),
        ("https://drop.test/file/\(id)#\(secret.dropLast())!", .malformedSecret),
    ])
    func whatIsWrongWithALinkIsTold(text: String, failure: ShareLink.Failure) {
        #expect(throws: failure) { try ShareLink(parsing: text) }
    }
}
