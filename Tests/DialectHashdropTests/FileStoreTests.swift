import CofferCore
import CofferTesting
import Testing

@testable import DialectHashdrop

@Suite("Hashdrop: what is counted")
struct FileStoreTests {
    @Test func recountPutsRightWhatNobodyTold() async throws {
        try await Fixture.run(["max_file_bytes": "1000"]) { fixture async throws in
            let upload = try await fixture.begin()
            _ = try await fixture.begin()
            // As if an account had gone without its files being removed first.
            _ = try await fixture.database.write { session in
                try session.execute("DELETE FROM hashdrop_files WHERE id = \(upload.id)")
            }
            #expect(try await fixture.total == 2000)
            try await fixture.files.recount()
            #expect(try await fixture.total == 1000)
        }
    }

    @Test func accountThatIsGoneCannotBegin() async throws {
        try await Fixture.run { fixture async throws in
            let nobody = AccountID(random: SystemRandomSource())
            await #expect(throws: HashdropError.invalidToken) {
                try await fixture.files.begin(NewFile(name: "", mimeType: ""), of: nobody)
            }
            #expect(try await fixture.total == 0)
        }
    }

    @Test func countsOfPastDaysAreForgotten() async throws {
        try await Fixture.run { fixture async throws in
            let upload = try await fixture.begin()
            fixture.bucket.put(upload.key.text, bytes: 1)
            _ = try await fixture.complete(upload.id)
            for _ in 0..<3 {
                _ = try await fixture.files.admitDownload(of: upload.id, under: upload.key)
                fixture.clock.advance(by: .seconds(86_400))
            }
            try await fixture.files.tidy()
            let days = try await fixture.database.read { session in
                try session.query("SELECT day FROM hashdrop_downloads") { $0.integer(0) }
            }
            #expect(days == [FileStore.day(of: fixture.clock.now) - 1])
        }
    }

    @Test func manyOverdueUploadsFailInOneGo() async throws {
        try await Fixture.run([
            "user_quota_bytes": "1000000000000", "total_quota_bytes": "1000000000000",
        ]) { fixture async throws in
            for _ in 0..<450 { _ = try await fixture.begin() }
            fixture.clock.advance(by: .seconds(1800))
            try await fixture.files.tidy()
            #expect(try await fixture.total == 0)
            #expect(try await fixture.doomed.count == 450)
        }
    }
}
