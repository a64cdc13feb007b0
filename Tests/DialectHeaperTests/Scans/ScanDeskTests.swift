import CofferCore
import CofferHTTP
import CofferTesting
import Synchronization
import Testing

@testable import DialectHeaper

@Suite("Heaper scans: ordering and stopping")
struct ScanDeskTests {
    /// Keeps the states that it hears.
    private final class Listener: HeapListener {
        private let heard = Mutex<[String]>([])
        var statuses: [String] { heard.withLock { $0 } }

        func heap(_ heap: HeapID, didHear event: HeapEvent) {
            guard event.kind == .scanUpdate else { return }
            guard case .string(let status)? = JSONValue.object(event.details)["status"] else { return }
            heard.withLock { $0.append(status) }
        }

        func heapDidClose(_ heap: HeapID) {}
    }

    @Test func sameFolderIsScannedOnce() async throws {
        try await ScanFixture.run { fixture in
            let scan = try await fixture.order("a")
            await #expect(throws: ScanFailure.active(scan.id)) { try await fixture.order("./a/") }
            _ = try await fixture.order("b")
            #expect(fixture.desk.activeScans(of: fixture.documents.heaps.ada).count == 2)
            #expect(fixture.desk.activeScans(of: fixture.documents.heaps.bob).isEmpty)
            #expect(fixture.desk.activeScans(of: nil).count == 2)
        }
    }

    @Test func scansOfOneHeapRunOneAfterTheOther() async throws {
        try await ScanFixture.run { fixture in
            let first = try await fixture.order("a")
            let second = try await fixture.order("b")
            let begun = try #require(fixture.desk.next())
            #expect(begun.scan.id == first.id)
            #expect(fixture.desk.next() == nil)
            fixture.desk.end(begun)
            #expect(fixture.desk.next()?.scan.id == second.id)
        }
    }

    @Test func abortedScanStopsAndSaysSo() async throws {
        try await ScanFixture.run { fixture in
            try fixture.write("a", "one")
            let listener = Listener()
            fixture.documents.parts.events.attach(listener, to: fixture.heap.heap)
            let scan = try await fixture.order()
            let running = try #require(fixture.desk.next())
            #expect(running.abort().status == .aborting)
            #expect(running.abort().status == .aborting)
            await fixture.runner.perform(running, fixture.hasher)
            #expect(try await fixture.store.scan(scan.id)?.status == .aborted)
            #expect(try await fixture.names() == [])
            #expect(listener.statuses == ["running", "aborting", "aborted"])
            #expect(fixture.desk.running(scan.id) == nil)
        }
    }

    @Test func stateChangesAreTold() async throws {
        try await ScanFixture.run { fixture in
            for index in 0..<600 { try fixture.write("f\(index)", "\(index)") }
            let listener = Listener()
            fixture.documents.parts.events.attach(listener, to: fixture.heap.heap)
            try await fixture.scan()
            // The clock stands still, so that only one report of progress passes.
            #expect(listener.statuses == ["running", "running", "done"])
        }
    }

    @Test func interruptedScansEndAtTheNextStart() async throws {
        try await ScanFixture.run { fixture in
            let one = try await fixture.order("a")
            let two = try await fixture.order("b")
            try await fixture.documents.heaps.execute(
                "UPDATE heaper_scans SET status = 'aborting' WHERE id = \(two.id)"
            )
            try await fixture.store.endInterrupted(except: [one.id])
            #expect(try await fixture.store.scan(one.id)?.status == .running)
            #expect(try await fixture.store.scan(two.id)?.status == .aborted)
            try await fixture.store.endInterrupted(except: [])
            let ended = try #require(try await fixture.store.scan(one.id))
            #expect(ended.status == .failed)
            #expect(ended.finishedAt == fixture.documents.clock.now)
        }
    }
}
