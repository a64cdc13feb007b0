import Testing

@testable import Yjs

@Suite("Awareness")
struct AwarenessTests {
    private func entry(_ client: UInt64, _ clock: UInt64, _ state: String?) -> Awareness.Entry {
        Awareness.Entry(client: client, clock: clock, state: state)
    }

    @Test func writtenAndReadAgain() throws {
        let entries = [entry(300, 1, #"{"name":"Zoë"}"#), entry(5, 7, nil)]
        let bytes = hex("02 ac02 01 0f") + Array(#"{"name":"Zoë"}"#.utf8) + hex("05 07 04 6e756c6c")
        #expect(Awareness.encode(entries) == bytes)
        #expect(try Awareness.decode(bytes) == entries)
        #expect(Awareness.encode([]) == [0])
        #expect(try Awareness.decode([0]) == [])
    }

    @Test func jsonIsForwardedAsItCame() throws {
        let text = "{ \"a\" : 1.0 , \"a\": [] }"
        let entries = try Awareness.decode(Awareness.encode([entry(1, 1, text)]))
        #expect(entries.first?.state == text)
    }

    private static let malformed: [(String, YjsError)] = [
        ("", .unexpectedEnd(offset: 0)),
        ("01", .countExceedsInput(offset: 0)),
        ("02 01 01 02 7b7d 01 01", .unexpectedEnd(offset: 8)),
        ("01 01 01 03 7b7d", .countExceedsInput(offset: 3)),
        ("01 01 01 01 ff", .invalidUTF8(offset: 4)),
        ("01 01 ff ff ff ff ff ff ff 10 00", .integerTooLarge(offset: 2)),
        ("00 00", .trailingBytes(offset: 1)),
    ]

    @Test(arguments: malformed)
    func malformedMessages(_ bytes: String, _ error: YjsError) {
        #expect(throws: error) { try Awareness.decode(hex(bytes)) }
    }

    @Test func onlyNewerClocksCount() {
        var table = Awareness()
        #expect(table.apply([entry(1, 2, "a")], now: .zero).count == 1)
        #expect(table.apply([entry(1, 2, "b")], now: .zero).isEmpty)
        #expect(table.apply([entry(1, 1, "b")], now: .zero).isEmpty)
        #expect(table.entries == [entry(1, 2, "a")])
        #expect(table.apply([entry(1, 3, "b")], now: .zero) == [entry(1, 3, "b")])
        #expect(table.entries == [entry(1, 3, "b")])
    }

    @Test func aFirstEntryWithClockZeroIsIgnored() {
        var table = Awareness()
        #expect(table.apply([entry(1, 0, "a"), entry(2, 0, nil)], now: .zero).isEmpty)
        #expect(table.entries.isEmpty)
    }

    @Test func aRemovalMayHaveTheClockOfTheState() {
        var table = Awareness()
        _ = table.apply([entry(1, 2, "a")], now: .zero)
        #expect(table.apply([entry(1, 1, nil)], now: .zero).isEmpty)
        #expect(table.apply([entry(1, 2, nil)], now: .zero) == [entry(1, 2, nil)])
        #expect(table.entries.isEmpty)
        #expect(table.apply([entry(1, 2, nil)], now: .zero).isEmpty)
    }

    @Test func theClockStaysKnownAfterARemoval() {
        var table = Awareness()
        _ = table.apply([entry(1, 5, "a"), entry(1, 6, nil)], now: .zero)
        #expect(table.apply([entry(1, 6, "b")], now: .zero).isEmpty)
        #expect(table.apply([entry(1, 7, "b")], now: .zero).count == 1)
    }

    @Test func aRemovalOfAnUnknownClientIsRemembered() {
        var table = Awareness()
        #expect(table.apply([entry(1, 5, nil)], now: .zero) == [entry(1, 5, nil)])
        #expect(table.apply([entry(1, 5, "a")], now: .zero).isEmpty)
    }

    @Test func entriesAreOrderedByClient() {
        var table = Awareness()
        _ = table.apply([entry(9, 1, "a"), entry(1, 1, "b"), entry(5, 1, nil)], now: .zero)
        #expect(table.entries.map(\.client) == [1, 9])
    }

    @Test func statesLiveForThirtySeconds() {
        var table = Awareness()
        _ = table.apply([entry(1, 1, "a"), entry(2, 1, "b")], now: .zero)
        _ = table.apply([entry(2, 2, "b")], now: .seconds(15))
        #expect(table.removeExpired(now: .seconds(29)).isEmpty)
        #expect(table.removeExpired(now: .seconds(30)) == [entry(1, 1, nil)])
        #expect(table.removeExpired(now: .seconds(30)).isEmpty)
        #expect(table.removeExpired(now: .seconds(45)) == [entry(2, 2, nil)])
        #expect(table.entries.isEmpty)
    }

    @Test func leavingClientsAreRemovedOnce() {
        var table = Awareness()
        _ = table.apply([entry(1, 4, "a")], now: .zero)
        #expect(table.remove([1, 2]) == [entry(1, 4, nil)])
        #expect(table.remove([1]).isEmpty)
        #expect(table.apply([entry(1, 5, "a")], now: .zero).count == 1)
    }

    @Test func onlySoManyClientsAreRemembered() {
        var table = Awareness(maxClients: 2)
        #expect(
            table.apply([entry(1, 1, "a"), entry(2, 1, nil), entry(3, 1, "c")], now: .zero).map(\.client) == [1, 2]
        )
        #expect(table.apply([entry(1, 2, "a")], now: .zero).count == 1)
    }
}
