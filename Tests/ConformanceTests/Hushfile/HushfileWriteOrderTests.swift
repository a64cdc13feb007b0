import CofferHTTP
import CofferTesting
import Foundation
import Testing

/// The order of checks that both PUTs and finishupload share, and what happens when a file changes under a body.
@Suite("Hushfile: checks before a write", .serialized, .timeLimit(.minutes(20)))
struct HushfileWriteOrderTests {
    typealias Write = HushfileClient.Write

    static let unknownIds = [
        "000000000000000000000000000000", "x", "ABCDEF", "%2E%2E%2E", "a%20b", "%00",
        String(repeating: "f", count: 300),
    ]

    @Test(arguments: Write.allCases, unknownIds)
    func unknownIdIs400NotInitiated(_ write: Write, _ id: String) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            for query in ["", "?uploadpassword=", "?uploadpassword=abc"] {
                let response = try await client.send(write, id: id, query: query)
                let decoded = try #require(id.removingPercentEncoding)
                response.expect(400, HushfileBody.notInitiated(decoded))
            }
        }
    }

    @Test(arguments: Write.allCases)
    func finishedFileIs400WhateverThePassword(_ write: Write) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            #expect(try await client.put(chunk: 0, [1], of: upload).status == 200)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            for query in ["", "?uploadpassword=", "?uploadpassword=abc", "?uploadpassword=\(upload.password)"] {
                let response = try await client.send(write, id: upload.id, query: query)
                response.expect(400, HushfileBody.finished(upload.id))
            }
            try await client.get(chunk: 0, of: upload.id).expectBytes([1])
            try await server.get("/api/file/\(upload.id)/metadata").expectBytes([])
        }
    }

    @Test(arguments: Write.allCases)
    func deletedFileIs400NotInitiated(_ write: Write) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(["deletepassword": "secret"])
            #expect(try await client.delete(upload.id, password: "secret").status == 200)
            let response = try await client.send(write, id: upload.id, query: "?uploadpassword=\(upload.password)")
            response.expect(400, HushfileBody.notInitiated(upload.id))
        }
    }

    @Test(arguments: Write.allCases)
    func missingEmptyOrDifferentPasswordIs403AndChangesNothing(_ write: Write) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(["deletepassword": "secret"])
            let other = try await client.initiate()
            #expect(try await client.put(chunk: 0, [9], of: upload).status == 200)
            let before = try await client.info(upload.id)
            let queries = [
                "", "?uploadpassword", "?uploadpassword=", "?uploadpassword=secret",
                "?uploadpassword=\(other.password)", "?uploadpassword=\(upload.password.dropLast())",
                "?uploadpassword=\(upload.password)0", "?uploadpassword=\(upload.password.uppercased())",
                "?UploadPassword=\(upload.password)", "?deletepassword=\(upload.password)",
                "?uploadpassword=%20\(upload.password)", "?uploadpassword=\(upload.password)%00",
            ]
            for query in queries {
                let response = try await client.send(write, id: upload.id, query: query)
                response.expect(403, HushfileBody.wrongPassword(upload.id))
            }
            #expect(try await client.info(upload.id) == before)
            #expect(try await client.finish(upload, chunks: [0]).status == 200)
            try await client.get(chunk: 0, of: upload.id).expectBytes([9])
        }
    }

    @Test(arguments: Write.allCases)
    func passwordIsComparedAfterFormDecoding(_ write: Write) async throws {
        try await TestServer.run { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            if write == .finish { #expect(try await client.put(chunk: 0, [1], of: upload).status == 200) }
            let query = "?other=1&uploadpassword=\(HushfileClient.percentEncoded(upload.password))&more"
            #expect(try await client.send(write, id: upload.id, query: query).status == 200)
        }
    }

    @Test
    func wrongPasswordIsToldBeforeTheBodyIsJudged() async throws {
        let settings = ["COFFER_HUSHFILE_MAX_CHUNKSIZE_BYTES": "1000"]
        try await TestServer.run(settings) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate()
            let multipart = [("Content-Type", "multipart/form-data; boundary=x"), ("Content-Length", "1000000000")]
            for target in ["/api/file/\(upload.id)/0", "/api/file/\(upload.id)/metadata"] {
                try await TestConnection.open(port: server.port) { connection in
                    try await connection.write(server.head("PUT", target, headers: multipart))
                    try await connection.readResponse().expect(403, HushfileBody.wrongPassword(upload.id))
                }
            }
        }
    }

    @Test
    func unknownIdIsToldBeforeTheBodyIsJudged() async throws {
        try await TestServer.run { server in
            let multipart = [("Content-Type", "multipart/form-data; boundary=x"), ("Content-Length", "1000000000000")]
            for target in ["/api/file/abc/0", "/api/file/abc/metadata"] {
                try await TestConnection.open(port: server.port) { connection in
                    try await connection.write(server.head("PUT", target, headers: multipart))
                    try await connection.readResponse().expect(400, HushfileBody.notInitiated("abc"))
                }
            }
        }
    }

    // MARK: Changes while a body is on its way

    enum Change: String, CaseIterable, Sendable { case finish, delete, expiry }
    enum Target: String, CaseIterable, Sendable { case newChunk, replacedChunk, metadata }

    private static func path(of target: Target, _ upload: HushfileClient.Upload, _ client: HushfileClient) -> String {
        switch target {
        case .newChunk: client.chunkTarget(1, upload)
        case .replacedChunk: client.chunkTarget(0, upload)
        case .metadata: client.metadataTarget(upload)
        }
    }

    private static func make(
        _ change: Change,
        to upload: HushfileClient.Upload,
        _ client: HushfileClient
    ) async throws {
        switch change {
        case .finish: #expect(try await client.finish(upload, chunks: [0]).status == 200)
        case .delete: #expect(try await client.delete(upload.id, password: "secret").status == 200)
        case .expiry: client.server.clock.advance(by: .seconds(86400))
        }
    }

    @Test(arguments: Change.allCases, Target.allCases)
    func changeWhileABodyIsReceivedWins(_ change: Change, _ target: Target) async throws {
        try await TestServer.run(["COFFER_INLINE_BYTES": "0"]) { server in
            let client = HushfileClient(server: server)
            let upload = try await client.initiate(["deletepassword": "secret"])
            let old = HushfileClient.bytes(3000, seed: 7)
            #expect(try await client.put(chunk: 0, old, of: upload).status == 200)
            #expect(try await client.put(metadata: old, of: upload).status == 200)
            let before = client.storedFiles
            let path = Self.path(of: target, upload, client)
            let body = HushfileClient.bytes(target == .metadata ? 60_000 : 2 * 1024 * 1024)
            try await TestConnection.open(port: server.port) { connection in
                let length = [("Content-Length", String(body.count))]
                try await connection.write(server.head("PUT", path, headers: length))
                try await connection.write(Array(body.prefix(body.count / 2)))
                if target != .metadata {
                    #expect(try await client.eventually { !client.incomingFiles.isEmpty })
                }
                try await Self.make(change, to: upload, client)
                // A server that has already answered may have closed its side.
                try? await connection.write(Array(body.dropFirst(body.count / 2)))
                let expected =
                    change == .finish ? HushfileBody.finished(upload.id) : HushfileBody.notInitiated(upload.id)
                try await connection.readResponse().expect(400, expected)
            }
            #expect(try await client.eventually { client.incomingFiles.isEmpty })
            guard change == .finish else {
                try await client.sweep()
                #expect(try await client.eventually { client.storedFiles.isEmpty })
                return try await client.expectGone(upload.id)
            }
            try await client.get(chunk: 0, of: upload.id).expectBytes(old)
            try await client.get(chunk: 1, of: upload.id).expect(416, HushfileBody.noChunk(1, upload.id))
            try await server.get("/api/file/\(upload.id)/metadata").expectBytes(old)
            #expect(try await client.eventually { Set(client.storedFiles) == Set(before) })
        }
    }
}
