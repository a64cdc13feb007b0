import CofferCore
import NIOCore
import Testing
import Yjs

@testable import DialectHeaper

/// Feeds a machine and takes its answers apart.
struct LiveMachineFixture {
    static let user = UserID(unchecked: "u1")
    static let heap = HeapPlace(
        heap: HeapID(unchecked: "h1"),
        indexBlock: BlockID(unchecked: "i1"),
        owner: user,
        role: .owner,
        isEncrypted: false
    )
    static let target = DocumentTarget(new: BlockID(unchecked: "b1"), in: heap)
    static let name = LiveName("h1:b1")
    static let first = SubscriptionID(number: 1)
    static let second = SubscriptionID(number: 2)

    var machine: LiveMachine
    var now = Timestamp(milliseconds: 1_000_000)

    init(_ limits: LiveLimits = LiveLimits()) {
        machine = LiveMachine(limits: limits, now: now)
    }

    mutating func on(_ event: LiveEvent) -> [LiveAction] {
        machine.handle(event, at: now)
    }

    mutating func receive(_ message: LiveMessage, _ name: LiveName = name) -> [LiveAction] {
        on(.received(Array(LiveFrame.message(name, message).encoded.readableBytesView)))
    }

    mutating func pass(_ time: Duration) -> [LiveAction] {
        now = now.advanced(by: time)
        return on(.tick)
    }

    func opening(isReadOnly: Bool = false, life: Duration = .seconds(3600), awareness: [UInt8]? = nil) -> LiveOpening {
        LiveOpening(
            subject: .document(Self.target),
            user: Self.user,
            isReadOnly: isReadOnly,
            expiresAt: now.advanced(by: life),
            awareness: awareness
        )
    }

    /// Opens a name, which must work.
    mutating func open(
        _ name: LiveName = name,
        _ id: SubscriptionID = first,
        version: String? = nil,
        isReadOnly: Bool = false,
        life: Duration = .seconds(3600)
    ) {
        #expect(receive(Self.auth("t", version), name) == [Self.job(id, .open(name, token: "t"))])
        let opening = opening(isReadOnly: isReadOnly, life: life)
        #expect(on(.opened(id, opening)) == [Self.send(.auth(.authenticated(isReadOnly: isReadOnly)), name)])
    }

    /// Opens the channel of a heap.
    mutating func openHeap(_ name: LiveName) {
        _ = receive(Self.auth("t"), name)
        let opening = LiveOpening(
            subject: .heap(HeapID(unchecked: "h1")),
            user: Self.user,
            isReadOnly: true,
            expiresAt: now.advanced(by: .seconds(3600))
        )
        #expect(on(.opened(Self.first, opening)) == [Self.send(.auth(.authenticated(isReadOnly: true)), name)])
    }

    static func auth(_ token: String, _ version: String? = nil) -> LiveMessage {
        .auth(.token(token, providerVersion: version))
    }

    static func update(_ byte: UInt8) -> LiveMessage { .sync(.update([byte]), isReply: false) }
    static let applied = LiveMessage.syncStatus(isApplied: true)
    static let refused = LiveMessage.syncStatus(isApplied: false)

    static func send(_ message: LiveMessage, _ name: LiveName = name) -> LiveAction {
        .send(.message(name, message))
    }

    static func job(_ id: SubscriptionID, _ work: LiveJob.Work) -> LiveAction {
        .run(LiveJob(subscription: id, work: work))
    }

    static func apply(_ updates: [UInt8], _ id: SubscriptionID = first) -> LiveAction {
        job(id, .apply(updates.map { [$0] }, target, user))
    }
}
