import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: GET /api/upload/ws", .serialized, .timeLimit(.minutes(20)))
struct SkySendSocketTests {
    // MARK: Upgrade

    @Test
    func uploadInFramesIsThereAtOnce() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(1_000_000)
            let id = try await SkySendSocket.open(client) { socket in
                let id = try await socket.begin(size: bytes.count, ["fileCount": 2])
                for piece in SkySendClient.pieces(bytes, of: 256 * 1024) { try await socket.send(piece) }
                try await socket.finish(id)
                return id
            }
            try await client.download(id).expectFile(bytes, count: 2)
            #expect(try await client.meta(id, #"{"encryptedMeta":"YWI=","nonce":"YWI="}"#).status == 200)
            try await client.finalize(id).expectFailure(404, SkySendChunkTests.unknown)
            #expect(try await client.details(id)["createdAt"] == .string(SkySendClient.time(after: 0)))
        }
    }

    @Test(arguments: [nil, SkySendClient.baseURL, "https://app.example.org"])
    func allowedOriginMayUpload(_ origin: String?) async throws {
        try await SkySendClient.run(["CORS_ORIGINS": "https://app.example.org"]) { client in
            try await SkySendSocket.open(client, headers: origin.map { [("Origin", $0)] } ?? []) { socket in
                let id = try await socket.begin(size: 1)
                try await socket.send([7])
                try await socket.finish(id)
            }
        }
    }

    @Test(arguments: ["https://evil.example", "null", "http://send.example.org", "https://send.example.org.evil"])
    func otherOriginIsToldAndClosed(_ origin: String) async throws {
        try await SkySendClient.run { client in
            try await SkySendSocket.open(client, headers: [("Origin", origin)]) { socket in
                try await socket.expectFailure(1008, "Origin not allowed")
            }
        }
    }

    @Test
    func offeredSubprotocolsAndExtensionsAreNotTaken() async throws {
        try await SkySendClient.run { client in
            let offers = [("Sec-WebSocket-Protocol", "chat"), ("Sec-WebSocket-Extensions", "permessage-deflate")]
            try await SkySendSocket.open(client, headers: offers) { _ = try await $0.begin(size: 1) }
        }
    }

    @Test
    func switchedOffItIs404() async throws {
        try await SkySendClient.run(["FILE_UPLOAD_WS": "false"]) { client in
            try await SkySendSocket.refusal(client).expectFailure(404, "Not found")
        }
    }

    @Test
    func disabledFileServiceRefusesTheUpgrade() async throws {
        try await SkySendClient.run(["ENABLED_SERVICES": "note"]) { client in
            try await SkySendSocket.refusal(client).expectFailure(403, "File service is disabled")
        }
    }

    @Test
    func plainRequestIsNoUpload() async throws {
        try await SkySendClient.run { client in
            let response = try await client.server.get(SkySendSocket.target)
            #expect([400, 404, 426].contains(response.status), "\(response.text)")
            #expect(response.skySendError != nil)
        }
    }

    // MARK: Parameters

    @Test
    func membersMayBeTextsNumbersAndNulls() async throws {
        try await SkySendClient.run { client in
            let changes: [String: JSONValue?] = [
                "maxDownloads": "3", "expireSec": "300", "contentLength": "2", "fileCount": .some(.null),
                "hasPassword": true, "passwordSalt": .string(SkySendClient.passwordSalt),
                "passwordAlgo": "argon2id-v2", "unknown": ["x"],
            ]
            let id = try await SkySendSocket.open(client) { socket in
                let id = try await socket.begin(size: 2, changes)
                try await socket.send([1, 2])
                try await socket.finish(id)
                return id
            }
            let details = try await client.details(id)
            #expect(details["hasPassword"] == true)
            #expect(details["passwordSalt"] == .string(SkySendClient.passwordSalt))
            #expect(details["maxDownloads"] == 3)
            #expect(details["fileCount"] == 1)
            #expect(details["expiresAt"] == .string(SkySendClient.time(after: 300)))
        }
    }

    static let invalid: [[String: JSONValue?]] = [
        ["authToken": nil], ["ownerToken": nil], ["salt": nil], ["maxDownloads": nil], ["expireSec": nil],
        ["contentLength": nil], ["authToken": .some(.null)], ["authToken": "a b"], ["ownerToken": ""],
        ["contentLength": 0], ["contentLength": -1], ["contentLength": .double(1.5)], ["contentLength": "12abc"],
        ["fileCount": 0], ["maxDownloads": "2.7"], ["expireSec": ["x"]], ["salt": [:]],
        ["authToken": .string(String(repeating: "a", count: 129))],
        [
            "hasPassword": true, "passwordSalt": .string(SkySendClient.passwordSalt),
            "passwordAlgo": "argon2id",
        ],
    ]

    @Test(arguments: invalid)
    func illFormedParametersClose1008(_ changes: [String: JSONValue?]) async throws {
        try await SkySendClient.run { client in
            try await SkySendSocket.open(client) { socket in
                try await socket.send(SkySendSocket.initMessage(size: 10, changes))
                try await socket.expectFailure(1008, "Invalid upload headers")
            }
        }
    }

    @Test(arguments: [
        "{\"type\":\"init\"}", "{\"type\":\"init\",\"headers\":null}", "{\"type\":\"init\",\"headers\":[]}",
    ])
    func missingParametersClose1008(_ text: String) async throws {
        try await SkySendClient.run { client in
            try await SkySendSocket.open(client) { socket in
                try await socket.send(text)
                try await socket.expectFailure(1008, "Invalid upload headers")
            }
        }
    }

    static let failures: [([String: JSONValue?], String)] = [
        (["salt": "YWJj"], "Salt must be exactly 32 bytes"),
        (["contentLength": 1025], "File size exceeds maximum of 1024 bytes"),
        (["fileCount": 33], "Maximum 32 files per upload"),
        (["expireSec": 1], "Invalid expiry time. Must be one of the allowed options."),
        (["maxDownloads": 99], "Invalid download limit. Must be one of the allowed options."),
        (["hasPassword": "true"], "Password-protected uploads require X-Password-Salt and X-Password-Algo"),
        (
            ["hasPassword": true, "passwordAlgo": "argon2id-v2", "passwordSalt": "YWJj"],
            "Password salt must be exactly 16 bytes"
        ),
    ]

    @Test(arguments: failures)
    func valueOutsideTheRulesCloses1008(_ changes: [String: JSONValue?], _ message: String) async throws {
        try await SkySendClient.run(["FILE_MAX_SIZE": "1KB"]) { client in
            try await SkySendSocket.open(client) { socket in
                try await socket.send(SkySendSocket.initMessage(size: 10, changes))
                try await socket.expectFailure(1008, message)
            }
        }
    }

    // MARK: Data

    @Test
    func framesSentBeforeReadyAreQueued() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(100_000)
            let id = try await SkySendSocket.open(client) { socket in
                var wire = SkySendSocket.frame(.text, Array(SkySendSocket.initMessage(size: bytes.count).utf8))
                for piece in SkySendClient.pieces(bytes, of: 30_000) { wire += SkySendSocket.frame(.binary, piece) }
                wire += SkySendSocket.frame(.text, Array(SkySendSocket.finalizeMessage.utf8))
                try await socket.connection.write(wire)
                let id = try await socket.ready()
                #expect(try await socket.message() == ["type": "done", "id": .string(id)])
                #expect(try await socket.next() == .close(code: 1000, reason: "done"))
                return id
            }
            try await client.download(id).expectFile(bytes)
        }
    }

    @Test
    func emptyFramesAreAllowed() async throws {
        try await SkySendClient.run { client in
            let id = try await SkySendSocket.open(client) { socket in
                let id = try await socket.begin(size: 2)
                for piece in [[], [1], [], [2], []] as [[UInt8]] { try await socket.send(piece) }
                try await socket.finish(id)
                return id
            }
            try await client.download(id).expectFile([1, 2])
        }
    }

    @Test
    func fragmentsMakeOneMessage() async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(50_000)
            let id = try await SkySendSocket.open(client) { socket in
                let text = Array(SkySendSocket.initMessage(size: bytes.count).utf8)
                try await Self.fragment(.text, text, socket)
                let id = try await socket.ready()
                try await Self.fragment(.binary, bytes, socket)
                try await Self.fragment(.text, Array(SkySendSocket.finalizeMessage.utf8), socket)
                #expect(try await socket.message() == ["type": "done", "id": .string(id)])
                #expect(try await socket.next() == .close(code: 1000, reason: "done"))
                return id
            }
            try await client.download(id).expectFile(bytes)
        }
    }

    /// Sends one message in fragments, pings and an empty fragment among them.
    private static func fragment(
        _ opcode: SkySendSocket.Opcode,
        _ bytes: [UInt8],
        _ socket: SkySendSocket
    ) async throws {
        let third = bytes.count / 3
        try await socket.connection.write(SkySendSocket.frame(opcode, Array(bytes.prefix(third)), isLast: false))
        if opcode == .binary { try await socket.expectAlive() }
        try await socket.connection.write(SkySendSocket.frame(.more, [], isLast: false))
        let middle = Array(bytes[third..<(2 * third)])
        try await socket.connection.write(SkySendSocket.frame(.more, middle, isLast: false))
        try await socket.connection.write(SkySendSocket.frame(.more, Array(bytes.dropFirst(2 * third))))
    }

    @Test(arguments: [65_535, 65_536, 1 << 20])
    func messageUpToOneMebibyteIsTaken(_ size: Int) async throws {
        try await SkySendClient.run { client in
            let bytes = SkySendClient.bytes(size)
            let id = try await SkySendSocket.open(client) { socket in
                let id = try await socket.begin(size: size)
                try await socket.send(bytes)
                try await socket.finish(id)
                return id
            }
            try await client.download(id).expectFile(bytes)
        }
    }

    @Test
    func manyFramesAndParallelSocketsStayApart() async throws {
        try await SkySendClient.run(["FILE_UPLOAD_WS_MAX_BUFFER": "1MB"]) { client in
            let ids = try await client.parallel(6) { number in
                let bytes = SkySendClient.bytes(3_000_000, seed: UInt64(number) + 1)
                return try await SkySendSocket.open(client) { socket in
                    let id = try await socket.begin(size: bytes.count)
                    for piece in SkySendClient.pieces(bytes, of: 256 * 1024) { try await socket.send(piece) }
                    try await socket.finish(id)
                    return id
                }
            }
            for (number, id) in ids.enumerated() {
                try await client.download(id).expectFile(SkySendClient.bytes(3_000_000, seed: UInt64(number) + 1))
            }
        }
    }

    @Test
    func pingsAreAnsweredAtEveryStage() async throws {
        try await SkySendClient.run { client in
            try await SkySendSocket.open(client) { socket in
                try await socket.expectAlive()
                let id = try await socket.begin(size: 2)
                try await socket.expectAlive()
                try await socket.send([1])
                try await socket.expectAlive()
                try await socket.connection.write(SkySendSocket.frame(.pong, []))
                try await socket.send([2])
                try await socket.finish(id)
            }
        }
    }
}
