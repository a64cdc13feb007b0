import CofferHTTP
import CofferTesting
import Testing

@Suite("Hushfile: ip", .serialized, .timeLimit(.minutes(20)))
struct HushfileAddressTests {
    static let proxied = ["COFFER_TRUSTED_PROXIES": "loopback"]

    private static func from(_ address: String) -> [(String, String)] { [("X-Forwarded-For", address)] }

    @Test
    func everyAcceptedWriterIsListedOnceInOrderOfAppearance() async throws {
        try await TestServer.run(Self.proxied) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(headers: Self.from("198.51.100.9"))
            let writers = ["198.51.100.5", "198.51.100.7", "198.51.100.9", "198.51.100.5", "198.51.100.1"]
            for (index, writer) in writers.enumerated() {
                #expect(
                    try await client.put(chunk: index, [1], of: upload, headers: Self.from(writer)).status == 200
                )
            }
            let metadata = Self.from("2001:DB8:0:0::0002")
            #expect(try await client.put(metadata: [1], of: upload, headers: metadata).status == 200)
            let finisher = Self.from("203.0.113.50")
            #expect(try await client.finish(upload, chunks: [0], headers: finisher).status == 200)
            #expect(
                try await client.info(upload.id)["ip"] == [
                    "198.51.100.9", "198.51.100.5", "198.51.100.7", "198.51.100.1", "2001:db8::2", "203.0.113.50",
                ]
            )
        }
    }

    @Test
    func refusedWritersAndReadersAreNotListed() async throws {
        let settings = Self.proxied.merging(["COFFER_HUSHFILE_MAX_CHUNKSIZE_BYTES": "10"]) { $1 }
        try await TestServer.run(settings) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(["deletepassword": "secret"], headers: Self.from("198.51.100.1"))
            let target = "/api/file/\(upload.id)"
            let wrong = HushfileClient.Upload(id: upload.id, password: "wrong")
            let intruder = Self.from("203.0.113.66")
            #expect(try await client.put(chunk: 0, [1], of: wrong, headers: intruder).status == 403)
            #expect(try await client.put(metadata: [1], of: wrong, headers: intruder).status == 403)
            #expect(try await client.finish(wrong, chunks: [0], headers: intruder).status == 403)
            #expect(try await client.finish(upload, chunks: [0], headers: intruder).status == 400)
            let large = [UInt8](repeating: 0, count: 11)
            #expect(try await client.put(chunk: 0, large, of: upload, headers: intruder).status == 413)
            let multipart = intruder + [("Content-Type", "multipart/form-data; boundary=x")]
            #expect(try await client.put(chunk: 0, [1], of: upload, headers: multipart).status == 400)
            #expect(try await server.get("\(target)/info", headers: intruder).status == 200)
            #expect(try await server.get("\(target)/metadata", headers: intruder).status == 412)
            #expect(try await server.send("DELETE", target, headers: intruder).status == 403)
            #expect(try await client.info(upload.id)["ip"] == ["198.51.100.1"])
        }
    }

    @Test
    func readersOfAFinishedFileAreNotListed() async throws {
        try await TestServer.run(Self.proxied) { server in
            let client = HushfileClient(server: server)
            let id = try await client.file([[1]])
            for path in ["0", "metadata", "exists", "info"] {
                let response = try await server.get("/api/file/\(id)/\(path)", headers: Self.from("203.0.113.66"))
                #expect(response.status == 200)
            }
            #expect(try await client.info(id)["ip"] == ["127.0.0.1"])
        }
    }

    @Test
    func atMost64AddressesAreListed() async throws {
        try await TestServer.run(Self.proxied) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(headers: Self.from("198.51.100.0"))
            for number in 1...70 {
                let writer = Self.from("198.51.100.\(number)")
                #expect(try await client.put(chunk: 0, [1], of: upload, headers: writer).status == 200)
            }
            let expected = (0..<64).map { JSONValue.string("198.51.100.\($0)") }
            #expect(try await client.info(upload.id)["ip"] == .array(expected))
        }
    }

    /// The header as it comes from a trusted peer, and the address that is meant.
    static let forwarded = [
        ("198.51.100.7", "198.51.100.7"),
        ("1.2.3.4, 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, 10.1.2.3", "198.51.100.7"),
        ("1.2.3.4, 198.51.100.7, 10.1.2.3, 127.0.0.1", "198.51.100.7"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("nonsense", "127.0.0.1"),
        ("198.51.100.7, nonsense", "127.0.0.1"),
    ]

    @Test(arguments: forwarded)
    func rightmostUntrustedHopCounts(_ header: String, _ address: String) async throws {
        try await TestServer.run(["COFFER_TRUSTED_PROXIES": "loopback,10.0.0.0/8"]) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(headers: Self.from(header))
            #expect(try await client.info(upload.id)["ip"] == [.string(address)])
        }
    }

    @Test(arguments: [[:], ["COFFER_TRUSTED_PROXIES": "10.0.0.0/8"]])
    func headerOfAnUntrustedPeerIsIgnored(_ settings: [String: String]) async throws {
        try await TestServer.run(settings) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(headers: Self.from("198.51.100.7"))
            let chunk = try await client.put(chunk: 0, [1], of: upload, headers: Self.from("198.51.100.8"))
            #expect(chunk.status == 200)
            #expect(try await client.info(upload.id)["ip"] == ["127.0.0.1"])
        }
    }

    @Test
    func exposeNoneShowsAnEmptyList() async throws {
        let settings = Self.proxied.merging(["COFFER_HUSHFILE_EXPOSE_IP": "none"]) { $1 }
        try await TestServer.run(settings) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(headers: Self.from("198.51.100.7"))
            #expect(try await client.info(upload.id)["ip"] == [])
            #expect(try await client.info(upload.id).count == 7)
        }
    }

    @Test
    func exposeTruncatedHidesWhichHostItWas() async throws {
        let settings = Self.proxied.merging(["COFFER_HUSHFILE_EXPOSE_IP": "truncated"]) { $1 }
        try await TestServer.run(settings) { server in
            let client = HushfileClient(server: server)
            var shown: [JSONValue?] = []
            for writer in ["198.51.100.177", "198.51.100.3", "2001:db8:77:88:99:aa:bb:cc", "2001:db8:77:1:2:3:4:5"] {
                let upload = try await client.initiate(headers: Self.from(writer))
                shown.append(try await client.info(upload.id)["ip"])
            }
            // Two hosts of one network look the same, two networks do not.
            #expect(shown[0] == shown[1])
            #expect(shown[2] == shown[3])
            #expect(shown[0] != shown[2])
            for list in shown {
                guard case .array(let entries)? = list, entries.count == 1, case .string(let text) = entries[0] else {
                    Issue.record("not one address: \(String(describing: list))")
                    continue
                }
                #expect(text.hasPrefix("198.51.100.") || text.hasPrefix("2001:db8:"))
            }
        }
    }

    @Test
    func exposeFullIsTheDefault() async throws {
        for settings in [Self.proxied, Self.proxied.merging(["COFFER_HUSHFILE_EXPOSE_IP": "full"]) { $1 }] {
            try await TestServer.run(settings) { server in
                let client = HushfileClient(server: server)
                let upload = try await client.initiate(headers: Self.from("198.51.100.7"))
                #expect(try await client.info(upload.id)["ip"] == ["198.51.100.7"])
            }
        }
    }
}
