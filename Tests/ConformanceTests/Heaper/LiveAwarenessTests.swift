import CofferCore
import CofferTesting
import Testing
import Yjs

@Suite("Heaper: awareness on /ws", .serialized, .timeLimit(.minutes(20)))
struct LiveAwarenessTests {
    typealias Socket = HeaperSocket

    private static func entry(_ client: UInt64, clock: UInt64 = 1, _ state: String? = #"{"n":1}"#) -> Awareness.Entry {
        Awareness.Entry(client: client, clock: clock, state: state)
    }

    @Test func statesReachEverybodyTheSenderToo() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { first in
                try await first.logIn(name, session)
                try await Socket.open(client) { second in
                    try await second.logIn(name + ":v1", session)
                    try await first.send(Socket.awareness(name, [Self.entry(1)]))
                    #expect(try await first.states(name) == [Self.entry(1)])
                    #expect(try await second.states(name + ":v1") == [Self.entry(1)])
                    // A renewal comes back too, which keeps providers connected.
                    try await first.send(Socket.awareness(name, [Self.entry(1, clock: 2)]))
                    #expect(try await first.states(name) == [Self.entry(1, clock: 2)])
                }
            }
        }
    }

    @Test func whoComesLaterIsToldRightAfterTheLogin() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { first in
                try await first.logIn(name, session)
                try await first.send(Socket.awareness(name, [Self.entry(1)]))
                _ = try await first.frame()
                try await Socket.open(client) { second in
                    try await second.send(Socket.auth(name, session.accessToken), Socket.stepOne(name))
                    try await second.expect(Socket.authenticated(name))
                    #expect(try await second.states(name) == [Self.entry(1)])
                    try await second.expect(Socket.stepOne(name), Socket.stepTwo(name))
                    try await second.send(Socket.queryAwareness(name))
                    #expect(try await second.states(name) == [Self.entry(1)])
                }
            }
        }
    }

    @Test func whoLeavesIsRemoved() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { stays in
                try await stays.logIn(name, session)
                try await Socket.open(client) { leaves in
                    for (number, last) in [(UInt64(1), "close"), (2, "cut")] {
                        try await leaves.logIn(name, session)
                        try await leaves.send(Socket.awareness(name, [Self.entry(number)]))
                        #expect(try await stays.states(name) == [Self.entry(number)])
                        #expect(try await leaves.states(name) == [Self.entry(number)])
                        if last == "cut" { return await leaves.connection.cut() }
                        try await leaves.send(Socket.close(name, "bye"))
                        try await leaves.expect(Socket.close(name, "provider_initiated"))
                        let gone = try await stays.states(name)
                        #expect(gone.map(\.client) == [number] && gone.allSatisfy { $0.state == nil })
                    }
                }
                let gone = try await stays.states(name)
                #expect(gone.map(\.client) == [2] && gone.allSatisfy { $0.state == nil })
            }
        }
    }

    @Test func aQueryIsAnsweredEvenWhenNobodyIsThere() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.send(Socket.queryAwareness(name))
                #expect(try await socket.states(name) == [])
            }
        }
    }

    @Test func malformedStatesCloseTheNameOnly() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.send(Socket.Frame(name: name, type: 1, payload: [2, 1, 1]))
                try await socket.expect(Socket.close(name, "Reset Connection"))
                try await socket.logIn(name, session)
            }
        }
    }

    // MARK: Silence

    @Test func aSilentSocketOfANewProviderIsPinged() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session, version: "4.5.0")
                try await client.withTimePassing(.seconds(1)) {
                    for _ in 0..<3 {
                        #expect(try await socket.frame() == Socket.ping)
                        try await socket.connection.write(Socket.frame(.binary, [10]))
                    }
                }
                #expect(client.clock.now >= HeaperClient.start.advanced(by: .seconds(60)))
            }
        }
    }

    @Test func aSilentSocketOfAnOldProviderIsAskedForStates() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await client.withTimePassing(.seconds(1)) {
                    for _ in 0..<3 { try await socket.expect(Socket.queryAwareness(name)) }
                }
            }
        }
    }
}
