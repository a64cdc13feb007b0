import CofferCore
import CofferTesting
import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: awareness")
struct DocumentAwarenessTests {
    private static let block = BlockID(unchecked: "BLOCK")

    private func message(_ client: UInt64, _ clock: UInt64, _ state: String? = "{}") -> [UInt8] {
        Awareness.encode([.init(client: client, clock: clock, state: state)])
    }

    private func states(_ message: [UInt8]?) throws -> [UInt64] {
        try message.map { try Awareness.decode($0).map(\.client) } ?? []
    }

    @Test func statesAreToldToAllAndToWhoComesLater() async throws {
        try await DocumentFixture.run { fixture async throws in
            let (one, other) = (RecordingListener(), RecordingListener())
            #expect(try await fixture.hub.attach(one, to: fixture.target()).awareness == nil)
            try await fixture.hub.applyAwareness(message(7, 1), from: one, to: Self.block)
            #expect(one.awareness == [message(7, 1)])
            #expect(try await fixture.hub.attach(other, to: fixture.target()).awareness == message(7, 1))
            try await fixture.hub.applyAwareness(message(7, 1), from: one, to: Self.block)
            #expect(one.awareness.count == 1)
            await #expect(throws: YjsError.self) {
                try await fixture.hub.applyAwareness([1, 2], from: one, to: Self.block)
            }
        }
    }

    @Test func whoLeavesTakesTheirStatesAlong() async throws {
        try await DocumentFixture.run { fixture async throws in
            let (one, other) = (RecordingListener(), RecordingListener())
            for listener in [one, other] { _ = try await fixture.hub.attach(listener, to: fixture.target()) }
            try await fixture.hub.applyAwareness(message(7, 1), from: one, to: Self.block)
            try await fixture.hub.applyAwareness(message(8, 1), from: other, to: Self.block)
            await fixture.hub.detach(one, from: Self.block)
            #expect(other.awareness.last == message(7, 1, nil))
            #expect(try states(await fixture.hub.awareness(of: Self.block)) == [8])
            await fixture.hub.detach(other, from: Self.block)
            #expect(await fixture.hub.awareness(of: Self.block) == nil)
            try await fixture.hub.applyAwareness(message(9, 1), from: one, to: Self.block)
            #expect(await fixture.hub.awareness(of: Self.block) == nil)
        }
    }

    @Test func clientThatCameBackOtherwiseStays() async throws {
        try await DocumentFixture.run { fixture async throws in
            let (old, new) = (RecordingListener(), RecordingListener())
            for listener in [old, new] { _ = try await fixture.hub.attach(listener, to: fixture.target()) }
            try await fixture.hub.applyAwareness(message(7, 1), from: old, to: Self.block)
            try await fixture.hub.applyAwareness(message(7, 2), from: new, to: Self.block)
            await fixture.hub.detach(old, from: Self.block)
            #expect(await fixture.hub.awareness(of: Self.block) == message(7, 2))
        }
    }

    @Test func statesThatNobodyRenewsExpire() async throws {
        try await DocumentFixture.run { fixture async throws in
            let one = RecordingListener()
            _ = try await fixture.hub.attach(one, to: fixture.target())
            try await fixture.hub.applyAwareness(message(7, 1), from: one, to: Self.block)
            fixture.clock.advance(by: .seconds(20))
            try await fixture.hub.applyAwareness(message(8, 1), from: one, to: Self.block)
            #expect(fixture.hub.counts.aware == 1)
            fixture.clock.advance(by: .seconds(10))
            await fixture.parts.keeper.tidy()
            #expect(one.awareness.last == message(7, 1, nil))
            fixture.clock.advance(by: .seconds(20))
            await fixture.parts.keeper.tidy()
            #expect(await fixture.hub.awareness(of: Self.block) == nil)
            #expect(fixture.hub.counts.aware == 0)
        }
    }

    @Test func statesMustBeJSON() async throws {
        try await DocumentFixture.run { fixture async throws in
            let one = RecordingListener()
            _ = try await fixture.hub.attach(one, to: fixture.target())
            for text in ["", "{", "{a:1}", "undefined", "1 2", "nul"] {
                await #expect(throws: YjsError.self) {
                    try await fixture.hub.applyAwareness(message(7, 1, text), from: one, to: Self.block)
                }
            }
            #expect(one.awareness == [])
            for (clock, text) in [#"{"a":"\ud800"}"#, "[]", "1e999", "\"x\""].enumerated() {
                let message = message(7, UInt64(clock) + 1, text)
                try await fixture.hub.applyAwareness(message, from: one, to: Self.block)
                #expect(one.awareness.last == message)
            }
            // However it is written.
            try await fixture.hub.applyAwareness(message(7, 9, " null"), from: one, to: Self.block)
            #expect(one.awareness.last == message(7, 9, nil))
            #expect(await fixture.hub.awareness(of: Self.block) == nil)
        }
    }

    @Test func oneListenerBringsAFewStatesOfBoundedSize() throws {
        var table = AwarenessTable()
        let listener = RecordingListener()
        let now = Timestamp(milliseconds: 0)
        let many = Awareness.encode((1...100).map { .init(client: $0, clock: 1, state: "{}") })
        let taken = try table.apply(many, from: ObjectIdentifier(listener), at: now)
        #expect(try states(taken).count == AwarenessTable.maxClientsPerListener)
        let renewed = try table.apply(message(1, 2), from: ObjectIdentifier(listener), at: now)
        #expect(renewed == message(1, 2))
        let large = message(2, 2, "\"" + String(repeating: "x", count: AwarenessTable.maxStateBytes) + "\"")
        #expect(try table.apply(large, from: ObjectIdentifier(listener), at: now) == nil)
        #expect(try states(table.remove(ObjectIdentifier(listener))).count == AwarenessTable.maxClientsPerListener)
        #expect(table.isEmpty && table.message == nil)
    }
}
