import CofferHTTP
import CofferTesting
import Foundation
import Testing
import Yjs

@Suite("Heaper: POST /api/scan_folder", .serialized, .timeLimit(.minutes(20)))
struct ScanFolderTests {
    /// A document may name a file of which it does not know what it is.
    @Test func fileThatADocumentNamedIsFoundWithItsTypeAndSize() async throws {
        try await HeaperClient.run { client in
            let scanned = try await client.makeScanPlace()
            let place = HeaperClient.FilePlace(session: scanned.session, heap: scanned.heap, block: "named")
            let text = "plain words"
            let hash = HeaperClient.hash(Array(text.utf8))
            var document = YDocument()
            let update = try document.edit(as: 5) { try $0.set(.null, forKey: hash, in: .root("files_v0")) }.update
            _ = try await client.push(heaperEntry(place.block, update, in: place.heap), as: place.session)
            try scanned.write("words.txt", text)
            #expect(try await scanned.scan() == "done")
            let block = try await client.post("/api/block/named", as: place.session).json?["block"]
            guard case .array(let files)? = block?["files"] else {
                Issue.record("no files")
                return
            }
            #expect(files.map { $0["is_uploaded"] } == [true])
            #expect(files.map { $0["mime_type"] } == ["text/plain"])
            #expect(files.map { $0["file_size"] } == [.integer(text.utf8.count)])
        }
    }

    /// What was sent stays, though the file that a scan found meanwhile goes.
    @Test func uploadOfAFileThatAScanHasFoundIsKept() async throws {
        try await HeaperClient.run { client in
            let scanned = try await client.makeScanPlace()
            let place = HeaperClient.FilePlace(session: scanned.session, heap: scanned.heap, block: "named")
            let text = String(repeating: "words ", count: 1000)
            let bytes = Array(text.utf8)
            try await client.announce(bytes, name: "words.txt", type: "text/plain", at: place)
            _ = try await client.initUpload(bytes, to: place)
            try await client.putChunks([0], of: bytes, to: place)
            try scanned.write("words.txt", text)
            #expect(try await scanned.scan() == "done")
            #expect(try await client.completeUpload(HeaperClient.hash(bytes), to: place).status == 200)
            try FileManager.default.removeItem(atPath: "\(scanned.folder)/words.txt")
            #expect(try await scanned.scan() == "done")
            #expect(try await client.raw(place.block, as: place.session).body == bytes)
        }
    }

    @Test func answerIsTheScan() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            try place.write("sub/a.txt", "one")
            let answer = try await place.order("sub")
            #expect(answer.status == 200)
            #expect(answer.header("Content-Type") == "application/json")
            let id = try answer.heaperText("scan_id")
            #expect(
                answer.json == [
                    "success": true, "scan_id": .string(id), "status": "running",
                    "scan": [
                        "scan_id": .string(id), "heap_id": .string(place.heap), "path": "sub", "status": "running",
                        "files_found": 0, "files_done": 0, "new_blocks": 0, "updated": 0, "duplicates": 0,
                        "skipped": 0, "errors": 0, "current_path": nil, "started_at": "2023-11-14T22:13:20.000Z",
                        "finished_at": nil,
                    ],
                ]
            )
            #expect(try await place.finished(id) == "done")
        }
    }

    @Test func filesBecomeBlocksWhoseBytesAreServed() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            try place.write("a.txt", "one")
            try place.write("sub/b.html", "<p>two</p>")
            #expect(try await place.scan() == "done")
            let blocks = try await place.blocks()
            #expect(blocks.count == 2)
            let block = try #require(blocks.first { $0["title"] == "a.txt" })
            guard case .string(let id)? = block["id"] else { return }
            let raw = try await client.get("/api/file/\(id)/raw/a.txt", as: place.session)
            #expect(raw.status == 200)
            #expect(raw.text == "one")
            #expect(raw.header("Content-Type") == "text/plain")
            let part = try await client.get(
                "/api/file/\(id)/raw/a.txt",
                as: place.session,
                headers: [("Range", "bytes=1-")]
            )
            #expect(part.status == 206)
            #expect(part.text == "ne")
            // The original is served where it is, so it is not served any more once it changed.
            try place.write("a.txt", "other")
            let changed = try await client.get("/api/file/\(id)/raw/a.txt", as: place.session)
            #expect(changed.status == 404)
            #expect(changed.heaperCode == "file_not_ready")
        }
    }

    @Test func copiesAreCountedAsDuplicates() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            for name in ["a", "b", "sub/c"] { try place.write(name, "the same") }
            #expect(try await place.scan() == "done")
            let stats = try await client.get("/api/heap/stats/\(place.heap)", as: place.session)
            #expect(stats.json?["file_count"] == 1)
            #expect(stats.json?["duplicate_count"] == 2)
        }
    }

    @Test func readOnlyFoldersAreScanned() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            try place.write("sub/a.txt", "one")
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: place.folder)
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: "\(place.folder)/sub")
            #expect(try await place.scan() == "done")
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: "\(place.folder)/sub")
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: place.folder)
            #expect(try await place.blocks().count == 1)
        }
    }

    @Test(arguments: ["/", "/etc", "..", "a/../..", "a/..", "link", "link/sub", "a\u{0}b"])
    func pathsThatLeadOutAre403(_ path: String) async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            try place.write("a/x", "1")
            try FileManager.default.createSymbolicLink(atPath: "\(place.folder)/link", withDestinationPath: "/usr")
            let answer = try await place.order(path)
            #expect(answer.status == 403)
            #expect(answer.heaperCode == "path_outside_root")
        }
    }

    @Test(arguments: ["none", "a/none", "a/x", "photos"])
    func foldersThatAreNotThereAre404(_ path: String) async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            try place.write("a/x", "1")
            let answer = try await place.order(path)
            #expect(answer.status == 404)
            #expect(answer.heaperCode == "folder_not_found")
        }
    }

    @Test func heapsOfOthersAndUnknownOnesAre404() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            let other = try await client.login()
            let foreign = try await place.order(as: other)
            let unknown = try await place.post("/api/scan_folder", [.init("heap_id", "NONE")])
            #expect(foreign.status == 404)
            #expect(foreign.body == unknown.body)
            #expect(foreign.heaperCode == "heap_not_found")
        }
    }

    @Test func encryptedHeapsAre409() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace(encrypted: true)
            let answer = try await place.order()
            #expect(answer.status == 409)
            #expect(answer.heaperCode == "heap_encrypted")
        }
    }

    @Test(arguments: ["{}", "[]", "{\"heap_id\":1}", "{\"heap_id\":\"a b\"}", "{\"heap_id\":\"H\",\"path\":7}", "{"])
    func malformedBodiesAre400(_ body: String) async throws {
        try await HeaperClient.run { client in
            let session = try await client.login()
            let answer = try await client.server.send(
                "POST",
                "/api/scan_folder",
                headers: session.bearer,
                body: Array(body.utf8)
            )
            #expect(answer.status == 400)
            #expect(answer.heaperCode == "malformed")
        }
    }

    @Test(arguments: ["scan_folder", "abort_scan", "active_scans", "reindex_files"])
    func tokensAreNeeded(_ name: String) async throws {
        try await HeaperClient.run { client in
            let answer = try await client.post("/api/\(name)?token=x", [:])
            #expect(answer.status == 401)
            #expect(answer.heaperCode == "token_missing")
            #expect(answer.header("WWW-Authenticate") == "Bearer")
        }
    }

    @Test func blocksSurviveARestartAndAreNotMadeTwice() async throws {
        try await HeaperClient.restart(
            before: { client in
                let place = try await client.makeScanPlace()
                try place.write("a", "one")
                #expect(try await place.scan() == "done")
                return place.session.key
            },
            after: { client, key in
                let session = try await client.login(key)
                let heaps = try await client.post("/api/heaps", [:], as: session)
                guard case .array(let list)? = heaps.json?["heaps"], case .string(let heap)? = list.last?["id"] else {
                    throw HeaperUnexpectedAnswer(text: heaps.text)
                }
                let place = HeaperClient.ScanPlace(client: client, session: session, heap: heap)
                #expect(try await place.scan() == "done")
                #expect(try await place.blocks().count == 1)
            }
        )
    }
}
