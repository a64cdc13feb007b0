import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/upload/file/{heap_id}/{block_id}", .serialized, .timeLimit(.minutes(20)))
struct HeaperUploadFileTests {
    @Test(arguments: [true, false])
    func partsMayComeInAnyOrder(hashFirst: Bool) async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(200_000)
            let hash = HeaperClient.hash(bytes)
            let answer = try await client.uploadFile(
                bytes,
                to: place,
                hash: hash.uppercased(),
                name: "ä b.txt",
                type: "text/x-test",
                hashFirst: hashFirst
            )
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try answer.heaperText("status") == "uploaded")
            #expect(try answer.heaperText("block_id") == place.block)
            #expect(try answer.heaperText("file_hash") == hash)
            #expect(answer.json?["file"]?["name"] == "ä b.txt")
            #expect(answer.json?["file"]?["mime_type"] == "text/x-test")
            #expect(answer.json?["file"]?["file_size"] == .integer(200_000))
            let raw = try await client.raw(place.block, as: place.session)
            #expect(raw.body == bytes)
        }
    }

    @Test func againTheBlockHasTheFile() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(200_000)
            let first = try await client.uploadFile(bytes, to: place)
            let second = try await client.uploadFile(bytes, to: place, name: "other.bin")
            #expect(second.json?["file"]?["name"] == "file.bin")
            #expect(try second.heaperText("status") == "exists")
            #expect(try second.heaperText("file_id") == first.heaperText("file_id"))
            #expect(try await client.storedBlobs().count == 1)
        }
    }

    @Test func otherHashKeepsNothing() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(200_000)
            let other = HeaperClient.hash([1])
            let answer = try await client.uploadFile(bytes, to: place, hash: other)
            #expect(answer.status == 422)
            #expect(answer.heaperCode == "hash_mismatch")
            #expect(try answer.heaperText("expected") == other)
            #expect(try answer.heaperText("actual") == HeaperClient.hash(bytes))
            #expect(try await client.storedBlobs().isEmpty)
            let status = try await client.fileStatus(other, of: place)
            #expect(try status.heaperText("status") == "missing")
        }
    }

    @Test func fileWithoutBytes() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let answer = try await client.uploadFile([], to: place)
            #expect(try answer.heaperText("status") == "uploaded")
            let raw = try await client.raw(place.block, as: place.session)
            #expect(raw.status == 200)
            #expect(raw.body.isEmpty)
            #expect(raw.header("content-length") == "0")
        }
    }

    @Test func malformedFormsAre400() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let file = MultipartBody().file("file", filename: "a", [1, 2, 3])
            let hash = HeaperClient.hash([1, 2, 3])
            let forms = [
                file, MultipartBody().field("hash", hash), file.field("hash", "abc"),
                file.field("hash", hash).file("file", filename: "b", [1]), file.field("hash", hash + "00"),
            ]
            for form in forms {
                let answer = try await client.postForm(form, to: place)
                #expect(answer.status == 400, "\(answer.text)")
                #expect(answer.heaperCode == "malformed")
            }
            let json = try await client.post("/api/upload/file/\(place.heap)/\(place.block)", [:], as: place.session)
            #expect(json.status == 400)
            #expect(try await client.storedBlobs().isEmpty)
        }
    }

    @Test func cutBodyKeepsNothing() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(600_000)
            let form = MultipartBody().field("hash", HeaperClient.hash(bytes)).file("file", filename: "a", bytes)
            try await TestConnection.open(port: client.server.port) { connection in
                try await connection.write(client.formHead(form, to: place))
                try await connection.write(Array(form.bytes.prefix(400_000)))
                await connection.cut()
            }
            let status = try await client.fileStatus(HeaperClient.hash(bytes), of: place)
            #expect(try status.heaperText("status") == "missing")
            #expect(try await client.storedBlobs().isEmpty)
        }
    }

    /// A finished blob without a row is taken for a left-over; a client may take its time over the rest of the form.
    @Test(.enabled(if: S3Peer.current == nil))
    func fileIsNoBlobBeforeItsFormIsAtItsEnd() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(600_000)
            let form = MultipartBody().file("file", filename: "a", bytes).field("hash", HeaperClient.hash(bytes))
            let answer = try await TestConnection.open(port: client.server.port) { connection in
                try await connection.write(client.formHead(form, to: place))
                try await connection.write(form.bytes.dropLast(10))
                #expect(try await client.eventually { !client.incomingFiles.isEmpty })
                // Time enough for an end that does not wait.
                try await Task.sleep(for: .milliseconds(300))
                #expect(client.storedFiles.isEmpty)
                #expect(client.incomingFiles.count == 1)
                try await connection.write(Array(form.bytes.suffix(10)))
                return try await connection.readResponse()
            }
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try await client.raw(place.block, as: place.session).body == bytes)
        }
    }

    @Test func strangersAndNobodyAreRefused() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let stranger = try await client.login()
            let foreign = HeaperClient.FilePlace(session: stranger, heap: place.heap, block: place.block)
            let unknown = HeaperClient.FilePlace(session: stranger, heap: "unknown", block: place.block)
            let answers = [
                try await client.uploadFile([1], to: foreign), try await client.uploadFile([1], to: unknown),
            ]
            for answer in answers {
                #expect(answer.status == 404)
                #expect(answer.heaperCode == "heap_not_found")
            }
            let nobody = try await client.post("/api/upload/file/\(place.heap)/\(place.block)")
            #expect(nobody.status == 401)
            let linked = try await client.post(
                "/api/upload/file/\(place.heap)/\(place.block)?token=\(place.session.accessToken)"
            )
            #expect(linked.status == 401)
        }
    }

    @Test func namesAreCleaned() async throws {
        try await HeaperClient.run { client async throws in
            let place = try await client.makeFilePlace()
            let long = String(repeating: "x", count: 300) + ".txt"
            let answer = try await client.uploadFile([1], to: place, name: long)
            guard case .string(let name)? = answer.json?["file"]?["name"] else {
                Issue.record("\(answer.text)")
                return
            }
            #expect(name.count == 255)
            #expect(name.hasSuffix(".txt"))
            let evil = try await client.uploadFile([2], to: place.at("b2"), name: "../../etc/passwd")
            #expect(evil.status == 200)
            let raw = try await client.raw("b2", as: place.session)
            #expect(raw.header("content-disposition") == "inline; filename*=UTF-8''.._.._etc_passwd")
        }
    }

    @Test(arguments: [true, false])
    func ownBytesFitIntoAFullQuota(hashFirst: Bool) async throws {
        try await HeaperClient.run(["STORAGE_BYTES": "150000"]) { client async throws in
            let place = try await client.makeFilePlace()
            let bytes = HeaperClient.bytes(140_000)
            try await client.upload(bytes, to: place)
            let again = try await client.uploadFile(bytes, to: place, hashFirst: hashFirst)
            #expect(again.status == 200, "\(again.text)")
            #expect(try again.heaperText("status") == "exists")
            let copy = try await client.uploadFile(bytes, to: place.at("copy"), hashFirst: hashFirst)
            #expect(try copy.heaperText("status") == "uploaded")
            #expect(try await client.storedBlobs().count == 1)
            let other = try await client.uploadFile(
                HeaperClient.bytes(130_000, seed: 2),
                to: place.at("other"),
                hashFirst: hashFirst
            )
            #expect(other.status == 507)
            #expect(other.heaperCode == "quota_exceeded")
            #expect(try await client.storedBlobs().count == 1)
        }
    }

    @Test func tooLargeAndTooMuch() async throws {
        try await HeaperClient.run(["UPLOAD_BYTES": "100000", "STORAGE_BYTES": "150000"]) { client async throws in
            let place = try await client.makeFilePlace()
            let large = try await client.uploadFile(HeaperClient.bytes(100_001), to: place)
            #expect(large.status == 413)
            #expect(large.heaperCode == "too_large")
            let first = try await client.uploadFile(HeaperClient.bytes(90_000), to: place)
            #expect(first.status == 200)
            let second = try await client.uploadFile(HeaperClient.bytes(90_000, seed: 2), to: place)
            #expect(second.status == 507)
            #expect(second.heaperCode == "quota_exceeded")
            let small = try await client.uploadFile(HeaperClient.bytes(60_000, seed: 3), to: place)
            #expect(small.status == 200)
        }
    }
}
