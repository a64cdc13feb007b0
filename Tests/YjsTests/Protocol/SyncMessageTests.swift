import Testing

@testable import Yjs

@Suite("Sync messages")
struct SyncMessageTests {
    private static let forms: [(String, SyncMessage)] = [
        ("00 01 00", .step1(stateVector: [0])),
        ("00 03 01 4d 02", .step1(stateVector: [1, 0x4D, 2])),
        ("01 02 00 00", .step2(update: [0, 0])),
        ("02 02 00 00", .update([0, 0])),
        ("02 00", .update([])),
    ]

    @Test(arguments: forms)
    func bothWays(_ bytes: String, _ message: SyncMessage) throws {
        #expect(try SyncMessage(decoding: hex(bytes)) == message)
        #expect(message.encoded() == hex(bytes))
    }

    private static let malformed: [(String, YjsError)] = [
        ("", .unexpectedEnd(offset: 0)),
        ("00", .unexpectedEnd(offset: 1)),
        ("00 02 00", .countExceedsInput(offset: 1)),
        ("03 00", .invalidTag(3, offset: 0)),
        ("ff 01 00", .invalidTag(255, offset: 0)),
        ("00 01 00 00", .trailingBytes(offset: 3)),
        ("01 ff ff ff ff ff ff ff ff 01", .integerTooLarge(offset: 1)),
    ]

    @Test(arguments: malformed)
    func malformedMessages(_ bytes: String, _ error: YjsError) {
        #expect(throws: error) { try SyncMessage(decoding: hex(bytes)) }
    }

    @Test func messagesFollowEachOtherInALargerOne() throws {
        var decoder = Lib0Decoder(hex("00 01 00 02 02 00 00 09"))
        #expect(try SyncMessage(from: &decoder) == .step1(stateVector: [0]))
        #expect(try SyncMessage(from: &decoder) == .update([0, 0]))
        #expect(decoder.remaining == 1)
    }

    @Test func step1IsAnsweredEvenIfNothingIsMissing() throws {
        var document = YDocument()
        let outcome = try document.receive(.step1(stateVector: [0]))
        #expect(outcome == YDocument.SyncOutcome(answer: .step2(update: [0, 0]), change: nil))
    }

    @Test func step1IsAnsweredWithWhatIsMissing() throws {
        var document = try YDocument(state: WorkedUpdate.insertHi)
        let outcome = try document.receive(.step1(stateVector: hex("01 4d 01")))
        #expect(outcome.answer == .step2(update: hex("01 01 4d 01 84 4d 00 01 69 00")))
    }

    @Test func updatesAreAppliedWithoutAnAnswer() throws {
        for message in [SyncMessage.step2(update: WorkedUpdate.insertHi), .update(WorkedUpdate.insertHi)] {
            var document = YDocument()
            let outcome = try document.receive(message)
            #expect(outcome.answer == nil)
            #expect(outcome.change?.roots == ["t"])
            #expect(document.text(of: .root("t")) == "hi")
        }
    }

    @Test func twoDocumentsComeToTheSameState() throws {
        var (one, other) = (YDocument(), YDocument())
        try one.edit(as: 1) { (edit) throws(YjsError) in try edit.insert("left", at: 0, in: .root("t")) }
        try other.edit(as: 2) { (edit) throws(YjsError) in try edit.insert("right", at: 0, in: .root("t")) }
        let answer = try #require(try other.receive(.step1(stateVector: one.stateVector.encoded())).answer)
        let back = try #require(try one.receive(.step1(stateVector: other.stateVector.encoded())).answer)
        _ = try one.receive(answer)
        _ = try other.receive(back)
        #expect(one.encodeState() == other.encodeState())
        #expect(one.text(of: .root("t")) == "leftright")
    }

    @Test func malformedContentsLeaveTheDocumentAlone() throws {
        var document = try YDocument(state: WorkedUpdate.insertHi)
        #expect(throws: YjsError.trailingBytes(offset: 1)) { try document.receive(.step1(stateVector: [0, 0])) }
        #expect(throws: YjsError.unexpectedEnd(offset: 0)) { try document.receive(.update([])) }
        #expect(throws: YjsError.countExceedsInput(offset: 0)) { try document.receive(.step2(update: [7])) }
        #expect(document.encodeState() == WorkedUpdate.insertHi)
    }
}
