import CofferCore
import CofferHTTP
import NIOCore

/// Hears a document or a heap for one subscription of one socket.
final class LiveListener: DocumentListener, HeapListener {
    let subject: LiveOpening.Subject
    private let id: SubscriptionID
    private let connection: LiveConnection

    init(_ id: SubscriptionID, of subject: LiveOpening.Subject, on connection: LiveConnection) {
        self.id = id
        self.subject = subject
        self.connection = connection
    }

    func document(_ block: BlockID, didApply update: [UInt8]) {
        connection.handle(.changed(id, update: update))
    }

    func document(_ block: BlockID, didChangeAwareness message: [UInt8]) {
        connection.handle(.awarenessChanged(id, message))
    }

    func document(_ block: BlockID, didCloseFor reason: String) {
        connection.handle(.gone(id, reason: reason))
    }

    func heap(_ heap: HeapID, didHear event: HeapEvent) {
        connection.handle(.told(id, String(buffer: event.message(at: connection.services.clock.now).encoded)))
    }

    func heapDidClose(_ heap: HeapID) {
        connection.handle(.gone(id, reason: "deleted"))
    }
}

extension HeapEvent {
    /// What a heap's channel tells (contract, section 5.5).
    ///
    /// `time` is when it is told. It is no place to go on from: events may come in another order than their stamps, and
    /// only delta tells up to where nothing is missing.
    func message(at time: Timestamp) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("event", .string(kind.rawValue)), .init("workspace_id", .string(heap.text)),
        ]
        if let block { members.append(.init("block_id", .string(block.text))) }
        if let version { members.append(.init("sync_version", .integer(version))) }
        members.append(.init("server_time", .integer(time.milliseconds)))
        let known = Set(members.map(\.name))
        return .object(members + details.filter { !known.contains($0.name) })
    }
}
