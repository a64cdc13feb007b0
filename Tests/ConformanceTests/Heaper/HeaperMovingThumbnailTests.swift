import CofferTesting
import Foundation
import Testing

@Suite("Heaper: video_thumbnail and animated_thumbnail", .serialized, .timeLimit(.minutes(20)))
struct HeaperMovingThumbnailTests {
    private static func video() async throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let arguments = [
            "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10", "-t", "3", "-c:v", "mpeg4",
            "\(directory.path)/a.mp4",
        ]
        try await TestProcess.run("/usr/bin/ffmpeg", arguments)
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(directory.path)/a.mp4")))
    }

    @Test func framesAreShown() async throws {
        try await HeaperThumbnailTests.run(Self.video()) { client, place, hash in
            let path = "/api/file/\(place.block)/video_thumbnail/tiny"
            for position in ["0", "1.5", "50%25", "100%25", "500"] {
                let answer = try await client.get(
                    "\(path)/\(position)",
                    as: place.session,
                    headers: [("Accept", "image/webp")]
                )
                #expect(answer.status == 200, "\(position) \(answer.text)")
                #expect(answer.header("content-type") == "image/webp")
                #expect(HeaperPictures.webpSize(answer.body) == [64, 36])
                let again = try await client.get(
                    "\(path)/\(position)",
                    as: place.session,
                    headers: [("Accept", "image/webp")]
                )
                #expect(again.body == answer.body)
                #expect(again.header("etag") == answer.header("etag"))
            }
            let still = try await client.get("/api/file/\(place.block)/thumbnail/tiny/x", as: place.session)
            #expect(still.header("content-type") == "image/jpeg")
            #expect(still.header("etag") == "\"\(hash)-tiny-jpeg\"")
        }
    }

    @Test(arguments: ["x", "-1", "101%25", "1e5", "nan"])
    func otherPositionsAre400(position: String) async throws {
        try await HeaperThumbnailTests.run(HeaperPictures.gif(width: 30, height: 20)) { client, place, _ in
            let answer = try await client.get(
                "/api/file/\(place.block)/video_thumbnail/tiny/\(position)",
                as: place.session
            )
            #expect(answer.status == 400)
            #expect(answer.heaperCode == "malformed")
        }
    }

    @Test func imageHasNoFrames() async throws {
        try await HeaperThumbnailTests.run(HeaperPictures.gif(width: 30, height: 20)) { client, place, _ in
            let answer = try await client.get("/api/file/\(place.block)/video_thumbnail/tiny/1", as: place.session)
            #expect(answer.status == 404)
            #expect(answer.heaperCode == "thumbnail_unavailable")
        }
    }

    @Test func smallOriginalIsItsOwnAnimation() async throws {
        let file = HeaperPictures.gif(width: 30, height: 20, frames: 2)
        try await HeaperThumbnailTests.run(file) { client, place, hash in
            let path = "/api/file/\(place.block)/animated_thumbnail/tiny/x"
            let answer = try await client.get(path, as: place.session)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "image/gif")
            #expect(answer.header("etag") == "\"\(hash)\"")
            #expect(answer.body == file)
            let same = try await client.get(path, as: place.session, headers: [("If-None-Match", "\"\(hash)\"")])
            #expect(same.status == 304)
        }
    }

    @Test func videoMoves() async throws {
        try await HeaperThumbnailTests.run(Self.video()) { client, place, hash in
            let path = "/api/file/\(place.block)/animated_thumbnail/tiny/x"
            let answer = try await client.get(path, as: place.session)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "image/webp")
            #expect(answer.header("etag") == "\"\(hash)-tiny-animated-webp\"")
            #expect(HeaperPictures.webpSize(answer.body) == [64, 36])
            #expect(answer.body.count > 100)
            let again = try await client.get(path, as: place.session)
            #expect(again.body == answer.body)
            #expect(again.header("etag") == answer.header("etag"))
        }
    }

    @Test func whatDoesNotMoveIs404() async throws {
        try await HeaperThumbnailTests.run(Array("no picture".utf8)) { client, place, _ in
            let answer = try await client.get("/api/file/\(place.block)/animated_thumbnail/tiny/x", as: place.session)
            #expect(answer.status == 404)
            #expect(answer.heaperCode == "thumbnail_unavailable")
        }
    }
}
