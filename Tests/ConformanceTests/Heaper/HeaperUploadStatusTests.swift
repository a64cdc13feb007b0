import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: GET /api/upload/status and GET /api/status/file", .serialized, .timeLimit(.minutes(20)))
struct HeaperUploadStatusTests {
    @Test func uploadsUnderWay() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(200_000)
            let hash = HeaperClient.hash(bytes)
            _ = try await client.initUpload(bytes, to: place)
            try await client.putChunks([1, 3], of: bytes, to: place)
            let upload = try await client.uploadStatus(hash.uppercased(), of: place)
            #expect(
                upload.text
                    == """
                    {"status":"in_progress","uploaded_chunks":[1,3],"missing_chunks":[0,2],"uploaded_bytes":68928,\
                    "total_chunks":4,"chunk_size":65536,"file_size":200000,"expires_at":"2023-11-21T22:13:20.000Z"}
                    """
            )
            let file = try await client.fileStatus(hash, of: place)
            #expect(
                file.text
                    == """
                    {"status":"in_progress","exists":false,"is_uploaded":false,"block_id":"file-block",\
                    "file_hash":"\(hash)","file_size":200000,"uploaded_bytes":68928}
                    """
            )
        }
    }

    @Test func completeUploads() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(200_000)
            let hash = HeaperClient.hash(bytes)
            let id = try await client.upload(bytes, to: place).heaperText("file_id")
            let upload = try await client.uploadStatus(hash, of: place)
            #expect(
                upload.text
                    == """
                    {"status":"complete","uploaded_chunks":[0],"missing_chunks":[],"uploaded_bytes":200000,\
                    "total_chunks":1,"chunk_size":4194304,"file_size":200000,"expires_at":null,"file_id":"\(id)"}
                    """
            )
            let file = try await client.fileStatus(hash, of: place)
            #expect(
                file.text
                    == """
                    {"status":"uploaded","exists":true,"is_uploaded":true,"block_id":"file-block",\
                    "file_hash":"\(hash)","file_id":"\(id)","file_size":200000,"uploaded_bytes":200000}
                    """
            )
        }
    }

    @Test func whatIsForeignLooksAsIfUnknown() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(100_000)
            let hash = HeaperClient.hash(bytes)
            try await client.upload(bytes, to: place)
            let other = try await client.makeFilePlace(block: place.block)
            // The stranger's own heap, with a block that belongs to somebody else and one that nobody has.
            for block in [place.block, "none"] {
                let status = try await client.fileStatus(hash, of: other.at(block))
                #expect(status.status == 200)
                #expect(
                    status.text
                        == """
                        {"status":"missing","exists":false,"is_uploaded":false,"block_id":"\(block)",\
                        "file_hash":"\(hash)"}
                        """
                )
                let upload = try await client.uploadStatus(hash, of: other.at(block))
                #expect(upload.status == 404)
                #expect(try upload.heaperText("status") == "not_found")
            }
            let foreign = HeaperClient.FilePlace(session: other.session, heap: place.heap, block: place.block)
            #expect(try await client.fileStatus(hash, of: foreign).heaperCode == "heap_not_found")
            #expect(try await client.uploadStatus(hash, of: foreign).heaperCode == "upload_not_found")
        }
    }

    @Test func malformedHashesAre400() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            for hash in ["x", String(repeating: "g", count: 64), String(repeating: "a", count: 63)] {
                #expect(try await client.fileStatus(hash, of: place).status == 400)
                #expect(try await client.uploadStatus(hash, of: place).status == 400)
            }
        }
    }
}
