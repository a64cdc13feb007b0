import CofferHTTP
import CofferServer
import CofferTesting
import Testing

@Suite("Hashdrop: what time does")
struct HashdropUpkeepTests {
    @Test func uploadThatIsNotCompletedFailsAndIsForgotten() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let upload = try await client.begin(session)
            #expect(try await client.put(HashdropClient.bytes(400), at: upload.target).status == 200)
            client.clock.advance(by: .seconds(1799))
            var again = try await client.refreshed(session)
            #expect(try await client.all(again).hashdropColumn("status") == ["pending"])
            client.clock.advance(by: .seconds(1))
            again = try await client.refreshed(session)
            #expect(try await client.all(again).hashdropColumn("status") == ["failed"])
            try await client.complete(upload.id, again).expectRefusal(404, "file not found")
            #expect(try await client.hasNothingStored())
            // Its record goes ten minutes after it was made a failed one, which is when the server next looks.
            let isForgotten = try await client.eventually {
                client.clock.advance(by: .seconds(700))
                again = try await client.refreshed(session)
                return try await client.all(again).status == 404
            }
            #expect(isForgotten)
        }
    }

    @Test func bytesOfAnUploadThatIsOverGoWithoutTheClientAsking() async throws {
        try await HashdropClient.restart(away: .seconds(3600)) { client in
            let session = try await client.account()
            let upload = try await client.begin(session)
            #expect(try await client.put(HashdropClient.bytes(400), at: upload.target).status == 200)
            return session
        } after: { client, _ async throws in
            #expect(try await client.hasNothingStored())
        }
    }

    @Test func filesStayForEver() async throws {
        try await HashdropClient.restart(away: .seconds(86_400 * 400)) { client in
            try await client.file(try await client.account(), HashdropClient.bytes(300))
        } after: { client, file async throws in
            try await client.server.application.sweep()
            let target = try await client.link(file.key)
            #expect(try await client.server.get(target).body == HashdropClient.bytes(300))
        }
    }
}
