import CofferHTTP
import CofferTesting
import Testing

@Suite("Raven Zero: addresses in answers", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroAddressTests {
    @Test(arguments: ["drop.example.org", "drop.example.org:8443", "[::1]:8000", "localhost:8000"])
    func addressesTakeTheHostHeader(host: String) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.upload([65, 66], headers: [("Host", host)])
            let key = try RavenZeroClient.text("key", of: response)
            #expect(response.json?["preview_url"] == .string("http://\(host)/preview/\(key)"))
            #expect(response.json?["download_url"] == .string("http://\(host)/download/\(key)"))
            let preview = try await raven.get("/preview/\(key)", headers: [("Host", host)])
            #expect(preview.json?["download_url"] == .string("http://\(host)/download/\(key)"))
            #expect(preview.json?["curl_example"] == .string("curl -O http://\(host)/download/\(key)"))
        }
    }

    @Test(arguments: ["https://drop.example.org", "https://drop.example.org/", "http://10.0.0.7:8000"])
    func addressesTakeTheConfiguredBase(base: String) async throws {
        try await RavenZeroClient.run(["COFFER_BASE_URL": base]) { raven in
            let base = base.hasSuffix("/") ? String(base.dropLast()) : base
            let headers = [("Host", "evil.example"), ("X-Forwarded-Proto", "ftp")]
            let response = try await raven.upload([65, 66], headers: headers)
            let key = try RavenZeroClient.text("key", of: response)
            #expect(response.json?["preview_url"] == .string("\(base)/preview/\(key)"))
            #expect(response.json?["download_url"] == .string("\(base)/download/\(key)"))
            let preview = try await raven.preview(key)
            #expect(preview.json?["curl_example"] == .string("curl -O \(base)/download/\(key)"))
        }
    }

    @Test(arguments: [("", "http"), ("loopback", "https"), ("10.0.0.0/8", "http")])
    func forwardedSchemeCountsFromConfiguredProxiesOnly(proxies: String, scheme: String) async throws {
        let settings = proxies.isEmpty ? [:] : ["COFFER_TRUSTED_PROXIES": proxies]
        try await RavenZeroClient.run(settings) { raven in
            let headers = [("Host", "drop.example.org"), ("X-Forwarded-Proto", "https")]
            let response = try await raven.upload([65, 66], headers: headers)
            let key = try RavenZeroClient.text("key", of: response)
            #expect(response.json?["download_url"] == .string("\(scheme)://drop.example.org/download/\(key)"))
        }
    }
}
