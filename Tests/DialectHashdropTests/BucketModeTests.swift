import CofferCore
import CofferHTTP
import CofferTesting
import NIOCore
import Testing

@testable import DialectHashdrop

@Suite("Hashdrop: files in a bucket")
struct BucketModeTests {
    @Test func urlsComeFromTheBucketWithTheirLives() async throws {
        try await Fixture.run { fixture async throws in
            let upload = try await fixture.begin()
            let site = Site(scheme: "http", authority: "coffer.test")
            let put = try await fixture.objects.uploadURL(upload.key, site: site)
            #expect(put == "https://bucket.test/\(upload.key.text)?put=900")
            let get = try await fixture.objects.downloadURL(upload.key, isBlob: false, site: site)
            #expect(get == "https://bucket.test/\(upload.key.text)?get=120")
        }
    }

    @Test func fileFromBeforeTheBucketIsReadAndDeletedWhereItLies() async throws {
        try await Fixture.run { fixture async throws in
            let upload = try await fixture.begin()
            let bytes = ByteBuffer(string: "abc")
            let blob = Blob(
                key: BlobKey(random: SystemRandomSource()),
                size: 3,
                sha256: nil,
                seal: nil,
                place: .inline
            )
            #expect(try await fixture.files.put(StagedBlob(blob: blob, inlineBytes: bytes), under: upload.key))
            let file = try #require(try await fixture.files.pending(upload.id, of: fixture.ada))
            #expect(try await fixture.objects.measure(file) == .knownToDatabase)
            #expect(try await fixture.files.complete(file, Fixture.facts, measured: nil).size == 3)
            guard case .admitted(let isBlob) = try await fixture.files.admitDownload(of: upload.id, under: upload.key)
            else {
                Issue.record("not admitted")
                return
            }
            #expect(isBlob)
            let site = Site(scheme: "http", authority: "coffer.test")
            let url = try await fixture.objects.downloadURL(upload.key, isBlob: isBlob, site: site)
            #expect(url.hasPrefix("http://coffer.test/hashdrop-files/\(upload.key.text)?Expires="))
            await fixture.objects.erase(try await fixture.files.delete(upload.id.text, of: fixture.ada))
            #expect(try await fixture.files.object(upload.key) == nil)
            #expect(fixture.bucket.erased.isEmpty)
            #expect(try await fixture.doomed.isEmpty)
        }
    }

    @Test func completeTakesTheSizeOfTheBucket() async throws {
        try await Fixture.run { fixture async throws in
            let upload = try await fixture.begin()
            #expect(try await fixture.total == 52_454_400)
            fixture.bucket.put(upload.key.text, bytes: 321)
            #expect(try await fixture.complete(upload.id) == 321)
            #expect(try await fixture.total == 321)
            #expect(try await fixture.files.all(of: fixture.ada).map(\.storedBytes) == [321])
        }
    }

    @Test func missingObjectLeavesTheUploadPending() async throws {
        try await Fixture.run { fixture async throws in
            let upload = try await fixture.begin()
            await #expect(throws: HashdropError.fileNotFound) { try await fixture.complete(upload.id) }
            #expect(try await fixture.files.all(of: fixture.ada).map(\.status) == [.pending])
        }
    }

    @Test func bucketThatIsDownLeavesTheUploadPending() async throws {
        try await Fixture.run { fixture async throws in
            let upload = try await fixture.begin()
            fixture.bucket.put(upload.key.text, bytes: 5)
            fixture.bucket.isDown = true
            await #expect(throws: StorageError.self) { try await fixture.complete(upload.id) }
            fixture.bucket.isDown = false
            #expect(try await fixture.complete(upload.id) == 5)
        }
    }

    @Test func tooLargeAnObjectFailsTheUploadAndIsErasedOnceMoreWhenItsURLIsOver() async throws {
        try await Fixture.run(["max_file_bytes": "100"]) { fixture async throws in
            let upload = try await fixture.begin()
            fixture.bucket.put(upload.key.text, bytes: 101)
            #expect(try await fixture.complete(upload.id) == nil)
            #expect(fixture.bucket.keys.isEmpty)
            #expect(try await fixture.total == 0)
            #expect(try await fixture.files.all(of: fixture.ada).map(\.status) == [.failed])
            // The client still holds the URL.
            fixture.bucket.put(upload.key.text, bytes: 7)
            try await fixture.objects.eraseDue()
            #expect(fixture.bucket.keys == [upload.key.text])
            fixture.clock.advance(by: .seconds(900 + 1800))
            try await fixture.objects.eraseDue()
            #expect(fixture.bucket.keys.isEmpty)
            #expect(try await fixture.doomed.isEmpty)
        }
    }

    @Test func deletedFileIsErasedAtOnceAndOnceOnlyWhenItsURLIsLongOver() async throws {
        try await Fixture.run { fixture async throws in
            let upload = try await fixture.begin()
            fixture.bucket.put(upload.key.text, bytes: 5)
            _ = try await fixture.complete(upload.id)
            fixture.clock.advance(by: .seconds(86_400))
            await fixture.objects.erase(try await fixture.files.delete(upload.id.text, of: fixture.ada))
            #expect(fixture.bucket.erased == [upload.key.text])
            #expect(try await fixture.doomed.isEmpty)
            #expect(try await fixture.total == 0)
        }
    }

    @Test func objectThatCannotBeErasedIsTriedAgain() async throws {
        try await Fixture.run { fixture async throws in
            let upload = try await fixture.begin()
            fixture.bucket.put(upload.key.text, bytes: 5)
            _ = try await fixture.complete(upload.id)
            fixture.clock.advance(by: .seconds(86_400))
            fixture.bucket.isDown = true
            await fixture.objects.erase(try await fixture.files.delete(upload.id.text, of: fixture.ada))
            #expect(try await fixture.doomed == [upload.key.text])
            fixture.bucket.isDown = false
            // Not before some time has passed.
            try await fixture.objects.eraseDue()
            #expect(fixture.bucket.keys == [upload.key.text])
            fixture.clock.advance(by: .seconds(30))
            try await fixture.objects.eraseDue()
            #expect(fixture.bucket.keys.isEmpty)
            #expect(try await fixture.doomed.isEmpty)
        }
    }

    @Test func processThatEndsBetweenRowAndObjectLeavesNoOrphan() async throws {
        try await Fixture.run { fixture async throws in
            let upload = try await fixture.begin()
            fixture.bucket.put(upload.key.text, bytes: 5)
            _ = try await fixture.complete(upload.id)
            // The transaction is over, and nobody comes to erase anything.
            _ = try await fixture.files.delete(upload.id.text, of: fixture.ada)
            #expect(fixture.bucket.keys == [upload.key.text])
            try await fixture.objects.eraseDue()
            #expect(fixture.bucket.keys.isEmpty)
        }
    }

    @Test func uploadThatIsNotCompletedIsErasedWhenItFails() async throws {
        try await Fixture.run { fixture async throws in
            let upload = try await fixture.begin()
            fixture.bucket.put(upload.key.text, bytes: 5)
            fixture.clock.advance(by: .seconds(1800))
            try await fixture.files.tidy()
            try await fixture.objects.eraseDue()
            #expect(fixture.bucket.keys.isEmpty)
            #expect(try await fixture.files.all(of: fixture.ada).map(\.status) == [.failed])
            #expect(try await fixture.total == 0)
            fixture.clock.advance(by: .seconds(600))
            try await fixture.files.tidy()
            #expect(try await fixture.files.all(of: fixture.ada).isEmpty)
        }
    }

    @Test func accountTakesAllItsObjectsAlong() async throws {
        try await Fixture.run { fixture async throws in
            let bob = AccountID(random: SystemRandomSource())
            try await fixture.insert(bob, email: "bob@example.org")
            let kept = try await fixture.files.begin(NewFile(name: "b", mimeType: ""), of: bob)
            let done = try await fixture.begin()
            let pending = try await fixture.begin()
            for key in [kept.key, done.key, pending.key] { fixture.bucket.put(key.text, bytes: 9) }
            _ = try await fixture.complete(done.id)
            let files = fixture.files
            let ada = fixture.ada
            let doomed = try await fixture.database.write { session in
                let doomed = try files.removeAll(of: ada, in: session)
                try session.execute("DELETE FROM hashdrop_users WHERE id = \(ada)")
                return doomed
            }
            await fixture.objects.erase(doomed)
            try await fixture.objects.eraseDue()
            #expect(fixture.bucket.keys == [kept.key.text])
            #expect(try await fixture.total == 52_454_400)
        }
    }

    @Test func resetTakesEverythingAlong() async throws {
        try await Fixture.run { fixture async throws in
            let upload = try await fixture.begin()
            fixture.bucket.put(upload.key.text, bytes: 9)
            let files = fixture.files
            let doomed = try await fixture.database.write { try files.removeEverything(in: $0) }
            await fixture.objects.erase(doomed)
            #expect(fixture.bucket.keys.isEmpty)
            #expect(try await fixture.total == 0)
        }
    }
}
