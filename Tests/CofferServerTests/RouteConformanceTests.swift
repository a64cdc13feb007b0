import CofferHTTP
import CofferTesting
import Testing

@Suite("Routes of the references")
struct RouteConformanceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let dialect: String
        let method: String
        let template: String
        var testDescription: String { "\(dialect) \(method) \(template)" }
    }

    /// The rows of these two dialects in the table of all five references.
    static let rows: [Row] = """
        hushfile POST /api/file
        hushfile PUT /api/file/{id}/metadata
        hushfile PUT /api/file/{id}/{index}
        hushfile POST /api/file/{id}/finishupload
        hushfile GET /api/file/{id}/exists
        hushfile GET /api/file/{id}/info
        hushfile GET /api/file/{id}/metadata
        hushfile GET /api/file/{id}/{index}
        hushfile DELETE /api/file/{id}
        hushfile GET /api/serverinfo
        ravenzero POST /upload/
        ravenzero GET /preview/{key}
        ravenzero GET /download/{key}
        ravenzero GET /status/{key}
        ravenzero GET /health/
        ravenzero GET /scalar
        ravenzero GET /docs
        ravenzero GET /redoc
        ravenzero GET /openapi.json
        """.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            return Row(dialect: words[0], method: words[1], template: words[2])
        }

    private func path(_ template: String) -> String {
        template.replacing("{id}", with: "0123456789abcdef").replacing("{index}", with: "0")
            .replacing("{key}", with: "one-two-three")
    }

    private func isUnclaimed(_ answer: TestResponse) -> Bool {
        if answer.status == 405 { return true }
        if answer.status == 404 { return answer.json == ["detail": "Not Found"] }
        return answer.status == 400 && answer.json?["status"] == "bad request"
    }

    @Test func tableHasTheNineteenRows() {
        #expect(Self.rows.count == 19)
    }

    @Test(arguments: rows)
    func routeIsClaimed(row: Row) async throws {
        try await TestServer.run { server async throws in
            let needsBody = row.method == "POST" || row.method == "PUT"
            let answer = try await server.send(row.method, path(row.template), body: needsBody ? [] : nil)
            #expect(!isUnclaimed(answer), "\(answer.status) \(answer.text)")
            #expect(answer.status < 500 || row.template == "/health/", "\(answer.status) \(answer.text)")
        }
    }

    @Test(arguments: rows)
    func routeIsClaimedOnAHostOfItsDialect(row: Row) async throws {
        try await TestServer.run(["COFFER_HOSTS": "own.test=\(row.dialect)"]) { server async throws in
            let needsBody = row.method == "POST" || row.method == "PUT"
            let answer = try await server.send(
                row.method,
                path(row.template),
                headers: [("Host", "own.test")],
                body: needsBody ? [] : nil
            )
            #expect(!isUnclaimed(answer), "\(answer.status) \(answer.text)")
        }
    }

    @Test(arguments: rows)
    func otherMethodIsRefused(row: Row) async throws {
        try await TestServer.run { server async throws in
            let answer = try await server.send("PATCH", path(row.template))
            #expect(isUnclaimed(answer), "\(answer.status) \(answer.text)")
        }
    }
}
