import CofferCore
import CofferTesting
import Logging
import Synchronization
import Testing
import Yjs

@testable import DialectHeaper

/// A heap of Ada's, and the documents of its blocks.
struct DocumentFixture: Sendable {
    let heaps: HeapFixture
    let parts: DocumentParts
    let counters: RealtimeCounters

    var hub: DocumentHub { parts.hub }
    var database: SQLiteDatabase { heaps.database }
    var clock: ManualClock { heaps.clock }

    static func run(memoryBytes: Int = 256 << 20, _ body: (DocumentFixture) async throws -> Void) async throws {
        try await HeapFixture.run { heaps in try await body(DocumentFixture(heaps, memoryBytes: memoryBytes)) }
    }

    init(
        _ heaps: HeapFixture,
        memoryBytes: Int = 256 << 20,
        database: (any Database)? = nil,
        link: any NodeLink = SingleNode()
    ) throws {
        self.heaps = heaps
        counters = RealtimeCounters(clock: heaps.clock)
        let group = SettingsGroup { name in
            name == "document_memory_bytes" ? .init(text: "\(memoryBytes)", origin: name) : nil
        }
        parts = DocumentParts(
            try DocumentSettings(group),
            database: database ?? heaps.database,
            counters: counters,
            clock: heaps.clock,
            random: SystemRandomSource(),
            logger: Logger(label: "test"),
            link: link
        )
    }

    /// What a server has that starts with the same database.
    func restarted() throws -> DocumentFixture { try DocumentFixture(heaps) }

    func target(_ block: String = "BLOCK") -> DocumentTarget {
        DocumentTarget(new: BlockID(unchecked: block), in: heaps.heap)
    }

    @discardableResult
    func apply(_ updates: [UInt8]..., to block: String = "BLOCK") async throws -> [UpdateOutcome] {
        try await hub.apply(updates, to: target(block), by: heaps.ada)
    }

    func text(of block: String = "BLOCK") async throws -> String {
        try await hub.snapshot(of: BlockID(unchecked: block)).text(of: .root("t"))
    }

    func integer(_ sql: SQL) async throws -> Int64? {
        try await database.read { session in try session.first(sql) { $0.integer(0) } }
    }

    func row(_ sql: SQL) async throws -> String? {
        try await database.read { session in try session.first(sql) { $0.optionalText(0) } } ?? nil
    }
}

/// A client that types into the text `t`.
struct Typist {
    let client: UInt64
    var document = YDocument()

    mutating func type(_ text: String, at index: Int = 0) throws -> [UInt8] {
        try document.edit(as: client) { edit in try edit.insert(text, at: index, in: .root("t")) }.update
    }
}

/// Keeps what it hears.
final class RecordingListener: DocumentListener {
    private struct Heard {
        var updates: [[UInt8]] = []
        var awareness: [[UInt8]] = []
        var reasons: [String] = []
    }

    private let heard = Mutex(Heard())

    var updates: [[UInt8]] { heard.withLock { $0.updates } }
    var awareness: [[UInt8]] { heard.withLock { $0.awareness } }
    var reasons: [String] { heard.withLock { $0.reasons } }

    func document(_ block: BlockID, didApply update: [UInt8]) {
        heard.withLock { $0.updates.append(update) }
    }

    func document(_ block: BlockID, didChangeAwareness message: [UInt8]) {
        heard.withLock { $0.awareness.append(message) }
    }

    func document(_ block: BlockID, didCloseFor reason: String) {
        heard.withLock { $0.reasons.append(reason) }
    }
}
