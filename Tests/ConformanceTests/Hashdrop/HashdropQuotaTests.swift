import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: quotas of presign")
struct HashdropQuotaTests {
    @Test func reservedBytesCountAndComparisonIsStrict() async throws {
        // Two reservations are 2000: not greater than the limit, so a third is let in, and a fourth is not.
        try await HashdropClient.run(["MAX_FILE_BYTES": "1000", "USER_QUOTA_BYTES": "2000"]) { client async throws in
            let session = try await client.account()
            for _ in 0..<3 { _ = try await client.begin(session) }
            try await client.presign(session).expectRefusal(403, "storage limit reached")
        }
    }

    @Test func completeTurnsTheReservationIntoWhatIsStored() async throws {
        try await HashdropClient.run(["MAX_FILE_BYTES": "1000", "USER_QUOTA_BYTES": "999"]) { client async throws in
            let session = try await client.account()
            let first = try await client.begin(session)
            try await client.presign(session).expectRefusal(403, "storage limit reached")
            _ = try await client.put([1, 2, 3], at: first.target)
            #expect(try await client.complete(first.id, session).status == 200)
            _ = try await client.begin(session)
        }
    }

    @Test func deletedBytesAreGivenBack() async throws {
        try await HashdropClient.run(["MAX_FILE_BYTES": "1000", "USER_QUOTA_BYTES": "900"]) { client async throws in
            let session = try await client.account()
            let file = try await client.file(session, HashdropClient.bytes(1000))
            try await client.presign(session).expectRefusal(403, "storage limit reached")
            #expect(try await client.delete(file.id, session).status == 204)
            _ = try await client.begin(session)
        }
    }

    @Test func totalCountsAllAccountsAndComesFirst() async throws {
        let settings = ["MAX_FILE_BYTES": "1000", "USER_QUOTA_BYTES": "0", "TOTAL_QUOTA_BYTES": "1000"]
        try await HashdropClient.run(settings) { client async throws in
            let ada = try await client.account()
            let bob = try await client.account("bob@example.org")
            let eve = try await client.account("eve@example.org")
            _ = try await client.begin(ada)
            try await client.presign(ada).expectRefusal(403, "storage limit reached")
            _ = try await client.begin(bob)
            try await client.presign(ada).expectRefusal(503, "internal server error")
            try await client.presign(eve).expectRefusal(503, "internal server error")
        }
    }

    @Test func recordsCountInAnyState() async throws {
        try await HashdropClient.run(["USER_FILES": "2"]) { client async throws in
            let session = try await client.account()
            let file = try await client.file(session)
            _ = try await client.begin(session)
            _ = try await client.begin(session)
            try await client.presign(session).expectRefusal(403, "storage limit reached")
            #expect(try await client.delete(file.id, session).status == 204)
            _ = try await client.begin(session)
            try await client.presign(session).expectRefusal(403, "storage limit reached")
        }
    }

    @Test func failedUploadsGiveBytesBackAtOnceAndTheirRecordLater() async throws {
        let settings = ["MAX_FILE_BYTES": "1000", "USER_QUOTA_BYTES": "500", "USER_FILES": "1"]
        try await HashdropClient.run(settings) { client async throws in
            let session = try await client.account()
            _ = try await client.begin(session)
            try await client.presign(session).expectRefusal(403, "storage limit reached")
            client.clock.advance(by: .seconds(1800))
            let again = try await client.refreshed(session)
            _ = try await client.begin(again)
            #expect(try await client.all(again).hashdropColumn("status") == ["pending", "failed"])
            try await client.presign(again).expectRefusal(403, "storage limit reached")
        }
    }

    @Test func parallelRequestsCannotPassALimitTogether() async throws {
        let settings = ["MAX_FILE_BYTES": "1000", "USER_QUOTA_BYTES": "4000"]
        try await HashdropClient.run(settings) { client async throws in
            let session = try await client.account()
            let answers = try await client.parallel(40) { _ in try await client.presign(session) }
            #expect(answers.filter { $0.status == 200 }.count == 5)
            #expect(answers.filter { $0.status == 403 }.count == 35)
        }
    }

    @Test func limitsHoldAfterARestart() async throws {
        let settings = ["MAX_FILE_BYTES": "1000", "USER_QUOTA_BYTES": "1500"]
        try await HashdropClient.restart(settings) { client in
            let session = try await client.account()
            _ = try await client.begin(session)
            _ = try await client.file(session, HashdropClient.bytes(700))
            return session
        } after: { client, session async throws in
            try await client.presign(session).expectRefusal(403, "storage limit reached")
            let id = try await client.get("/api/files/resolve?id=", session)
            id.expectRefusal(400, "missing file id in query parameter")
            let all = try await client.all(session)
            #expect(all.hashdropColumn("status") == ["uploaded", "pending"])
            let uploaded = all.hashdropColumn("file_id")[0]
            #expect(try await client.delete(uploaded, session).status == 204)
            _ = try await client.begin(session)
        }
    }
}
