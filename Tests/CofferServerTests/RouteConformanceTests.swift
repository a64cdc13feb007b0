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

    /// The rows of these dialects in the table of all five references.
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
        skysend GET /api/config
        skysend POST /api/upload
        skysend POST /api/upload/init
        skysend POST /api/upload/{id}/chunk
        skysend POST /api/upload/{id}/finalize
        skysend POST /api/meta/{id}
        skysend GET /api/info/{id}
        skysend GET /api/download/{id}
        skysend POST /api/password/{id}
        skysend DELETE /api/upload/{id}
        skysend GET /api/exists/{id}
        skysend GET /api/health
        skysend POST /api/note
        skysend GET /api/note/{id}
        skysend POST /api/note/{id}/view
        skysend POST /api/note/{id}/password
        skysend DELETE /api/note/{id}
        skysend GET /auth/login
        skysend GET /auth/callback
        skysend GET /auth/logout
        skysend GET /auth/session
        skysend GET /api/quota
        skysend GET /api/upload/ws
        skysend GET /api/upload/{id}/status
        hashdrop GET /api/healthz
        hashdrop POST /api/user/register
        hashdrop PATCH /api/user/verify
        hashdrop POST /api/user/login
        hashdrop DELETE /api/user
        hashdrop POST /api/token/refresh
        hashdrop POST /api/token/revoke
        hashdrop POST /api/files/presign
        hashdrop POST /api/files/complete
        hashdrop GET /api/files/all
        hashdrop GET /api/files/resolve
        hashdrop GET /api/files
        hashdrop GET /api/files/hash
        hashdrop GET /api/files/salt
        hashdrop DELETE /api/files
        hashdrop GET /files/download/{userIDHash}/{fileID}
        hashdrop DELETE /admin/reset
        hashdrop GET /api/cli/version
        heaper GET /api/
        heaper GET /api/health
        heaper POST /api/auth/verify_key
        heaper POST /api/auth/create_session
        heaper POST /api/auth/verify_session
        heaper POST /api/auth/refresh_token
        heaper POST /api/me
        heaper GET /api/ws
        heaper GET /ws
        heaper GET /sync/health
        heaper GET /api/sync/delta
        heaper POST /api/sync/push
        heaper POST /api/sync/pull
        heaper POST /api/heaps
        heaper POST /api/workspaces
        heaper POST /api/block/{blockKey}
        heaper POST /api/block_updates/{blockKey}
        heaper GET /api/trash/{heapId}
        heaper DELETE /api/trash/{heapId}
        heaper POST /api/trash/{heapId}/restore
        heaper POST /api/heap
        heaper POST /api/heap_count
        heaper POST /api/heap/add
        heaper DELETE /api/heap/{id}
        heaper GET /api/heap/stats/{id}
        heaper POST /api/heap/changed_blocks
        heaper GET /api/file/{key}/thumbnail/{size}/{slug}
        heaper GET /api/file/{key}/video_thumbnail/{size}/{position}
        heaper GET /api/file/{key}/animated_thumbnail/{size}/{slug}
        heaper GET /api/file/{key}/raw/{slug}
        heaper GET /api/stream/{key}/{slug}
        heaper POST /api/scan_folder
        heaper POST /api/abort_scan
        heaper GET /api/active_scans
        heaper POST /api/reindex_files
        heaper POST /api/regenerate_file
        heaper POST /api/upload/file/{heap_id}/{block_id}
        heaper POST /api/upload/init/{heap_id}/{block_id}
        heaper GET /api/upload/status/{heap_id}/{block_id}/{hash}
        heaper PUT /api/upload/chunk/{heap_id}/{block_id}/{hash}/{index}
        heaper POST /api/upload/complete/{heap_id}/{block_id}/{hash}
        heaper POST /api/upload/thumbnail/{block_id}/{file_hash}/{thumbnail_key}
        heaper GET /api/download/thumbnail/{block_id}/{file_hash}/{thumbnail_type}/{thumbnail_size}
        heaper GET /api/status/file/{heap_id}/{block_id}/{hash}
        """.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            return Row(dialect: words[0], method: words[1], template: words[2])
        }

    /// The routes of a login exist only where an identity provider is configured.
    private static let settings = [
        "COFFER_SKYSEND_OIDC_ISSUER": "http://127.0.0.1:9", "COFFER_SKYSEND_OIDC_CLIENT_ID": "coffer",
        "COFFER_SKYSEND_OIDC_CLIENT_SECRET": "secret",
    ]

    private static let parameters = [
        "id": "0123456789abcdef", "index": "0", "key": "one-two-three", "hash": String(repeating: "0a", count: 32),
        "file_hash": String(repeating: "0a", count: 32), "size": "320", "position": "1", "slug": "picture.png",
        "thumbnail_key": "preview-320", "thumbnail_type": "preview", "thumbnail_size": "320",
    ]

    static func path(_ template: String) -> String {
        template.replacing(/\{(\w+)\}/) { parameters[String($0.1)] ?? "0123456789abcdef" }
    }

    static func isUnclaimed(_ answer: TestResponse) -> Bool {
        if answer.status == 405 { return true }
        if answer.status == 404 {
            if answer.text == "404 page not found\n" { return true }
            if answer.json?["success"] == false, answer.json?["code"] == "not_found" { return true }
            return answer.json == ["detail": "Not Found"] || answer.json == ["error": "Not found"]
        }
        return answer.status == 400 && answer.json?["status"] == "bad request"
    }

    @Test func tableHasAllRows() {
        #expect(Self.rows.count == 105)
    }

    @Test(arguments: rows)
    func routeIsClaimed(row: Row) async throws {
        try await TestServer.run(Self.settings) { server async throws in
            let needsBody = row.method == "POST" || row.method == "PUT"
            let answer = try await server.send(row.method, Self.path(row.template), body: needsBody ? [] : nil)
            #expect(!Self.isUnclaimed(answer), "\(answer.status) \(answer.text)")
            #expect(
                answer.status < 500 || ["/health/", "/auth/login"].contains(row.template),
                "\(answer.status) \(answer.text)"
            )
        }
    }

    @Test(arguments: rows)
    func routeIsClaimedOnAHostOfItsDialect(row: Row) async throws {
        try await TestServer.run(Self.settings.merging(["COFFER_HOSTS": "own.test=\(row.dialect)"]) { $1 }) {
            server async throws in
            let needsBody = row.method == "POST" || row.method == "PUT"
            let answer = try await server.send(
                row.method,
                Self.path(row.template),
                headers: [("Host", "own.test")],
                body: needsBody ? [] : nil
            )
            #expect(!Self.isUnclaimed(answer), "\(answer.status) \(answer.text)")
        }
    }

    @Test(arguments: rows)
    func otherMethodIsRefused(row: Row) async throws {
        try await TestServer.run(Self.settings) { server async throws in
            let answer = try await server.send(row.method == "PATCH" ? "PUT" : "PATCH", Self.path(row.template))
            #expect(Self.isUnclaimed(answer), "\(answer.status) \(answer.text)")
        }
    }
}
