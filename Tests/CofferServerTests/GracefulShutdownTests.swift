import CofferHTTP
import CofferServer
import CofferTesting
import NIOCore
import Testing

@Suite("Graceful shutdown", .timeLimit(.minutes(20)))
struct GracefulShutdownTests {
    private static let chunkBytes = 16 * 1024 * 1024

    /// Uploads a file of one chunk and returns the path of the chunk.
    private func upload(_ chunk: [UInt8], to server: TestServer) async throws -> String {
        func text(_ value: JSONValue?) throws -> String {
            guard case .string(let text)? = value else { throw TestConnection.Failure.malformed("answer") }
            return text
        }
        let json = [("Content-Type", "application/json")]
        let made = try await server.send("POST", "/api/file", headers: json, body: Array("{}".utf8))
        let (id, password) = (try text(made.json?["id"]), try text(made.json?["uploadpassword"]))
        let put = try await server.send("PUT", "/api/file/\(id)/0?uploadpassword=\(password)", body: chunk)
        try #require(put.status == 200)
        let finished = try await server.send(
            "POST",
            "/api/file/\(id)/finishupload",
            headers: json,
            body: Array(#"{"uploadpassword":"\#(password)","chunks":[0]}"#.utf8)
        )
        try #require(finished.status == 200)
        return "/api/file/\(id)/0"
    }

    @Test func runningDownloadFinishesAfterTheSignalToStop() async throws {
        let download = try await TestServer.run { server async throws in
            let chunk = [UInt8](repeating: 7, count: Self.chunkBytes)
            let path = try await upload(chunk, to: server)
            let (heads, head) = AsyncStream<Int>.makeStream()
            // It must outlive this closure, whose end stops the server.
            let download = Task {
                try await TestConnection.open(port: server.port) { connection in
                    try await connection.write(server.head("GET", path))
                    head.yield(try await connection.readHead().status)
                    try await Task.sleep(for: .milliseconds(500))
                    return try await connection.read(chunk.count) == chunk
                }
            }
            for await status in heads {
                #expect(status == 200)
                break
            }
            return download
        }
        #expect(try await download.value)
    }

    @Test func idleConnectionDoesNotHoldTheServerUp() async throws {
        // Were the client waited for, it would be until its idle time-out, which comes after the time limit of this suite.
        var limits = CofferChannel.Limits()
        limits.idle = .hours(24)
        let idle = try await TestServer.run(limits: limits) { server async throws in
            let (answers, answer) = AsyncStream<Void>.makeStream()
            let idle = Task {
                try await TestConnection.open(port: server.port) { connection in
                    try await connection.write(server.head("GET", "/api/serverinfo"))
                    _ = try await connection.readResponse()
                    answer.yield()
                    return try await connection.readToEnd().count
                }
            }
            for await _ in answers { break }
            return idle
        }
        #expect(try await idle.value == 0)
    }

    @Test func whatWasStoredIsThereAfterARestart() async throws {
        let directory = try TemporaryDirectory()
        let chunk = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let path = try await TestServer.run(dataPath: directory.path) { try await upload(chunk, to: $0) }
        let body = try await TestServer.run(dataPath: directory.path) { try await $0.get(path).body }
        #expect(body == chunk)
    }
}
