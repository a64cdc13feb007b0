import CofferCore
import CofferHTTP
import CofferTesting
import Testing
import Yjs

@Suite("Heaper: ends of /ws", .serialized, .timeLimit(.minutes(20)))
struct LiveCloseTests {
    typealias Socket = HeaperSocket

    @Test func aClosedNameLeavesTheOthersAndOpensAgain() async throws {
        try await HeaperClient.run { client in
            let (session, heap, name) = try await client.liveBlock()
            let other = "\(heap):block2"
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.logIn(other, session)
                // Old providers give no reason.
                try await socket.send(Socket.Frame(name: name, type: 7))
                try await socket.expect(Socket.close(name, "provider_initiated"))
                try await socket.submit(other, try HeaperDocument().changed("x"))
                try await socket.send(Socket.close(other, "bye"), Socket.auth(other, session.accessToken))
                try await socket.expect(Socket.close(other, "provider_initiated"), Socket.authenticated(other))
                try await socket.logIn(name, session)
                #expect(try await client.realtime("subscriptions") == 2)
            }
        }
    }

    @Test(arguments: [[], [0xFF], [3, 0x61], [2, 0xC3, 0x28, 0]] as [[UInt8]])
    func anUnreadableFrameEndsTheSocketWith4401(_ bytes: [UInt8]) async throws {
        try await HeaperClient.run { client in
            try await Socket.open(client) { socket in
                try await socket.connection.write(Socket.frame(.binary, bytes))
                try await socket.expectClose(4401, "Unauthorized")
                try await socket.send(close: 4401)
                #expect(try await socket.next() == .end)
            }
        }
    }

    @Test func aTextFrameEndsTheSocketWith4401() async throws {
        try await HeaperClient.run { client in
            try await Socket.open(client) { socket in
                try await socket.send("hello")
                try await socket.expectClose(4401, "Unauthorized")
            }
        }
    }

    @Test(arguments: [[], [0, 9, 1], [1, 1, 0x61], [2, 1, 0x61], [5], [0]] as [[UInt8]])
    func aBrokenLoginEndsTheSocketWith4205(_ payload: [UInt8]) async throws {
        try await HeaperClient.run { client in
            try await Socket.open(client) { socket in
                try await socket.send(Socket.Frame(name: "h:b", type: 2, payload: payload))
                try await socket.expectClose(4205, "Reset Connection")
            }
        }
    }

    /// Types and payloads that close one name and leave the socket.
    @Test(
        arguments: [
            (0, [3, 0]), (0, [0]), (0, [2, 9, 1]), (4, [7, 0]), (6, [1, 0x61]), (6, []), (1, []), (0, [0, 1, 9]),
        ] as [(UInt64, [UInt8])]
    )
    func aFrameThatMakesNoSenseClosesItsName(_ type: UInt64, _ payload: [UInt8]) async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.send(Socket.Frame(name: name, type: type, payload: payload))
                try await socket.expect(Socket.close(name, "Reset Connection"))
                try await socket.logIn(name, session)
            }
        }
    }

    @Test func unknownTypesAndStatelessAreIgnored() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.send(
                    Socket.Frame(name: name, type: 99, payload: [1, 2]),
                    Socket.stateless(name, "x"),
                    Socket.status(name, true),
                    Socket.stepOne(name)
                )
                try await socket.connection.write(Socket.frame(.binary, [10]))
                try await socket.expect(Socket.stepOne(name), Socket.stepTwo(name))
            }
        }
    }

    @Test func aFrameThatIsTooLargeEndsTheSocketWith1009() async throws {
        try await HeaperClient.run { client in
            try await Socket.open(client) { socket in
                // The length alone decides.
                let size = UInt64(16 << 20) + 1
                let length = (0..<8).reversed().map { UInt8(size >> (8 * UInt64($0)) & 0xFF) }
                try await socket.connection.write([0x82, 0xFF] + length + [0, 0, 0, 0])
                guard case .close(let code, _) = try await socket.next() else { throw Socket.Failure.malformed("") }
                #expect(code == 1009)
            }
        }
    }

    // MARK: Before a login

    @Test func tooManyFramesBeforeALoginEndTheSocketWith4205() async throws {
        try await HeaperClient.run { client in
            try await Socket.open(client) { socket in
                let frame = Socket.frame(.binary, Socket.queryAwareness("h:b").bytes)
                try await socket.connection.write((0..<1001).flatMap { _ in frame })
                try await socket.expectClose(4205, "Reset Connection")
            }
        }
    }

    @Test func tooManyBytesBeforeALoginEndTheSocketWith4205() async throws {
        try await HeaperClient.run { client in
            try await Socket.open(client) { socket in
                for _ in 0..<6 { try await socket.send(Socket.update("h:b", .init(repeating: 0, count: 1 << 20))) }
                try await socket.expectClose(4205, "Reset Connection")
            }
        }
    }

    @Test func tooManyNamesBeforeALoginEndTheSocketWith4205() async throws {
        try await HeaperClient.run { client in
            try await Socket.open(client) { socket in
                for number in 0...100 { try await socket.send(Socket.queryAwareness("h:\(number)")) }
                try await socket.expectClose(4205, "Reset Connection")
            }
        }
    }

    @Test func nobodyMayStandThereForAMinuteWithoutALogin() async throws {
        try await HeaperClient.run { client in
            try await Socket.open(client) { socket in
                try await client.withTimePassing(.seconds(5)) {
                    try await socket.expectClose(4408, "Connection Timeout")
                }
                #expect(client.clock.now >= HeaperClient.start.advanced(by: .seconds(60)))
            }
        }
    }

    /// Clients open all that they show at once.
    @Test func hundredsOfNamesMayLogInAtOnce() async throws {
        try await HeaperClient.run { client in
            let (session, heap, _) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                let names = Set((0..<300).map { "\(heap):block\($0)" })
                for name in names {
                    try await socket.send(
                        Socket.auth(name, session.accessToken),
                        Socket.stepOne(name),
                        Socket.queryAwareness(name)
                    )
                }
                var synced: Set<String> = []
                while synced.count < names.count {
                    let frame = try await socket.frame()
                    if frame == Socket.stepTwo(frame.name) { synced.insert(frame.name) }
                }
                #expect(synced == names)
            }
        }
    }

    @Test func openNamesAreLimited() async throws {
        try await HeaperClient.run(["SOCKET_MAX_DOCUMENTS": "2"]) { client in
            let (session, heap, _) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                for number in 0..<2 { try await socket.logIn("\(heap):\(number)", session) }
                try await socket.send(Socket.auth("\(heap):2", session.accessToken))
                try await socket.expect(Socket.denied("\(heap):2", "too-many-documents"))
                try await socket.send(Socket.close("\(heap):0", ""))
                try await socket.expect(Socket.close("\(heap):0", "provider_initiated"))
            }
        }
    }

    @Test func aPeerThatOwesPongsIsClosedWith4408() async throws {
        try await HeaperClient.run(["SOCKET_PING_SECONDS": "1"]) { client in
            try await Socket.open(client) { socket in
                let close = [0x88, 20, 0x11, 0x38] + Array("Connection Timeout".utf8)
                // No ping is answered here.
                var bytes: [UInt8] = []
                while bytes.suffix(close.count) != close[...] { bytes += try await socket.connection.read(1) }
            }
        }
    }

    // MARK: From the server

    @Test func aPurgedBlockClosesItsNames() async throws {
        try await HeaperClient.run { client in
            let (session, heap, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.submit(name, try HeaperDocument().changed("x"))
                let trashed = try await client.post("/api/delete_block", ["id": "block1"], as: session)
                #expect(trashed.status == 200, "\(trashed.text)")
                let emptied = try await client.send("DELETE", "/api/trash/\(heap)", as: session)
                #expect(emptied.status == 200, "\(emptied.text)")
                // The trash is written into the document, too.
                try await socket.skip(to: Socket.close(name, "deleted"))
                try await socket.send(Socket.auth(name, session.accessToken))
                try await socket.expect(Socket.denied(name, "deleted"))
            }
        }
    }

    @Test func aDeletedHeapClosesAllItsNames() async throws {
        try await HeaperClient.run { client in
            let (session, heap, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                let channel = "workspace/\(heap)"
                try await socket.logIn(name, session)
                try await socket.submit(name, try HeaperDocument().changed("x"))
                try await socket.logIn(channel, session, scope: "readonly")
                #expect(try await client.send("DELETE", "/api/heap/\(heap)", as: session).status == 200)
                var closed: Set<String> = []
                while closed.count < 2 {
                    let frame = try await socket.frame()
                    if frame == Socket.close(frame.name, "deleted") { closed.insert(frame.name) }
                }
                #expect(closed == [name, channel])
            }
        }
    }
}
