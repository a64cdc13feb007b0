import CofferHTTP
import CofferTesting
import Testing
import Yjs

@Suite("Heaper: documents on /ws", .serialized, .timeLimit(.minutes(20)))
struct LiveSyncTests {
    typealias Socket = HeaperSocket

    @Test(arguments: ["/ws", "/ws/", "/ws/anything", "/ws/block/x?a=b"]) func everyPathSpeaksIt(
        _ path: String
    ) async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client, path) { try await $0.logIn(name, session) }
        }
    }

    @Test func withoutAnUpgradeItIs426() async throws {
        try await HeaperClient.run { client in
            let answer = try await client.get("/ws")
            #expect(answer.status == 426)
            #expect(answer.heaperCode == "upgrade_required")
            #expect(answer.header("upgrade") == "websocket")
            #expect(try await client.post("/ws").status == 405)
        }
    }

    @Test func pipelinedSequenceOfTheContract() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                var mine = HeaperDocument()
                let offline = try mine.append("written offline")
                let state = Awareness.Entry(client: 7, clock: 1, state: #"{"name":"Ann"}"#)
                try await socket.send(
                    Socket.auth(name, session.accessToken, version: "4.5.0"),
                    Socket.stepOne(name, mine.document.stateVector.encoded()),
                    Socket.awareness(name, [state])
                )
                try await socket.expect(Socket.authenticated(name))
                // The server's own step 1 comes before its step 2; the echo of the states at any time.
                var frames = [try await socket.frame(), try await socket.frame(), try await socket.frame()]
                let echo = frames.firstIndex { $0.type == 1 }
                #expect(frames.remove(at: try #require(echo)) == Socket.awareness(name, [state]))
                #expect(frames == [Socket.stepOne(name), Socket.stepTwo(name)])
                try await socket.send(Socket.stepTwo(name, offline))
                let answers = [try await socket.frame(), try await socket.frame()]
                #expect(answers.contains(Socket.status(name, true)))
                #expect(answers.contains(Socket.update(name, offline)))
            }
        }
    }

    @Test func updatesReachEveryConnectionUnderItsOwnName() async throws {
        try await HeaperClient.run { client in
            let (session, heap, name) = try await client.liveBlock()
            try await Socket.open(client) { first in
                try await first.logIn(name, session)
                try await first.submit(name, try HeaperDocument().changed("x"))
                try await Socket.open(client, "/ws?workspaceId=\(heap)") { second in
                    let names = [name + ":v1", "block/block1", name + "\0s1", name + ":v1\0s2"]
                    for name in names { try await second.logIn(name, session) }
                    let update = try HeaperDocument(client: 8).changed("hello")
                    try await first.submit(name, update)
                    var got: [Socket.Frame] = []
                    for _ in names { got.append(try await second.frame()) }
                    #expect(Set(got.map(\.name)) == Set(names))
                    #expect(got.allSatisfy { $0 == Socket.update($0.name, update) })
                }
            }
        }
    }

    @Test func everyUpdateIsAcknowledgedOnce() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                var mine = HeaperDocument()
                let updates = try (0..<200).map { try mine.append("\($0) ") }
                for update in updates { try await socket.send(Socket.update(name, update)) }
                // Those that change nothing, too.
                for update in updates.prefix(50) { try await socket.send(Socket.update(name, update)) }
                var theirs = HeaperDocument(client: 9)
                var acknowledged = 0
                while acknowledged < 250 || theirs.text != mine.text {
                    let frame = try await socket.frame()
                    if frame == Socket.status(name, true) {
                        acknowledged += 1
                    } else if case .update(let update) = try SyncMessage(decoding: frame.payload) {
                        try theirs.apply(update)
                    }
                }
                #expect(acknowledged == 250)
                try await socket.send(Socket.queryAwareness(name))
                #expect(try await socket.states(name) == [])
            }
            #expect(try await client.realtime("updates_applied") == 200)
        }
    }

    @Test func aMalformedUpdateIsRefusedAndTheRestGoesOn() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.send(Socket.update(name, [1, 2, 3]), Socket.stepTwo(name, []))
                try await socket.expect(Socket.status(name, false), Socket.status(name, false))
                try await socket.submit(name, try HeaperDocument().changed("x"))
            }
            #expect(try await client.realtime("updates_rejected") == 2)
        }
    }

    @Test func whatWasAcknowledgedIsThereAfterARestart() async throws {
        try await HeaperClient.restart { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.submit(name, try HeaperDocument().changed("kept"))
            }
            return (session, name)
        } after: { client, known in
            try await Socket.open(client) { socket in
                let (session, name) = known
                try await socket.logIn(name, session)
                try await socket.send(Socket.stepOne(name))
                _ = try await socket.frame()
                guard case .step2(let update) = try await socket.syncMessage() else {
                    throw Socket.Failure.malformed("")
                }
                var mine = HeaperDocument()
                try mine.apply(update)
                #expect(mine.text == "kept")
            }
        }
    }

    @Test func aReplyAsksForNoFurtherStepOne() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.send(Socket.stepOne(name, type: 4), Socket.stepOne(name, type: 4))
                try await socket.expect(Socket.stepTwo(name), Socket.stepTwo(name))
            }
        }
    }

    @Test func aPushIsSeenOnSocketsBeforeItsAnswer() async throws {
        try await HeaperClient.run { client in
            let (session, heap, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                let update = try HeaperDocument().changed("pushed")
                let body: JSONValue = [
                    "blocks": [
                        [
                            "block_id": "block1", "workspace_id": .string(heap),
                            "update": .array(update.map { .integer(Int64($0)) }),
                        ]
                    ]
                ]
                let answer = try await client.post("/api/sync/push", body, as: session)
                #expect(answer.status == 200, "\(answer.text)")
                try await socket.expect(Socket.update(name, update))
            }
        }
    }

    /// Who closes a tab has sent the last edits just before.
    @Test func whatWasSentBeforeTheEndIsStored() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            var mine = HeaperDocument()
            let updates = try (0..<20).map { try mine.append("\($0) ") }
            try await Socket.open(client) { socket in
                try await socket.send(Socket.auth(name, session.accessToken))
                for update in updates { try await socket.send(Socket.update(name, update)) }
                try await socket.send(close: 1000)
                while try await socket.next() != .end {}
            }
            // There are no connections before the first is counted, either.
            try await client.awaitRealtime("frames_in", 21)
            try await client.awaitRealtime("connections", 0)
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.send(Socket.stepOne(name))
                _ = try await socket.frame()
                guard case .step2(let update) = try await socket.syncMessage() else {
                    throw Socket.Failure.malformed("")
                }
                var theirs = HeaperDocument(client: 9)
                try theirs.apply(update)
                #expect(theirs.text == mine.text)
            }
        }
    }

    @Test func nothingStaysOfConnectionsThatAreGone() async throws {
        try await HeaperClient.run { client in
            let (session, heap, _) = try await client.liveBlock()
            // The last one waits for a frame, and so until it is counted.
            for round in 0..<31 {
                try await Socket.open(client) { socket in
                    let name = "\(heap):block\(round % 3)"
                    try await socket.send(
                        Socket.auth(name, session.accessToken),
                        Socket.stepOne(name),
                        Socket.awareness(name, [.init(client: UInt64(round), clock: 1, state: "{}")])
                    )
                    if round % 2 == 0 { _ = try await socket.frame() }
                    await socket.connection.cut()
                }
            }
            try await client.awaitRealtime("connections", 0)
            try await client.awaitRealtime("subscriptions", 0)
            try await Socket.open(client) { socket in
                for number in 0..<3 {
                    let name = "\(heap):block\(number)"
                    try await socket.logIn(name, session)
                    try await socket.send(Socket.queryAwareness(name))
                    #expect(try await socket.states(name) == [])
                }
            }
        }
    }
}

extension HeaperDocument {
    /// The update of one change.
    func changed(_ text: String) throws -> [UInt8] {
        var copy = self
        return try copy.append(text)
    }
}
