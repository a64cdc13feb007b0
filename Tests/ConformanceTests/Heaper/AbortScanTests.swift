import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/abort_scan, /api/active_scans", .serialized, .timeLimit(.minutes(20)))
struct AbortScanTests {
    @Test func finishedScanTellsItsState() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            let id = try await place.order().heaperText("scan_id")
            #expect(try await place.finished(id) == "done")
            let answer = try await place.post("/api/abort_scan", [.init("scan_id", .string(id))])
            #expect(answer.status == 200)
            #expect(answer.json == ["success": true, "scan_id": .string(id), "status": "done"])
        }
    }

    @Test func unknownAndForeignScansAre404Alike() async throws {
        try await HeaperClient.run { client in
            _ = try await client.login()
            let place = try await client.makeScanPlace(try await client.login())
            let id = try await place.order().heaperText("scan_id")
            let other = try await client.login()
            let foreign = try await place.post("/api/abort_scan", [.init("scan_id", .string(id))], as: other)
            let unknown = try await place.post("/api/abort_scan", [.init("scan_id", "NONE")])
            #expect(foreign.status == 404)
            #expect(foreign.heaperCode == "scan_not_found")
            #expect(foreign.body == unknown.body)
            #expect(try await place.finished(id) == "done")
        }
    }

    @Test func heapWithoutActiveScansIs404() async throws {
        try await HeaperClient.run { client in
            let place = try await client.makeScanPlace()
            let idle = try await place.post("/api/abort_scan", [.init("heap_id", .string(place.heap))])
            #expect(idle.status == 404)
            #expect(idle.heaperCode == "scan_not_found")
            let unknown = try await place.post("/api/abort_scan", [.init("heap_id", "NONE")])
            #expect(unknown.heaperCode == "heap_not_found")
            let empty = try await place.post("/api/abort_scan")
            #expect(empty.status == 400)
        }
    }

    @Test func nothingIsActiveAtFirst() async throws {
        try await HeaperClient.run { client in
            let session = try await client.login()
            for answer in [
                try await client.get("/api/active_scans", as: session),
                try await client.post("/api/active_scans", as: session),
            ] {
                #expect(answer.status == 200)
                #expect(answer.json == ["success": true, "scans": []])
            }
        }
    }

    @Test func otherMethodsAre405() async throws {
        try await HeaperClient.run { client in
            let session = try await client.login()
            let answer = try await client.send("DELETE", "/api/active_scans", as: session)
            #expect(answer.status == 405)
            #expect(answer.header("Allow") == "GET, POST")
        }
    }
}
