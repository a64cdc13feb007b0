import CofferCore
import CofferHTTP
import CofferTesting
import Testing
import Yjs

@Suite("Heaper: POST /api/sync/pull", .serialized, .timeLimit(.minutes(20)))
struct HeaperPullTests {
    private func withBlock(
        _ body: @escaping @Sendable (HeaperClient, HeaperClient.Session, HeaperCopy) async throws -> Void
    ) async throws {
        try await HeaperClient.withHeap { client, ada in
            var copy = HeaperCopy()
            _ = try await client.push(heaperEntry("A", try copy.type("Hello")), as: ada)
            try await body(client, ada, copy)
        }
    }

    @Test func differenceIsSent() async throws {
        try await withBlock { client, ada, copy in
            let result = try #require(try await client.pull(["block_id": "A"], as: ada).first)
            #expect(result.names == ["block_id", "status", "sync_version", "workspace_id", "state_vector", "update"])
            #expect(result["status"] == "update")
            #expect(result["workspace_id"] == "HEAP")
            #expect(result["sync_version"] == 1)
            #expect(result["state_vector"] == .string(copy.stateVector))
            var grown = copy
            let more = try grown.type("!")
            _ = try await client.push(heaperEntry("A", more), as: ada)
            let entry: JSONValue = ["block_id": "A", "state_vector": .string(copy.stateVector), "sync_version": 1]
            let second = try #require(try await client.pull(entry, as: ada).first)
            var old = copy
            try old.document.apply(try second.bytes("update"))
            #expect(old.text == "Hello!")
        }
    }

    @Test func nothingMissingIsUnchanged() async throws {
        try await withBlock { client, ada, copy in
            let entry: JSONValue = ["block_id": "A", "state_vector": .string(copy.stateVector)]
            let result = try #require(try await client.pull(entry, as: ada).first)
            #expect(result["status"] == "unchanged")
            #expect(result["update"] == nil)
        }
    }

    @Test func otherVersionGetsTheWhole() async throws {
        try await withBlock { client, ada, copy in
            let entry: JSONValue = ["block_id": "A", "state_vector": .string(copy.stateVector), "sync_version": 7]
            let result = try #require(try await client.pull(entry, as: ada).first)
            #expect(result["status"] == "full")
            #expect(result["sync_version"] == 1)
            #expect(result["update"] == nil)
            var other = HeaperCopy(client: 2)
            try other.document.apply(try result.bytes("full_state"))
            #expect(other.text == "Hello")
        }
    }

    @Test func trashedComesWithItsBytesAndPurgedWithout() async throws {
        try await withBlock { client, ada, _ in
            try await client.trash("A", as: ada)
            let trashed = try #require(try await client.pull(["block_id": "A"], as: ada).first)
            #expect(trashed["status"] == "update")
            #expect(trashed["deleted"] == true)
            #expect(trashed["permanent"] == false)
            #expect(trashed["deleted_at"] == .integer(HeaperClient.start.milliseconds))
            try await client.purge("A", as: ada)
            let purged = try #require(try await client.pull(["block_id": "A"], as: ada).first)
            #expect(
                purged.names == ["block_id", "status", "workspace_id", "deleted", "permanent", "deleted_at"]
            )
            #expect(purged["status"] == "deleted")
            #expect(purged["permanent"] == true)
        }
    }

    @Test func foreignAndUnknownAreNotFound() async throws {
        try await withBlock { client, ada, _ in
            let bob = try await client.login()
            let results = try await client.pull(
                ["block_id": "A"],
                ["block_id": "A", "sync_version": 9],
                ["block_id": "UNKNOWN"],
                ["block_id": "a b"],
                [:],
                as: bob
            )
            #expect(results.allSatisfy { $0["status"] == "not_found" && $0.names.count == 2 })
            #expect(results.count == 5)
        }
    }

    @Test func longAnswersArriveWhole() async throws {
        try await withBlock { client, ada, _ in
            var copy = HeaperCopy(client: 9)
            let text = String(repeating: "0123456789", count: 150_000)
            _ = try await client.push(heaperEntry("LONG", try copy.type(text)), as: ada)
            let entry: JSONValue = ["block_id": "LONG"]
            let results = try await client.pull(entry, entry, entry, entry, entry, ["block_id": "A"], as: ada)
            #expect(results.count == 6)
            for result in results.prefix(5) {
                var other = HeaperCopy(client: 2)
                try other.document.apply(try result.bytes("update"))
                #expect(other.text == text)
            }
        }
    }

    @Test func arraysAreAnsweredWithArrays() async throws {
        try await withBlock { client, ada, _ in
            let result = try #require(try await client.pull(["block_id": "A", "state_vector": [0]], as: ada).first)
            guard case .array(let numbers)? = result["update"] else {
                Issue.record("\(result)")
                return
            }
            let bytes = numbers.compactMap { number -> UInt8? in
                if case .integer(let value) = number { UInt8(exactly: value) } else { nil }
            }
            var other = HeaperCopy(client: 2)
            try other.document.apply(bytes)
            #expect(other.text == "Hello")
        }
    }
}
