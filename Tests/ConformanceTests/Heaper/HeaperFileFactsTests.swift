import CofferHTTP
import CofferTesting
import Foundation
import Testing

@Suite("Heaper: what files are")
struct HeaperFileFactsTests {
    /// One grey pixel.
    private static let png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="

    private func picture() throws -> [UInt8] { Array(try #require(Data(base64Encoded: Self.png))) }

    private func file(_ client: HeaperClient, _ place: HeaperClient.FilePlace) async throws -> JSONValue {
        let block = try await client.post("/api/block/\(place.block)", [], as: place.session)
        guard case .array(let files)? = block.json?["block"]?["files"] else {
            throw HeaperUnexpectedAnswer(text: block.text)
        }
        return try #require(files.first)
    }

    /// The file once somebody has looked into it; time goes on meanwhile.
    private func probed(_ client: HeaperClient, _ place: HeaperClient.FilePlace) async throws -> JSONValue {
        for _ in 0..<600 {
            let file = try await file(client, place)
            if file["width"] != .null { return file }
            client.server.clock.advance(by: .seconds(5))
            try await Task.sleep(for: .milliseconds(100))
        }
        throw HeaperUnexpectedAnswer(text: "nobody has looked into the file")
    }

    @Test(.timeLimit(.minutes(20)))
    func dimensionsOfAnUploadedPictureAreFound() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeFilePlace()
            let answer = try await client.uploadFile(try picture(), to: place, name: "dot.png", type: "image/png")
            #expect(answer.status == 200)
            let file = try await probed(client, place)
            #expect(file["width"] == 1)
            #expect(file["height"] == 1)
            #expect(file["duration"] == .null)
        }
    }

    /// As clients do that write a file into the block's document and upload its bytes then.
    @Test(.timeLimit(.minutes(20)))
    func dimensionsOfAPictureThatADocumentNamedFirstAreFound() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeFilePlace()
            let picture = try picture()
            try await client.announce(picture, name: "dot.png", type: "image/png", at: place)
            #expect(try await client.eventually { try await file(client, place)["is_uploaded"] == false })
            _ = try await client.uploadFile(picture, to: place, name: "dot.png", type: "image/png")
            let found = try await probed(client, place)
            #expect(found["width"] == 1)
            #expect(found["is_uploaded"] == true)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func brokenPictureStaysWithoutThem() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeFilePlace(block: "broken")
            let whole = place.at("whole")
            let broken = Array(try picture().prefix(12))
            _ = try await client.uploadFile(broken, to: place, name: "dot.png", type: "image/png")
            _ = try await client.uploadFile(try picture(), to: whole, name: "dot.png", type: "image/png")
            // The later one is known, so the earlier one was looked into.
            _ = try await probed(client, whole)
            let file = try await file(client, place)
            #expect(file["width"] == .null)
            #expect(file["is_uploaded"] == true)
        }
    }
}
