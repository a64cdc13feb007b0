import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: thumbnails in lists of files, and what they take", .serialized, .timeLimit(.minutes(20)))
struct HeaperListedThumbnailTests {
    private static let file = HeaperPictures.gif(width: 300, height: 200)

    /// The thumbnails of a block's only file.
    private static func listed(_ client: HeaperClient, _ place: HeaperClient.FilePlace) async throws -> JSONValue {
        let answer = try await client.post("/api/block/\(place.block)", as: place.session)
        guard case .array(let files)? = answer.json?["block"]?["files"], let file = files.first,
            let thumbnails = file["thumbnails"]
        else { throw HeaperUnexpectedAnswer(text: answer.text) }
        return thumbnails
    }

    /// What the thumbnails of somebody's only heap take, as the heap and as the account tell it.
    private static func bytes(_ client: HeaperClient, _ place: HeaperClient.FilePlace) async throws -> [JSONValue?] {
        let stats = try await client.get("/api/heap/stats/\(place.heap)", as: place.session)
        let profile = try await client.post("/api/me", as: place.session)
        return [stats.json?["thumbnail_bytes"], profile.json?["usage"]?["thumbnail_bytes"]]
    }

    @Test func whatWasMadeIsListedOnceItWasShown() async throws {
        try await HeaperThumbnailTests.run(Self.file) { client, place, _ in
            #expect(try await Self.listed(client, place) == [])
            #expect(try await Self.bytes(client, place) == [0, 0])
            let path = "/api/file/\(place.block)/thumbnail/tiny/x"
            let headers = [("Accept", "image/webp")]
            let picture = try await client.get(path, as: place.session, headers: headers)
            try #require(picture.status == 200)
            _ = try await client.get(path, as: place.session, headers: headers)
            #expect(
                try await Self.listed(client, place) == [
                    ["type": "image", "size": "tiny", "width": 64, "height": 43, "mime_type": "image/webp"]
                ]
            )
            let size = JSONValue.integer(picture.body.count)
            #expect(try await Self.bytes(client, place) == [size, size])
        }
    }

    @Test func nobodyLearnsThatOthersHaveTheSameBytes() async throws {
        try await HeaperThumbnailTests.run(Self.file) { client, place, hash in
            let path = "/thumbnail/tiny/x"
            let first = try await client.get("/api/file/\(place.block)\(path)", as: place.session)
            let other = try await client.makeFilePlace(block: "other-block")
            _ = try await client.uploadFile(Self.file, to: other)
            let stored = "/api/download/thumbnail/other-block/\(hash)/image/tiny"
            #expect(try await Self.listed(client, other) == [])
            #expect(try await Self.bytes(client, other) == [0, 0])
            #expect(try await client.get(stored, as: other.session).status == 404)
            // What is there is used all the same.
            let second = try await client.get("/api/file/other-block\(path)", as: other.session)
            #expect(second.body == first.body)
            #expect(try await Self.listed(client, other) == Self.listed(client, place))
            #expect(try await Self.bytes(client, other) == Self.bytes(client, place))
            #expect(try await client.get(stored, as: other.session).body == first.body)
        }
    }

    @Test func whatWasUploadedIsListedWithItsBlock() async throws {
        try await HeaperThumbnailTests.run(Self.file) { client, place, hash in
            let picture = HeaperPictures.gif(width: 40, height: 30)
            let form = MultipartBody().field("type", "animated").field("size", "preview")
                .file("thumbnail", filename: "x", type: "image/gif", picture)
            let answer = try await client.server.send(
                "POST",
                "/api/upload/thumbnail/\(place.block)/\(hash)/key",
                headers: place.session.bearer + [("Content-Type", form.contentType)],
                body: form.bytes
            )
            try #require(answer.status == 200, "\(answer.text)")
            let entry: JSONValue = [
                "type": "animated", "size": "preview", "width": 40, "height": 30, "mime_type": "image/gif",
            ]
            #expect(try await Self.listed(client, place) == [entry])
            let list = try await client.post("/api/heap", ["heap_id": .string(place.heap)], as: place.session)
            guard case .array(let files)? = try list.heaperList("blocks").first?["files"] else { return }
            #expect(files.map { $0["thumbnails"] } == [[entry]])
            let other = place.at("other-block")
            _ = try await client.uploadFile(Self.file, to: other)
            #expect(try await Self.listed(client, other) == [])
            let size = JSONValue.integer(picture.count)
            #expect(try await Self.bytes(client, place) == [size, size])
        }
    }
}
