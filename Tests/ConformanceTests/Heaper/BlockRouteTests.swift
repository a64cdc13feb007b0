import CofferCore
import CofferHTTP
import CofferTesting
import Testing
import Yjs

@Suite("Heaper: POST /api/block, /api/block_updates, insert, update, delete", .serialized, .timeLimit(.minutes(20)))
struct HeaperBlockRouteTests {
    @Test func blockIsShownWithItsDocument() async throws {
        try await HeaperClient.withHeap { client, ada in
            try await client.addBlock("A", type: "task", title: "Title", as: ada)
            for method in ["POST", "GET"] {
                let answer = try await client.send(method, "/api/block/A", as: ada)
                #expect(answer.status == 200)
                let block = try #require(answer.json?["block"])
                #expect(block.names.suffix(5) == ["relations", "apps", "title_doc", "text_doc", "content"])
                #expect(block["type"] == "task")
                #expect(block["title"] == "Title")
                #expect(block["relations"] == [])
                let paragraph: JSONValue = ["type": "paragraph", "content": [["type": "text", "text": "Title"]]]
                #expect(block["title_doc"]?["content"] == [paragraph])
                #expect(block["content"] == "")
            }
            #expect(try await client.post("/api/block/UNKNOWN", as: ada).heaperCode == "block_not_found")
        }
    }

    @Test func updatesAndWholeDocumentAreSent() async throws {
        try await HeaperClient.withHeap { client, ada in
            var copy = HeaperCopy()
            _ = try await client.push(heaperEntry("A", try copy.type("a")), as: ada)
            client.clock.advance(by: .seconds(1))
            _ = try await client.push(heaperEntry("A", try copy.type("b")), as: ada)
            let answer = try await client.post("/api/block_updates/A", as: ada)
            #expect(answer.status == 200)
            let body = try #require(answer.json)
            #expect(
                body.names == [
                    "success", "block_id", "sync_version", "updates", "has_more", "ydoc", "state_vector",
                ]
            )
            let updates = try answer.heaperList("updates")
            #expect(updates.count == 2)
            guard case .string(let time)? = updates.last?["created_at"] else {
                Issue.record("\(updates)")
                return
            }
            #expect(time.hasPrefix("2023-11-14T22:13:21.00"))
            var whole = HeaperCopy(client: 2)
            try whole.document.apply(try body.bytes("ydoc"))
            #expect(whole.text == "ab")
            var pieces = HeaperCopy(client: 3)
            for update in updates {
                let bytes = try update.bytes("updates")
                #expect(update["size"] == .integer(bytes.count))
                try pieces.document.apply(bytes)
            }
            #expect(pieces.text == "ab")
            let between = HeaperClient.start.milliseconds + 500
            let since = try await client.get("/api/block_updates/A?since=\(between)", as: ada)
            #expect(try since.heaperList("updates").count == 1)
            let first = try await client.post("/api/block_updates/A", ["limit": 1], as: ada)
            #expect(try first.heaperList("updates") == Array(updates.prefix(1)))
            #expect(first.json?["has_more"] == true)
        }
    }

    @Test func insertingTwiceFindsTheFirst() async throws {
        try await HeaperClient.withHeap { client, ada in
            try await client.addBlock("A", type: "task", title: "One", as: ada)
            let body: JSONValue = ["workspace_id": "INDEX", "id": "A", "title": "Two"]
            let again = try await client.post("/api/insert_block", body, as: ada)
            #expect(again.status == 200)
            #expect(again.json?["block"]?["title"] == "One")
            let made = try await client.post("/api/insert_block", ["workspace_id": "HEAP"], as: ada)
            guard case .string(let id)? = made.json?["block"]?["id"] else {
                Issue.record("\(made.text)")
                return
            }
            #expect(id.utf8.count == 26)
            for type in [String(repeating: "x", count: 21), "x" + String(repeating: "\u{301}", count: 20), ""] {
                let body: JSONValue = ["workspace_id": "HEAP", "type": .string(type)]
                #expect(try await client.post("/api/insert_block", body, as: ada).status == 400)
            }
            #expect(try await client.post("/api/insert_block", ["id": "B"], as: ada).status == 400)
        }
    }

    @Test func anInsertThatWasCutOffIsCompleted() async throws {
        try await HeaperClient.withHeap { client, ada in
            // As one leaves the block that ends between its two steps.
            try await client.addBlock("A", type: "task", as: ada)
            let body: JSONValue = ["workspace_id": "HEAP", "id": "A", "type": "task", "title": "Title"]
            for _ in 0..<2 {
                let answer = try await client.post("/api/insert_block", body, as: ada)
                #expect(answer.json?["block"]?["title"] == "Title")
            }
        }
    }

    @Test func looksMayNotBeLong() async throws {
        try await HeaperClient.withHeap { client, ada in
            try await client.addBlock("A", as: ada)
            for name in ["color", "icon", "main_tag"] {
                for (count, status) in [(100, 200), (101, 400)] {
                    let value = JSONValue.string(String(repeating: "é", count: count))
                    let body = JSONValue.object([.init("id", "A"), .init(name, value)])
                    let answer = try await client.post("/api/update_block", body, as: ada)
                    #expect(answer.status == status)
                    if status == 200 { #expect(answer.json?["block"]?[name] == value) }
                }
            }
        }
    }

    @Test func anEncryptedHeapShowsNoLooks() async throws {
        try await HeaperClient.withHeap { client, ada in
            _ = try await client.post("/api/heap/add", ["name": "x", "id": "SECRET", "encrypted": true], as: ada)
            try await client.addBlock("A", title: "Title", in: "SECRET", as: ada)
            let answer = try await client.post("/api/update_block", ["id": "A", "color": "red"], as: ada)
            #expect(answer.status == 200)
            #expect(answer.json?["block"]?["color"] == .null)
            #expect(answer.json?["block"]?["title"] == "")
        }
    }

    @Test func changesOfTitleAndLooksAreShown() async throws {
        try await HeaperClient.withHeap { client, ada in
            try await client.addBlock("A", title: "One", as: ada)
            let body: JSONValue = ["id": "A", "title": "Zwei ✓", "color": "red", "icon": "star", "main_tag": "T"]
            let answer = try await client.post("/api/update_block", body, as: ada)
            #expect(answer.status == 200)
            let block = try #require(answer.json?["block"])
            for name in ["title", "color", "icon", "main_tag"] { #expect(block[name] == body[name], "\(name)") }
            let cleared = try await client.post("/api/update_block", ["id": "A", "color": nil], as: ada)
            #expect(cleared.json?["block"]?["color"] == .null)
            #expect(cleared.json?["block"]?["icon"] == "star")
            #expect(try await client.post("/api/update_block", ["title": "x"], as: ada).status == 400)
            #expect(try await client.post("/api/update_block", ["id": "A", "title": 5], as: ada).status == 400)
            #expect(try await client.post("/api/update_block", ["id": "X"], as: ada).status == 404)
        }
    }

    @Test func deletingIsRepeatable() async throws {
        try await HeaperClient.withHeap { client, ada in
            for id in ["A", "B"] { try await client.addBlock(id, as: ada) }
            for _ in 0..<2 {
                let answer = try await client.post("/api/delete_block", ["id": "A"], as: ada)
                #expect(answer.json == ["success": true, "deleted": ["A"]])
            }
            let both = try await client.post("/api/delete_block", ["block_ids": ["A", "B", "X"]], as: ada)
            #expect(both.json?["deleted"] == ["A", "B"])
            #expect(try await client.post("/api/delete_block", ["id": "INDEX"], as: ada).status == 400)
            #expect(try await client.post("/api/delete_block", as: ada).status == 400)
        }
    }
}
