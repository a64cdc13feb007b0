import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: sockets of logins that end", .serialized, .timeLimit(.minutes(20)))
struct LiveSessionEndTests {
    typealias Socket = HeaperSocket

    private func reject(
        _ session: HeaperClient.Session,
        _ client: HeaperClient,
        by admin: HeaperClient.Session
    ) async throws {
        let answer = try await client.post("/api/admin/reject_user", ["user_id": .string(session.user)], as: admin)
        try #require(answer.status == 200, "\(answer.text)")
    }

    @Test func aRejectedAccountLosesItsSockets() async throws {
        try await HeaperClient.run { client in
            let admin = try await client.login()
            let own = "\(try await client.liveHeap(admin)):block"
            let (session, heap, name) = try await client.liveBlock()
            try await Socket.open(client) { socket in
                try await Socket.open(client) { other in
                    try await other.logIn(own, admin)
                    try await socket.logIn(name, session)
                    try await socket.logIn("workspace/\(heap)", session, scope: "readonly")
                    try await reject(session, client, by: admin)
                    try await socket.expect(
                        Socket.close(name, "permission-denied"),
                        Socket.close("workspace/\(heap)", "permission-denied")
                    )
                    try await socket.expectClose(4401, "Unauthorized")
                    try await other.submit(own, try HeaperDocument().changed("x"))
                }
            }
            try await client.awaitRealtime("subscriptions", 0)
            try await client.awaitRealtime("connections", 0)
        }
    }

    @Test func aRefreshTokenUsedTwiceEndsItsLoginAlone() async throws {
        try await HeaperClient.run { client in
            let (session, heap, name) = try await client.liveBlock()
            let second = try await client.login(session.key)
            let other = "\(heap):block2"
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.logIn(other, second)
                var token = session.refreshToken
                for _ in 0..<2 {
                    let answer = try await client.post("/api/auth/refresh_token", ["refreshToken": .string(token)])
                    token = try answer.heaperText("refreshToken")
                }
                let body: JSONValue = ["refreshToken": .string(session.refreshToken)]
                #expect(try await client.post("/api/auth/refresh_token", body).status == 401)
                try await socket.expect(Socket.close(name, "permission-denied"))
                try await socket.submit(other, try HeaperDocument().changed("x"))
                try await socket.send(Socket.auth(name, session.accessToken))
                try await socket.expect(Socket.denied(name, "permission-denied"))
                try await socket.logIn(name, second)
            }
        }
    }

    /// What counts is the login of the newest token.
    @Test func aNewerTokenBringsItsOwnLogin() async throws {
        try await HeaperClient.run { client in
            let admin = try await client.login()
            let (session, heap, name) = try await client.liveBlock()
            let second = try await client.login(session.key)
            try await Socket.open(client) { socket in
                try await socket.logIn(name, session)
                try await socket.send(Socket.auth(name, second.accessToken))
                try await socket.logIn("\(heap):block2", second)
                try await reject(session, client, by: admin)
                try await socket.skip(to: Socket.close("\(heap):block2", "permission-denied"))
                try await socket.skipToClose(4401, "Unauthorized")
            }
        }
    }

    @Test func theOlderSocketEndsToo() async throws {
        try await HeaperClient.run { client in
            let admin = try await client.login()
            let session = try await client.login()
            try await Socket.open(client, "/api/ws", headers: session.bearer) { socket in
                try await socket.expectAlive()
                try await reject(session, client, by: admin)
                try await socket.expectClose(4401, "Unauthorized")
            }
            try await client.awaitRealtime("connections", 0)
        }
    }
}
