import CofferHTTP
import Testing

@Suite("ClientAddress and AddressRange")
struct ClientAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"),
        ("0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
        ("10.20.3.104", "10.20.3.104"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:C000:0201", "192.0.2.1"),
        ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"),
        ("::", "::"),
        ("::1", "::1"),
        ("1::", "1::"),
        ("2001:0DB8:0:0:0:0:0:0001", "2001:db8::1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"),
        ("0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"),
        ("::1.2.3.4", "::102:304"),
        ("fe80::abcd:ef01", "fe80::abcd:ef01"),
    ])
    func addressIsWrittenCanonically(text: String, canonical: String) throws {
        let address = try #require(ClientAddress(text))
        #expect(address.description == canonical)
        #expect(ClientAddress(canonical) == address)
        #expect(ClientAddress(bytes: address.bytes) == address)
        #expect(address.isIPv4 == !canonical.contains(":"))
    }

    @Test(arguments: [
        "", " ", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4:80",
        "0x1.2.3.4",
        "1.2.3.-4", "16909060", "[::1]", "::1%eth0", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "::g",
        "1::2::3",
        "1.2.3.4\u{0}", "1.2.3.4\u{0}.evil", "::1\u{0}", "١.2.3.4", "::ffff:1.2.3",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
    ])
    func anythingElseIsNoAddress(text: String) {
        #expect(ClientAddress(text) == nil)
    }

    @Test func bytesOfBothFamiliesAreTaken() {
        #expect(ClientAddress(bytes: [192, 0, 2, 1])?.description == "192.0.2.1")
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 1]
        #expect(ClientAddress(bytes: mapped) == ClientAddress("192.0.2.1"))
        #expect(ClientAddress("192.0.2.1")?.bytes == mapped)
        #expect(ClientAddress(bytes: [1, 2, 3]) == nil)
        #expect(ClientAddress(bytes: []) == nil)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8::1", "2001:db8::/64"),
        ("1:2:0:3::1", "1:2:0:3::/64"),
        ("::1", "::/64"),
        ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
        ("64:ff9b::1:c000:201", "64:ff9b::/64"),
    ])
    func limitKeyGroupsIPv6Networks(text: String, limitKey: String) {
        #expect(ClientAddress(text)?.limitKey == limitKey)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true),
        ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("10.1.2.3/8", "10.9.9.9", true),
        ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false),
        ("192.0.2.0/31", "192.0.2.1", true),
        ("192.0.2.0/31", "192.0.2.2", false),
        ("0.0.0.0/0", "203.0.113.9", true),
        ("0.0.0.0/0", "2001:db8::1", false),
        ("::/0", "2001:db8::1", true),
        ("::/0", "203.0.113.9", false),
        ("::ffff:10.0.0.0/104", "10.9.9.9", true),
        ("fc00::/7", "fdff::1", true),
        ("fc00::/7", "fe00::1", false),
        ("2001:db8::/64", "2001:db8::ffff:1", true),
        ("2001:db8::/64", "2001:db8:0:1::", false),
        ("2001:db8::/65", "2001:db8::8000:0:0:0", false),
        ("2001:db8::/65", "2001:db8::7fff:0:0:0", true),
        ("::1/128", "::1", true),
    ])
    func rangeContainsItsAddressesOnly(range: String, address: String, isContained: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(try #require(ClientAddress(address))) == isContained)
    }

    @Test(arguments: [
        ("10.1.2.3/8", "10.0.0.0/8"), ("::ffff:10.0.0.0/104", "10.0.0.0/8"), ("192.0.2.1/32", "192.0.2.1"),
        ("2001:DB8::1/32", "2001:db8::/32"), ("::1", "::1"), ("::/0", "::/0"), ("0.0.0.0/0", "0.0.0.0/0"),
    ])
    func rangeIsWrittenCanonically(text: String, canonical: String) {
        #expect(AddressRange(text)?.description == canonical)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8", "10/8",
        "::/129",
        "10.0.0.0/255.0.0.0", "host/8", "::/1000", "10.0.0.0 - 10.0.0.9",
    ])
    func anythingElseIsNoRange(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
