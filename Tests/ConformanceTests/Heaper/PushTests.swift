import CofferCore
import CofferHTTP
import CofferTesting
import Testing
import Yjs

@Suite("Heaper: POST /api/sync/push", .serialized, .timeLimit(.minutes(20)))
struct HeaperPushTests {
    @Test func firstCreatesThenAppliesThenIsUnchanged() async throws {
        try await HeaperClient.withHeap { client, ada in
            var copy = HeaperCopy()
            let first = try copy.type("Hello")
            let answer = try await client.post("/api/sync/push", ["blocks": [heaperEntry("A", first)]], as: ada)
            #expect(answer.status == 200)
            #expect(answer.json?.names == ["success", "server_time", "results"])
            let created = try #require(try answer.heaperList("results").first)
            #expect(created.names == ["block_id", "success", "status", "sync_version", "state_vector"])
            #expect(created["block_id"] == "A")
            #expect(created["success"] == true)
            #expect(created["status"] == "created")
            #expect(created["sync_version"] == 1)
            #expect(created["state_vector"] == .string(copy.stateVector))
            let second = try copy.type(", world")
            let applied = try await client.push(heaperEntry("A", second, in: nil), as: ada)
            #expect(applied.first?["status"] == "applied")
            let again = try await client.push(heaperEntry("A", second), heaperEntry("A", first), as: ada)
            #expect(JSONValue.texts("status", of: again) == ["unchanged", "unchanged"])
            #expect(again.first?["success"] == true)
            let pulled = try #require(try await client.pull(["block_id": "A"], as: ada).first)
            var other = HeaperCopy(client: 2)
            try other.document.apply(try pulled.bytes("update"))
            #expect(other.text == "Hello, world")
        }
    }

    @Test func answerHoldsWhatTheClientLacks() async throws {
        try await HeaperClient.withHeap { client, ada in
            var (one, two) = (HeaperCopy(client: 1), HeaperCopy(client: 2))
            _ = try await client.push(heaperEntry("A", try one.type("one")), as: ada)
            let update = try two.type("two")
            let vector = JSONValue.Member("state_vector", .string(two.stateVector))
            let result = try #require(try await client.push(heaperEntry("A", update, more: [vector]), as: ada).first)
            try two.document.apply(try result.bytes("update"))
            try one.document.apply(update)
            #expect(one.text == two.text)
            // Whoever has everything gets no bytes.
            let whole = JSONValue.Member("state_vector", .string(two.stateVector))
            let again = try await client.push(heaperEntry("A", update, more: [whole]), as: ada)
            #expect(again.first?["update"] == nil)
        }
    }

    @Test func entriesAreIndependentAndInOrder() async throws {
        try await HeaperClient.withHeap { client, ada in
            var copy = HeaperCopy()
            let (first, second) = (try copy.type("a"), try copy.type("b"))
            let results = try await client.push(
                heaperEntry("A", first),
                heaperEntry("B", [1, 2, 3]),
                ["block_id": "C", "workspace_id": "HEAP"],
                ["block_id": "D", "workspace_id": "HEAP", "update": "***"],
                "no object",
                ["block_id": 5, "update": "AAA="],
                heaperEntry("A", second),
                heaperEntry("E", second, in: "UNKNOWN"),
                heaperEntry("F", second, more: [.init("sync_version", "x")]),
                as: ada
            )
            #expect(
                JSONValue.texts("status", of: results) == [
                    "created", "invalid", "invalid", "invalid", "invalid", "invalid", "applied", "forbidden", "invalid",
                ]
            )
            #expect(
                results.map { $0["success"] == true } == [true, false, false, false, false, false, true, false, false]
            )
            #expect(results[4]["block_id"] == .null)
            for result in results where result["success"] == false {
                #expect(result["error"] != nil)
                #expect(result["update"] == nil)
            }
            let pulled = try #require(try await client.pull(["block_id": "A"], as: ada).first)
            var other = HeaperCopy(client: 2)
            try other.document.apply(try pulled.bytes("update"))
            #expect(other.text == "ab")
            #expect(try await client.pull(["block_id": "B"], as: ada).first?["status"] == "not_found")
        }
    }

    /// `deleted` would make the slower client forget what it has.
    @Test func whoComesSecondWithAnIDIsForbidden() async throws {
        try await HeaperClient.withHeap { client, ada in
            let eve = try await client.login()
            try await client.addHeap("EVES", index: "EVES-INDEX", as: eve)
            var copy = HeaperCopy()
            let update = try copy.type("a")
            func entries(in heap: String) -> JSONValue {
                .array((0..<60).map { heaperEntry("N\($0)", update, in: heap) })
            }
            async let first = client.post("/api/sync/push", ["blocks": entries(in: "HEAP")], as: ada)
            async let second = client.post("/api/sync/push", ["blocks": entries(in: "EVES")], as: eve)
            let adas = JSONValue.texts("status", of: try await first.heaperList("results"))
            let eves = JSONValue.texts("status", of: try await second.heaperList("results"))
            for pair in zip(adas, eves) {
                #expect(pair == ("created", "forbidden") || pair == ("forbidden", "created"))
            }
        }
    }

    @Test func versionsThatDoNotFitGetTheFullState() async throws {
        try await HeaperClient.withHeap { client, ada in
            var copy = HeaperCopy()
            let first = try copy.type("a")
            let made = try await client.push(heaperEntry("A", first, more: [.init("sync_version", 3)]), as: ada)
            #expect(made.first?["status"] == "created")
            #expect(made.first?["sync_version"] == 3)
            let second = try copy.type("b")
            for version in [2, 4] as [JSONValue] {
                let entry = heaperEntry("A", second, more: [.init("sync_version", version)])
                let result = try #require(try await client.push(entry, as: ada).first)
                #expect(result["status"] == "version_mismatch")
                #expect(result["success"] == false)
                #expect(result["sync_version"] == 3)
                var other = HeaperCopy(client: 2)
                try other.document.apply(try result.bytes("full_state"))
                #expect(other.text == "a")
            }
            let fits = heaperEntry("A", second, more: [.init("sync_version", 3)])
            #expect(try await client.push(fits, as: ada).first?["status"] == "applied")
        }
    }

    @Test func purgedIsDeletedAndTrashedIsNot() async throws {
        try await HeaperClient.withHeap { client, ada in
            var copy = HeaperCopy()
            let update = try copy.type("a")
            _ = try await client.push(heaperEntry("A", update), heaperEntry("B", update), as: ada)
            try await client.purge("A", as: ada)
            try await client.trash("B", as: ada)
            let more = try copy.type("b")
            let results = try await client.push(heaperEntry("A", more), heaperEntry("B", more), as: ada)
            #expect(JSONValue.texts("status", of: results) == ["deleted", "applied"])
        }
    }

    @Test(arguments: [
        ("{\"blocks\":1}", 400), ("{}", 400), ("", 400), ("[]", 400), ("{\"blocks\":[", 400), ("{\"blocks\":[]}", 200),
        ("{\"blocks\":[" + [String](repeating: "{}", count: 501).joined(separator: ",") + "]}", 413),
    ])
    func bodiesAreJudged(_ body: String, _ status: Int) async throws {
        try await HeaperClient.withHeap { client, ada in
            for path in ["/api/sync/push", "/api/sync/pull"] {
                let answer = try await client.server.send("POST", path, headers: ada.bearer, body: Array(body.utf8))
                #expect(answer.status == status)
                if status != 200 { #expect(answer.heaperCode != nil) }
            }
        }
    }

    @Test func bodyOver64MiBIs413BeforeItIsRead() async throws {
        try await HeaperClient.withHeap { client, ada in
            let headers = ada.bearer + [("Content-Length", String((64 << 20) + 1))]
            let answer = try await client.server.send("POST", "/api/sync/push", headers: headers, body: [])
            #expect(answer.status == 413)
            #expect(answer.heaperCode == "too_large")
        }
    }

    @Test func tooLargeUpdateIsToldAlone() async throws {
        try await HeaperClient.withHeap { client, ada in
            let large = [UInt8](repeating: 0, count: (16 << 20) + 1)
            var copy = HeaperCopy()
            let results = try await client.push(heaperEntry("A", large), heaperEntry("B", try copy.type("b")), as: ada)
            #expect(JSONValue.texts("status", of: results) == ["too_large", "created"])
        }
    }

    @Test func anyFormOfBytesIsAnsweredInKind() async throws {
        try await HeaperClient.withHeap { client, ada in
            var copy = HeaperCopy()
            let update = try copy.type("a")
            let numbers = JSONValue.array(update.map { .integer(Int($0)) })
            let indexed = JSONValue.object(update.enumerated().map { .init(String($0), .integer(Int($1))) })
            let forms: [(JSONValue, Bool)] = [
                (.string(Base64.encode(update)), true), (.string(Base64.encodeURL(update)), true), (numbers, false),
                (["type": "Buffer", "data": numbers], false), (indexed, false),
            ]
            for (offset, (form, isText)) in forms.enumerated() {
                let entry: JSONValue = ["block_id": .string("B\(offset)"), "workspace_id": "HEAP", "update": form]
                let result = try #require(try await client.push(entry, as: ada).first)
                #expect(result["status"] == "created", "\(form)")
                if case .string? = result["state_vector"] { #expect(isText) } else { #expect(!isText) }
            }
        }
    }

    @Test func manyBlocksInOneRequestAreAllThere() async throws {
        try await HeaperClient.withHeap { client, ada in
            var copy = HeaperCopy()
            let update = try copy.type("a")
            let entries = (0..<500).map { heaperEntry("B\($0)", update) }
            let answer = try await client.post("/api/sync/push", ["blocks": .array(entries)], as: ada)
            let results = try answer.heaperList("results")
            #expect(JSONValue.texts("block_id", of: results) == (0..<500).map { "B\($0)" })
            #expect(results.allSatisfy { $0["status"] == "created" })
            let delta = try await client.get("/api/sync/delta?workspace_id=HEAP", as: ada)
            #expect(delta.json?["total_changed"] == 501)
        }
    }
}
