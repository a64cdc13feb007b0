import CofferCore
import CofferTesting
import Testing
import Yjs

@Suite("Heaper: logins on /ws", .serialized, .timeLimit(.minutes(20)))
struct LiveAuthTests {
    typealias Socket = HeaperSocket

    @Test func theTokenOfTheURLStandsInForAnEmptyOne() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client, "/ws?token=\(session.accessToken)") { socket in
                try await socket.send(Socket.auth(name, ""))
                try await socket.expect(Socket.authenticated(name))
                // One that is given counts, though.
                try await socket.send(Socket.auth(name + "\0s", "nonsense"))
                try await socket.expect(Socket.denied(name + "\0s", "permission-denied"))
            }
        }
    }

    @Test func invalidTokensAreDeniedAndTheNextLoginWorks() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                for token in ["", "nonsense", session.refreshToken] {
                    try await socket.send(Socket.auth(name, token), Socket.stepOne(name))
                    try await socket.expect(Socket.denied(name, "permission-denied"))
                }
                try await socket.logIn(name, session)
            }
            #expect(try await client.realtime("auth_denied") == 3)
        }
    }

    @Test func namesOfAnotherFormAreDenied() async throws {
        try await HeaperClient.run { client in
            let (session, heap, _) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                for name in ["", "x", "\(heap):b:1", "\(heap):", "a/b", "\0s"] {
                    try await socket.send(Socket.auth(name, session.accessToken))
                    try await socket.expect(Socket.denied(name, "invalid-document-name"))
                }
            }
        }
    }

    /// A foreign block, one that does not exist and a heap of somebody else all look alike.
    @Test func foreignBlocksAreDeniedAlike() async throws {
        try await HeaperClient.run { client in
            let (owner, heap, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, owner)
                try await socket.submit(name, try HeaperDocument().changed("secret"))
            }
            let stranger = try await client.login()
            let own = try await client.liveHeap(stranger)
            try await Socket.open(client) { socket in
                let names = [
                    name, "\(heap):other", "nowhere:block1", "\(own):block1", "block/block1", "block/nothing",
                    "workspace/\(heap)", "workspace/nowhere",
                ]
                for name in names {
                    try await socket.send(Socket.auth(name, stranger.accessToken))
                    try await socket.expect(Socket.denied(name, "permission-denied"))
                }
                try await socket.logIn("\(own):block2", stranger)
            }
        }
    }

    @Test func otherVersionsAreDeniedWithTheRightOne() async throws {
        try await HeaperClient.run { client in
            let (session, heap, _) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                let name = "\(heap):b:v3"
                try await socket.logIn(name, session)
                try await socket.submit(name, try HeaperDocument().changed("x"))
                try await socket.send(Socket.auth("\(heap):b:v9", session.accessToken))
                try await socket.expect(Socket.denied("\(heap):b:v9", "version-mismatch:v3"))
            }
        }
    }

    @Test func repliesCarryTheSession() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                let long = name + "\0session/1:é"
                try await socket.logIn(long, session)
                try await socket.send(Socket.stepOne(long))
                try await socket.expect(Socket.stepOne(long), Socket.stepTwo(long))
            }
        }
    }

    @Test func aNewerTokenKeepsTheNameOpen() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.send(Socket.auth(name, session.accessToken), Socket.queryAwareness(name))
                #expect(try await socket.states(name) == [])
                let other = try await client.login()
                try await socket.send(Socket.auth(name, other.accessToken))
                try await socket.expect(Socket.close(name, "permission-denied"))
                try await socket.logIn(name, session)
                try await socket.send(Socket.auth(name, "nonsense"))
                try await socket.expect(Socket.close(name, "permission-denied"))
            }
        }
    }

    @Test func anExpiredTokenIsAskedForAndThenClosesTheName() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await client.withTimePassing(.seconds(30)) {
                    try await socket.skip(to: Socket.tokenWanted(name))
                    #expect(client.clock.now >= HeaperClient.start.advanced(by: .seconds(3600)))
                    try await socket.skip(to: Socket.close(name, "token-expired"))
                    #expect(client.clock.now >= HeaperClient.start.advanced(by: .seconds(3660)))
                }
            }
        }
    }

    @Test func aRefreshedTokenKeepsTheNameOpen() async throws {
        try await HeaperClient.run { client in
            let (session, _, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                // It goes on no further, so that the minute for the new token does not run out.
                try await client.withTimePassing(.seconds(10), until: HeaperClient.start.advanced(by: .seconds(3610))) {
                    try await socket.skip(to: Socket.tokenWanted(name))
                }
                let fresh = try await client.post(
                    "/api/auth/refresh_token",
                    headers: [("Authorization", "Bearer \(session.refreshToken)")]
                )
                try await socket.send(Socket.auth(name, try fresh.heaperText("accessToken")), Socket.stepOne(name))
                try await socket.skip(to: Socket.stepTwo(name))
                let end = client.clock.now.advanced(by: .seconds(600))
                try await client.withTimePassing(.seconds(10)) {
                    while client.clock.now < end {
                        let frame = try await socket.frame()
                        #expect(frame == Socket.queryAwareness(name))
                    }
                }
                try await socket.send(Socket.stepOne(name))
                try await socket.skip(to: Socket.stepTwo(name))
            }
        }
    }
}
