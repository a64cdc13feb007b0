import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/upload/thumbnail and GET /api/download/thumbnail", .serialized, .timeLimit(.minutes(20)))
struct HeaperUploadThumbnailTests {
    private static let file = Array("a text, of which nobody can make a picture".utf8)
    private static let hash = HeaperClient.hash(file)
    private static let picture = HeaperPictures.gif(width: 40, height: 30)

    private static func run(
        _ body: @escaping @Sendable (HeaperClient, HeaperClient.FilePlace) async throws -> Void
    ) async throws {
        try await HeaperThumbnailTests.run(file) { client, place, _ in try await body(client, place) }
    }

    private static func form(
        _ picture: [UInt8] = picture,
        type: String? = "image",
        size: String? = "medium"
    ) -> MultipartBody {
        var form = MultipartBody()
        if let type { form = form.field("type", type) }
        form = form.file("thumbnail", filename: "../x.jpg", type: "image/jpeg", picture)
        if let size { form = form.field("size", size) }
        return form
    }

    private static func send(
        _ client: HeaperClient,
        _ place: HeaperClient.FilePlace,
        key: String = "medium",
        hash: String = hash,
        _ form: MultipartBody = form(),
        as session: HeaperClient.Session? = nil
    ) async throws -> TestResponse {
        try await client.server.send(
            "POST",
            "/api/upload/thumbnail/\(place.block)/\(hash)/\(key)",
            headers: (session ?? place.session).bearer + [("Content-Type", form.contentType)],
            body: form.bytes
        )
    }

    @Test func uploadedThumbnailIsStoredAndShown() async throws {
        try await Self.run { client, place in
            let answer = try await Self.send(client, place)
            #expect(answer.status == 200)
            #expect(
                answer.json == [
                    "status": "ok", "block_id": .string(place.block), "file_hash": .string(Self.hash),
                    "thumbnail_key": "medium", "type": "image", "size": "medium",
                ]
            )
            let path = "/api/download/thumbnail/\(place.block)/\(Self.hash)/image/medium"
            let stored = try await client.get(path, as: place.session)
            #expect(stored.status == 200)
            #expect(stored.header("content-type") == "image/gif")
            #expect(stored.body == Self.picture)
            let tag = try #require(stored.header("etag"))
            let same = try await client.get(path, as: place.session, headers: [("If-None-Match", tag)])
            #expect(same.status == 304)
            let head = try await client.send("HEAD", path, as: place.session)
            #expect(head.header("content-length") == "\(Self.picture.count)")
            #expect(head.body.isEmpty)
            let shown = try await client.get("/api/file/\(place.block)/thumbnail/medium/x", as: place.session)
            #expect(shown.body == Self.picture)
            // The next best, as none can be made.
            let other = try await client.get("/api/file/\(place.block)/thumbnail/large/x", as: place.session)
            #expect(other.body == Self.picture)
        }
    }

    @Test func sameKeyReplacesAndChangesTheTag() async throws {
        try await Self.run { client, place in
            _ = try await Self.send(client, place)
            let path = "/api/file/\(place.block)/thumbnail/medium/x"
            let first = try await client.get(path, as: place.session)
            client.clock.advance(by: .seconds(1))
            let second = HeaperPictures.gif(width: 41, height: 30)
            let answer = try await Self.send(client, place, Self.form(second))
            #expect(answer.status == 200)
            let shown = try await client.get(path, as: place.session)
            #expect(shown.body == second)
            #expect(shown.header("etag") != first.header("etag"))
        }
    }

    @Test func framesAreFoundByTheirPosition() async throws {
        try await Self.run { client, place in
            let frames = [("a@2", 20), ("b@8.5", 21)]
            for (key, width) in frames {
                let picture = HeaperPictures.gif(width: width, height: 10)
                let answer = try await Self.send(client, place, key: key, Self.form(picture, type: "video", size: nil))
                #expect(answer.status == 200)
                #expect(answer.json?["size"] == .string(key))
            }
            for (position, width) in [("2", 20), ("0", 20), ("8", 21), ("100", 21)] {
                let path = "/api/file/\(place.block)/video_thumbnail/tiny/\(position)"
                let shown = try await client.get(path, as: place.session)
                #expect(shown.body == HeaperPictures.gif(width: width, height: 10), "\(position)")
            }
        }
    }

    @Test func uploadedAnimationIsShown() async throws {
        try await Self.run { client, place in
            let moving = HeaperPictures.gif(width: 30, height: 20, frames: 2)
            _ = try await Self.send(client, place, key: "moving", Self.form(moving, type: "animated", size: "small"))
            let shown = try await client.get("/api/file/\(place.block)/animated_thumbnail/small/x", as: place.session)
            #expect(shown.body == moving)
        }
    }

    @Test func whatIsNoPictureIs400() async throws {
        try await Self.run { client, place in
            for bytes in [Array("<html>".utf8), [], Array("<svg/>".utf8), [0xFF, 0xD8, 0xFF]] {
                let answer = try await Self.send(client, place, Self.form(bytes))
                #expect(answer.status == 400)
                #expect(answer.heaperCode == "not_a_picture")
            }
            let path = "/api/download/thumbnail/\(place.block)/\(Self.hash)/image/medium"
            let none = try await client.get(path, as: place.session)
            #expect(none.status == 404)
            #expect(none.heaperCode == "thumbnail_not_found")
        }
    }

    @Test func malformedFormsAre400() async throws {
        try await Self.run { client, place in
            let without = MultipartBody().field("type", "image")
            for form in [without, Self.form(type: "poster"), Self.form(size: String(repeating: "x", count: 200))] {
                let answer = try await Self.send(client, place, form)
                #expect(answer.status == 400)
                #expect(answer.heaperCode == "malformed")
            }
            let json = try await client.post(
                "/api/upload/thumbnail/\(place.block)/\(Self.hash)/x",
                [],
                as: place.session
            )
            #expect(json.status == 400)
        }
    }

    @Test func tooLargeOnesAre413() async throws {
        try await Self.run { client, place in
            let large = Self.picture + [UInt8](repeating: 0, count: 5 << 20)
            let answer = try await Self.send(client, place, Self.form(large))
            #expect(answer.status == 413)
            #expect(answer.heaperCode == "too_large")
        }
    }

    @Test func foreignAndUnknownPlacesAre404() async throws {
        try await Self.run { client, place in
            let other = try await client.login()
            let foreign = try await Self.send(client, place, as: other)
            #expect(foreign.status == 404)
            #expect(foreign.heaperCode == "block_not_found")
            let unknown = try await Self.send(client, place, hash: String(repeating: "0", count: 64))
            #expect(unknown.status == 404)
            #expect(unknown.heaperCode == "file_not_found")
            let malformed = try await Self.send(client, place, hash: "xyz")
            #expect(malformed.status == 400)
        }
    }

    @Test func anotherUsersFileOfTheSameBytesDoesNotShowIt() async throws {
        try await Self.run { client, place in
            _ = try await Self.send(client, place)
            let other = try await client.makeFilePlace(block: "other-block")
            _ = try await client.uploadFile(Self.file, to: other)
            let shown = try await client.get("/api/file/other-block/thumbnail/medium/x", as: other.session)
            #expect(shown.status == 404)
            let stored = try await client.get(
                "/api/download/thumbnail/other-block/\(Self.hash)/image/medium",
                as: other.session
            )
            #expect(stored.status == 404)
        }
    }

    @Test(arguments: ["poster/medium", "image/unknown"])
    func unknownNamesAreRefused(name: String) async throws {
        try await Self.run { client, place in
            _ = try await Self.send(client, place)
            let answer = try await client.get(
                "/api/download/thumbnail/\(place.block)/\(Self.hash)/\(name)",
                as: place.session
            )
            #expect(answer.status == (name.hasPrefix("poster") ? 400 : 404))
        }
    }
}
