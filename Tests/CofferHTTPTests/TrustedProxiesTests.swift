import CofferHTTP
import Testing

@Suite("TrustedProxies")
struct TrustedProxiesTests {
    private let proxies: TrustedProxies
    private let proxy: ClientAddress
    private let stranger: ClientAddress

    init() throws {
        proxies = try TrustedProxies(parsing: ["loopback", "private", "198.51.100.0/24"])
        proxy = try #require(ClientAddress("10.0.0.1"))
        stranger = try #require(ClientAddress("203.0.113.66"))
    }

    private func client(_ forwardedFor: [String] = [], forwarded: [String] = []) -> String {
        proxies.clientAddress(peer: proxy, forwardedFor: forwardedFor, forwarded: forwarded).description
    }

    @Test func untrustedPeerIsTheClientWhateverItSends() {
        let client = proxies.clientAddress(
            peer: stranger,
            forwardedFor: ["192.0.2.1", "10.0.0.1"],
            forwarded: ["for=192.0.2.1"]
        )
        #expect(client == stranger)
        #expect(TrustedProxies.none.clientAddress(peer: proxy, forwardedFor: ["192.0.2.1"], forwarded: []) == proxy)
    }

    @Test func trustedPeerWithoutHeadersIsTheClient() {
        #expect(client() == "10.0.0.1")
    }

    @Test(arguments: [
        (["192.0.2.1"], "192.0.2.1"),
        (["6.6.6.6, 192.0.2.1"], "192.0.2.1"),
        (["6.6.6.6", "192.0.2.1"], "192.0.2.1"),
        (["6.6.6.6, 192.0.2.1, 198.51.100.7, 127.0.0.1"], "192.0.2.1"),
        (["6.6.6.6,192.0.2.1", "198.51.100.7"], "192.0.2.1"),
        (["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
        (["::ffff:192.0.2.1"], "192.0.2.1"),
        (["2001:db8::1"], "2001:db8::1"),
        (["192.0.2.1:4711"], "192.0.2.1"),
        (["[2001:db8::1]"], "2001:db8::1"),
        (["[2001:db8::1]:4711"], "2001:db8::1"),
        (["\"[2001:db8::1]:4711\""], "2001:db8::1"),
        (["\"192.0.2.1\" \t"], "192.0.2.1"),
    ])
    func rightmostUntrustedElementIsTheClient(lines: [String], expected: String) {
        #expect(client(lines) == expected)
    }

    @Test(arguments: [
        (["192.0.2.1, unknown"], "10.0.0.1"),
        (["192.0.2.1, unknown, 198.51.100.7"], "198.51.100.7"),
        (["192.0.2.1, "], "10.0.0.1"),
        ([""], "10.0.0.1"),
        (["192.0.2.1:"], "10.0.0.1"),
        (["192.0.2.1:123456"], "10.0.0.1"),
        (["192.0.2.1:8a"], "10.0.0.1"),
        (["[2001:db8::1"], "10.0.0.1"),
        (["[2001:db8::1]x"], "10.0.0.1"),
        (["[192.0.2.1]"], "10.0.0.1"),
        (["[[2001:db8::1]]"], "10.0.0.1"),
        (["192.0.2.1\""], "10.0.0.1"),
        (["for=192.0.2.1"], "10.0.0.1"),
        (["192.0.2.1\u{0}"], "10.0.0.1"),
        (["192.0.2.1 6.6.6.6"], "10.0.0.1"),
    ])
    func unreadableElementStopsAtTheLastTrustedAddress(lines: [String], expected: String) {
        #expect(client(lines) == expected)
    }

    @Test(arguments: ["\"6.6.6.6", "6.6.6.6\u{600}", "6.6.6.6, \"", "\u{301}", "[", ";for=\""])
    func textOfTheClientCannotHideWhatTheProxyAdded(prefix: String) {
        #expect(client([prefix + ",192.0.2.1"]) == "192.0.2.1")
        #expect(client(forwarded: [prefix + ",for=192.0.2.1"]) == "192.0.2.1")
    }

    @Test(arguments: [
        (["for=192.0.2.1"], "192.0.2.1"),
        (["For=\"192.0.2.1:80\";proto=https;by=10.0.0.1"], "192.0.2.1"),
        (["for=\"[2001:db8::1]:4711\""], "2001:db8::1"),
        (["for=[2001:db8::1]"], "2001:db8::1"),
        (["for=6.6.6.6, for=192.0.2.1 ; host=example.org, for=127.0.0.1"], "192.0.2.1"),
        (["for=6.6.6.6", "proto=http;for=192.0.2.1;"], "192.0.2.1"),
    ])
    func forwardedHeaderIsReadLikewise(lines: [String], expected: String) {
        #expect(client(forwarded: lines) == expected)
    }

    @Test(arguments: [
        "for=unknown", "for=_hidden", "proto=https", "for", "for=", "for=192.0.2.1;for=192.0.2.1", "for=192.0.2.1;x",
        "host=\"a, for=192.0.2.1\"", "host=\"a\\\", for=192.0.2.1;host=\\\"b\"", "for=\"192.0.2.1", "192.0.2.1", "",
    ])
    func unreadableForwardedElementStopsTheSearch(line: String) {
        #expect(client(forwarded: ["for=6.6.6.6, " + line]) == "10.0.0.1")
    }

    @Test func headersThatDisagreeLeaveThePeer() {
        #expect(client(["192.0.2.1"], forwarded: ["for=192.0.2.1"]) == "192.0.2.1")
        #expect(client(["192.0.2.1"], forwarded: ["for=6.6.6.6"]) == "10.0.0.1")
        #expect(client(["192.0.2.1"], forwarded: ["for=unknown"]) == "10.0.0.1")
    }

    @Test(arguments: [
        (["https"], ForwardedScheme.https), (["http"], .http), (["http, HTTPS "], .https), (["http", "https"], .https),
        (["https,http"], .http), (["https,"], nil), (["wss"], nil), ([""], nil), ([], nil), (["https "], .https),
    ])
    func lastSchemeOfATrustedPeerIsBelieved(lines: [String], scheme: ForwardedScheme?) {
        #expect(proxies.scheme(peer: proxy, forwardedProto: lines) == scheme)
        #expect(proxies.scheme(peer: stranger, forwardedProto: lines) == nil)
    }

    @Test(arguments: [
        ("loopback", "127.9.9.9", true), ("loopback", "::1", true), ("loopback", "10.0.0.1", false),
        ("private", "10.0.0.1", true), ("private", "172.31.0.1", true), ("private", "172.32.0.1", false),
        ("PRIVATE", "192.168.1.1", true), ("private", "fd12::1", true), ("private", "fe80::1", false),
        ("private", "127.0.0.1", false), ("192.0.2.7", "192.0.2.7", true),
    ])
    func keywordStandsForItsRanges(entry: String, address: String, isTrusted: Bool) throws {
        let proxies = try TrustedProxies(parsing: [entry])
        #expect(proxies.contains(try #require(ClientAddress(address))) == isTrusted)
    }

    @Test(arguments: ["", "*", "all", "proxy.example.org", "10.0.0.0/40"])
    func malformedEntryIsNamed(entry: String) {
        #expect(throws: TrustedProxiesError.malformed(entry: entry)) {
            try TrustedProxies(parsing: ["loopback", entry])
        }
    }
}
