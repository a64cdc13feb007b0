import CofferCore
import CofferHTTP
import CofferTesting
import Foundation
import Testing

@Suite("Heaper: POST /api/regenerate_file", .serialized, .timeLimit(.minutes(20)))
struct RegenerateFileTests {
    /// One grey pixel.
    private static let png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="

    /// A picture whose name says something else.
    private func scanned(_ client: HeaperClient) async throws -> (place: HeaperClient.ScanPlace, block: String) {
        let place = try await client.makeScanPlace()
        try place.write("note.txt", "")
        let data = try #require(Data(base64Encoded: Self.png))
        try data.write(to: URL(fileURLWithPath: "\(place.folder)/note.txt"))
        #expect(try await place.scan() == "done")
        guard case .string(let block)? = try await place.blocks().first?["id"] else {
            throw HeaperUnexpectedAnswer(text: "no block")
        }
        return (place, block)
    }

    @Test func typeAndDimensionsAreFoundAnew() async throws {
        try await HeaperClient.run { client in
            let (place, block) = try await scanned(client)
            let answer = try await place.post("/api/regenerate_file", [.init("block_id", .string(block))])
            #expect(answer.status == 200)
            #expect(answer.json?["success"] == true)
            let file = try #require(answer.json?["file"])
            #expect(file["mime_type"] == "image/png")
            #expect(file["width"] == 1)
            #expect(file["height"] == 1)
            #expect(file["name"] == "note.txt")
            let raw = try await client.get("/api/file/\(block)/raw/x", as: place.session)
            #expect(raw.header("Content-Type") == "image/png")
        }
    }

    /// The client knows more than we can find out.
    @Test func whatTheClientToldStaysWhereNothingIsFound() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(1000)
            _ = try await client.initUpload(bytes, to: place)
            try await client.putChunks(0..<1, of: bytes, to: place)
            let told: JSONValue = ["width": 640, "height": 480, "duration": .double(12.5), "exif_data": ["a": 1]]
            let done = try await client.completeUpload(HeaperClient.hash(bytes), to: place, told)
            #expect(done.status == 200)
            let answer = try await client.post(
                "/api/regenerate_file",
                ["block_id": .string(place.block)],
                as: place.session
            )
            #expect(answer.status == 200)
            #expect(answer.json?["file"]?["width"] == 640)
            #expect(answer.json?["file"]?["duration"] == .double(12.5))
            #expect(answer.json?["file"]?["exif_data"] == ["a": 1])
        }
    }

    @Test func foreignUnknownAndMissingFilesAre404() async throws {
        try await HeaperClient.run { client in
            let (place, block) = try await scanned(client)
            let other = try await client.login()
            let body: [JSONValue.Member] = [.init("block_id", .string(block))]
            let foreign = try await place.post("/api/regenerate_file", body, as: other)
            let unknown = try await place.post("/api/regenerate_file", [.init("file_id", "NONE")])
            #expect(foreign.status == 404)
            #expect(foreign.heaperCode == "file_not_found")
            #expect(foreign.body == unknown.body)
            try FileManager.default.removeItem(atPath: "\(place.folder)/note.txt")
            let gone = try await place.post("/api/regenerate_file", body)
            #expect(gone.status == 404)
            #expect(gone.heaperCode == "file_not_ready")
        }
    }

    @Test func malformedBodiesAre400() async throws {
        try await HeaperClient.run { client in
            let session = try await client.login()
            for body: JSONValue in [[:], ["block_id": 1], ["block_id": "B", "hash": "x"]] {
                let answer = try await client.post("/api/regenerate_file", body, as: session)
                #expect(answer.status == 400)
                #expect(answer.heaperCode == "malformed")
            }
        }
    }
}
