import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: GET /api/files/all, /api/files/resolve, /api/files")
struct HashdropListTests {
    @Test func allListsEveryStateNewestFirst() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let first = try await client.file(session, HashdropClient.bytes(100), name: "one")
            client.clock.advance(by: .seconds(5))
            let second = try await client.begin(session, name: "two")
            let third = try await client.file(session, HashdropClient.bytes(7), name: "three", salt: "c2FsdA==")
            func item(
                _ name: String,
                _ size: Int,
                _ status: String,
                _ mode: String,
                _ time: String,
                _ id: String
            )
                -> String
            {
                #"{"file_name":"\#(name)","encrypted_size_bytes":\#(size),"status":"\#(status)","#
                    + #""key_management_mode":"\#(mode)","created_at":"\#(time)","file_id":"\#(id)"}"#
            }
            let items = [
                item("three", 7, "uploaded", "passphrase", "2023-11-14T22:13:25Z", third.id),
                item("two", 0, "pending", "vault", "2023-11-14T22:13:25Z", second.id),
                item("one", 100, "uploaded", "vault", "2023-11-14T22:13:20Z", first.id),
            ]
            try await client.all(session).expectJSON200("[\(items.joined(separator: ","))]")
        }
    }

    @Test func detailsHaveAllMembers() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session, HashdropClient.bytes(100), name: #"a "b" \ /"#, salt: "xyz")
            try await client.get("/api/files?id=\(file.id)", session).expectJSON200(
                #"[{"file_name":"a \"b\" \\ /","file_id":"\#(file.id)","status":"uploaded","plaintext_size_bytes":10,"#
                    + #""encrypted_size_bytes":100,"s3_key":"\#(file.key)","key_management_mode":"passphrase","#
                    + #""plaintext_hash":"abc"}]"#
            )
            try await client.get("/api/files/resolve?id=\(file.id)", session).expectJSON200(
                #"[{"file_name":"a \"b\" \\ /","file_id":"\#(file.id)"}]"#
            )
        }
    }

    @Test(arguments: ["/api/files/resolve", "/api/files"])
    func prefixFindsWhatBeginsWithItInAnyCase(path: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            var ids: [String] = []
            for _ in 0..<20 { ids.insert(try await client.file(session, [1]).id, at: 0) }
            for id in ids.prefix(3) {
                for length in [1, 2, 8, 9, 20, 36] {
                    let prefix = id.prefix(length)
                    let expected = ids.filter { $0.hasPrefix(prefix) }
                    for spelling in [String(prefix), prefix.uppercased()] {
                        let answer = try await client.get("\(path)?id=\(spelling)", session)
                        #expect(answer.hashdropColumn("file_id") == expected)
                    }
                }
                try await client.get("\(path)?id=\(id.dropFirst())", session).expectRefusal(404, "no files found")
                try await client.get("\(path)?id=\(id)0", session).expectRefusal(404, "no files found")
            }
        }
    }

    @Test(
        arguments: ["/api/files/resolve", "/api/files"],
        ["%25", "_", "%25a", "a%25", "%00", "*", "?", "'", "%27%20OR%201=1", "%2f..", "%F0%9F%98%80", "zz", "%20"]
    )
    func nothingStandsForOtherCharacters(path: String, id: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            _ = try await client.file(session)
            try await client.get("\(path)?id=\(id)", session).expectRefusal(404, "no files found")
        }
    }

    @Test(arguments: ["/api/files/resolve", "/api/files", "/api/files/hash", "/api/files/salt"])
    func missingIDIs400(path: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            for query in ["", "?", "?id", "?id=", "?ID=a", "?other=1", "?id=&id=a"] {
                let answer = try await client.get("\(path)\(query)", session)
                answer.expectRefusal(400, "missing file id in query parameter")
            }
        }
    }

    @Test func firstIDCounts() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            #expect(try await client.get("/api/files?x=1&id=\(file.id)&id=zz", session).status == 200)
            #expect(try await client.get("/api/files?id=zz&id=\(file.id)", session).status == 404)
        }
    }

    @Test(arguments: ["/api/files/all", "/api/files/resolve?id=", "/api/files?id="])
    func noneIs404NeverAnEmptyArray(target: String) async throws {
        try await HashdropClient.run { client async throws in
            let ada = try await client.account()
            let bob = try await client.account("bob@example.org")
            let file = try await client.file(ada)
            let query = target.hasSuffix("=") ? file.id : ""
            try await client.get(target + query, bob).expectRefusal(404, "no files found")
        }
    }

    @Test(arguments: ["/api/files/resolve?id=", "/api/files?id="])
    func unfinishedUploadsAreNotFoundByPrefix(target: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            #expect(try await client.put([1], at: upload.target).status == 200)
            try await client.get("\(target)\(upload.id)", session).expectRefusal(404, "no files found")
        }
    }
}
