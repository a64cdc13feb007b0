import CofferCore
import CofferHTTP
import CofferTesting
import NIOCore
import Testing
import Yjs

@Suite("Heaper: a heap's channel on /ws", .serialized, .timeLimit(.minutes(20)))
struct LiveHeapChannelTests {
    typealias Socket = HeaperSocket

    /// The next event of the channel.
    private static func event(_ socket: Socket, _ name: String) async throws -> JSONValue {
        while true {
            let frame = try await socket.frame()
            guard frame.name == name, frame.type == 5 else { continue }
            var decoder = Lib0Decoder(frame.payload)
            return try #require(JSONValue(parsing: ByteBuffer(string: try decoder.readString())))
        }
    }

    @Test func changesOfBlocksAreTold() async throws {
        try await HeaperClient.run { client in
            let (session, heap, name) = try await client.liveBlock()
            let channel = "workspace/\(heap)"
            try await Socket.open(client) { socket in
                try await socket.logIn(channel, session, scope: "readonly")
                try await Socket.open(client) { writer in
                    try await writer.logIn(name, session)
                    try await writer.submit(name, try HeaperDocument().changed("x"))
                }
                let event = try await Self.event(socket, channel)
                #expect(event["event"] == "block_changed")
                #expect(event["workspace_id"] == .string(heap))
                #expect(event["block_id"] == "block1")
                #expect(event["sync_version"] == 1)
                guard case .integer(let time)? = event["server_time"] else {
                    throw Socket.Failure.malformed("\(event)")
                }
                #expect(time >= HeaperClient.start.milliseconds)
            }
        }
    }

    @Test func deletionsAreTold() async throws {
        try await HeaperClient.run { client in
            let (session, heap, name) = try await client.liveBlock()
            let channel = "workspace/\(heap)"
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.submit(name, try HeaperDocument().changed("x"))
                try await socket.logIn(channel, session, scope: "readonly")
                let deleted = try await client.post("/api/delete_block", ["id": "block1"], as: session)
                try #require(deleted.status == 200, "\(deleted.text)")
                var seen: [JSONValue] = []
                while seen.last?["event"] != "block_deleted" { seen.append(try await Self.event(socket, channel)) }
                #expect(seen.last?["block_id"] == "block1")
                _ = try await client.post("/api/trash/\(heap)/restore", ["block_ids": ["block1"]], as: session)
                while seen.last?["event"] != "block_restored" { seen.append(try await Self.event(socket, channel)) }
            }
        }
    }

    @Test func itsDocumentIsEmptyAndStaysSo() async throws {
        try await HeaperClient.run { client in
            let (session, heap, _) = try await client.liveBlock()
            let channel = "workspace/\(heap)"
            try await Socket.open(client) { socket in
                try await socket.logIn(channel, session, scope: "readonly")
                let state = Awareness.Entry(client: 1, clock: 1, state: "{}")
                try await socket.send(
                    Socket.stepOne(channel),
                    Socket.stepTwo(channel),
                    Socket.update(channel, [0, 0]),
                    Socket.stateless(channel, "x"),
                    Socket.awareness(channel, [state])
                )
                try await socket.expect(
                    Socket.stepOne(channel),
                    Socket.stepTwo(channel),
                    Socket.status(channel, true),
                    Socket.status(channel, false),
                    Socket.awareness(channel, [state])
                )
            }
        }
    }

    @Test func aStatelessMessageReachesNobody() async throws {
        try await HeaperClient.run { client in
            let (session, heap, _) = try await client.liveBlock()
            let channel = "workspace/\(heap)"
            try await Socket.open(client) { first in
                try await first.logIn(channel, session, scope: "readonly")
                try await Socket.open(client) { second in
                    try await second.logIn(channel, session, scope: "readonly")
                    try await first.send(Socket.stateless(channel, "x"), Socket.queryAwareness(channel))
                    #expect(try await first.states(channel) == [])
                    try await second.send(Socket.queryAwareness(channel))
                    #expect(try await second.states(channel) == [])
                }
            }
        }
    }
}
