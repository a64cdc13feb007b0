import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: documents on a live socket")
struct LiveMachineSyncTests {
    typealias F = LiveMachineFixture
    private static let reset = LiveAction.close(.resetConnection, dropping: false)

    @Test func updatesThatComeWhileOthersAreStoredMakeTheNextBatch() {
        var f = F()
        f.open()
        #expect(f.receive(F.update(1)) == [F.apply([1])])
        #expect(f.receive(F.update(2)) == [])
        #expect(f.receive(.sync(.step2(update: [3]), isReply: false)) == [])
        #expect(f.on(.applied(F.first, [.applied])) == [F.send(F.applied), F.apply([2, 3])])
        #expect(f.on(.applied(F.first, [.unchanged, .applied])) == [F.send(F.applied), F.send(F.applied)])
        #expect(f.machine.pendingBytes == 0 && f.machine.pendingUpdates == 0)
    }

    @Test func batchesHaveBounds() {
        var limits = LiveLimits()
        limits.maxBatchUpdates = 2
        var f = F(limits)
        f.open()
        for number in 1...4 { _ = f.receive(F.update(UInt8(number))) }
        #expect(f.on(.applied(F.first, [.applied])).last == F.apply([2, 3]))
        #expect(f.on(.applied(F.first, [.applied, .applied])).last == F.apply([4]))
    }

    @Test func oneUpdateAloneMayBeLargerThanABatch() {
        var limits = LiveLimits()
        limits.maxBatchBytes = 2
        var f = F(limits)
        f.open()
        #expect(f.receive(.sync(.update([1, 2, 3]), isReply: false)).count == 1)
        _ = f.receive(F.update(4))
        _ = f.receive(.sync(.update([5, 6, 7]), isReply: false))
        #expect(f.on(.applied(F.first, [.applied])).last == F.apply([4]))
        #expect(f.on(.applied(F.first, [.applied])).last == F.job(F.first, .apply([[5, 6, 7]], F.target, F.user)))
    }

    @Test func refusedUpdatesAreNotAcknowledgedAsApplied() {
        var f = F()
        f.open()
        for number in 1...5 { _ = f.receive(F.update(UInt8(number))) }
        _ = f.on(.applied(F.first, [.invalid("x")]))
        let sent = f.on(.applied(F.first, [.tooLarge, .invalid("z"), .applied, .invalid("y")]))
        #expect(sent == [F.refused, F.refused, F.applied, F.refused].map { F.send($0) })
    }

    @Test func aNameOfAPurgedBlockIsClosed() {
        var f = F()
        f.open()
        for number in 1...3 { _ = f.receive(F.update(UInt8(number))) }
        #expect(
            f.on(.applied(F.first, [.deleted])) == [
                F.send(F.refused), F.send(.close(reason: "deleted")), F.job(F.first, .detach),
            ]
        )
        #expect(f.machine.pendingBytes == 0 && f.machine.pendingUpdates == 0)
    }

    @Test func documentsDoNotWaitForEachOther() {
        var f = F()
        f.open()
        f.open(LiveName("h1:b2"), F.second)
        #expect(f.receive(F.update(1)) == [F.apply([1])])
        #expect(f.receive(F.update(2), LiveName("h1:b2")) == [F.apply([2], F.second)])
    }

    @Test func aStepOneWaitsForTheUpdatesBeforeIt() {
        var f = F()
        f.open()
        _ = f.receive(F.update(1))
        #expect(f.receive(.sync(.step1(stateVector: [0]), isReply: true)) == [])
        _ = f.receive(F.update(2))
        #expect(
            f.on(.applied(F.first, [.applied])) == [
                F.send(F.applied), F.job(F.first, .answer(stateVector: [0], F.target.block)),
            ]
        )
        // A reply asks for no further step 1.
        #expect(
            f.on(.answered(F.first, LiveAnswer(stateVector: [5], update: [6]))) == [
                F.send(.sync(.step2(update: [6]), isReply: false)), F.apply([2]),
            ]
        )
    }

    @Test func aMalformedStateVectorClosesTheName() {
        var f = F()
        f.open()
        _ = f.receive(.sync(.step1(stateVector: [9]), isReply: false))
        #expect(
            f.on(.answered(F.first, nil)) == [F.send(.close(reason: "Reset Connection")), F.job(F.first, .detach)]
        )
    }

    @Test func whoMayOnlyReadChangesNothing() {
        var f = F()
        f.open(isReadOnly: true)
        #expect(f.receive(F.update(1)) == [F.send(F.refused)])
        let stepTwo = LiveMessage.sync(.step2(update: [2]), isReply: false)
        #expect(f.receive(stepTwo) == [F.job(F.first, .compare([2], F.target.block))])
        #expect(f.receive(F.update(3)) == [])
        #expect(f.on(.compared(F.first, isCovered: true)) == [F.send(F.applied), F.send(F.refused)])
        _ = f.receive(stepTwo)
        #expect(f.on(.compared(F.first, isCovered: false)) == [F.send(F.refused)])
        #expect(f.receive(.awareness([0])) == [F.job(F.first, .takeStates([0], F.target.block))])
    }

    @Test func storageThatFailsIsToldForEachUpdate() {
        var f = F()
        f.open()
        _ = f.receive(F.update(1))
        #expect(f.on(.failed(F.first, .sync)) == [F.send(F.refused), Self.reset])
    }

    @Test func readingRestsWhileMuchIsStored() {
        var limits = LiveLimits()
        limits.maxPendingUpdates = 3
        var f = F(limits)
        f.open()
        for number in 1...3 { _ = f.receive(F.update(UInt8(number))) }
        #expect(!f.machine.mayRead)
        _ = f.on(.applied(F.first, [.applied]))
        #expect(f.machine.mayRead)
    }

    // MARK: Awareness

    @Test func statesAreTakenOneAfterTheOther() {
        var f = F()
        f.open()
        #expect(f.receive(.awareness([1])) == [F.job(F.first, .takeStates([1], F.target.block))])
        #expect(f.receive(.queryAwareness) == [])
        #expect(f.on(.tookStates(F.first, isWellFormed: true)) == [F.job(F.first, .readStates(F.target.block))])
        #expect(f.on(.readStates(F.first, [5])) == [F.send(.awareness([5]))])
        _ = f.receive(.queryAwareness)
        #expect(f.on(.readStates(F.first, nil)) == [F.send(.awareness([0]))])
    }

    @Test func whatOthersShowIsPassedOn() {
        var f = F()
        f.open()
        #expect(f.on(.awarenessChanged(F.first, [4])) == [F.send(.awareness([4]))])
    }

    @Test func malformedStatesCloseTheName() {
        var f = F()
        f.open()
        _ = f.receive(.awareness([9]))
        #expect(
            f.on(.tookStates(F.first, isWellFormed: false)) == [
                F.send(.close(reason: "Reset Connection")), F.job(F.first, .detach),
            ]
        )
    }

    @Test func tooLargeStatesCloseTheName() {
        var f = F()
        f.open()
        let large = [UInt8](repeating: 0, count: f.machine.limits.maxAwarenessBytes + 1)
        #expect(f.receive(.awareness(large)).first == F.send(.close(reason: "Reset Connection")))
    }

    @Test func ofStatesThatPileUpTheOldestAreDropped() {
        var limits = LiveLimits()
        limits.maxPendingStates = 2
        var f = F(limits)
        f.open()
        for number in 1...4 { _ = f.receive(.awareness([UInt8(number)])) }
        let rest = [3, 4].map { F.job(F.first, .takeStates([$0], F.target.block)) }
        #expect(f.on(.tookStates(F.first, isWellFormed: true)) == [rest[0]])
        #expect(f.on(.tookStates(F.first, isWellFormed: true)) == [rest[1]])
    }

    // MARK: Frames that should not come

    @Test func statelessIsNotFannedOut() {
        var f = F()
        f.open()
        #expect(f.receive(.stateless("x")) == [])
    }

    @Test func aBroadcastOfServersIsRefused() {
        var f = F()
        f.open()
        #expect(
            f.receive(.broadcastStateless) == [F.send(.close(reason: "Reset Connection")), F.job(F.first, .detach)]
        )
        #expect(!f.machine.isOver)
    }

    @Test func unknownFramesAreIgnored() {
        var f = F()
        f.open()
        #expect(f.receive(.unknown(99)) == [])
        #expect(f.receive(F.applied) == [])
        #expect(f.receive(.unknown(99), LiveName("h:new")) == [])
        #expect(f.machine.subscriptions.count == 1)
    }

    @Test func unreadableFramesEndTheSocket() {
        for bytes in [[], [0xFF], [200, 1]] as [[UInt8]] {
            var f = F()
            #expect(f.on(.received(bytes)) == [.close(.unauthorized, dropping: false)])
            #expect(f.on(.received([9])) == [])
        }
        var f = F()
        #expect(f.on(.receivedText) == [.close(.unauthorized, dropping: false)])
    }

    @Test func aBrokenLoginEndsTheSocket() {
        var f = F()
        #expect(f.on(.received([1, 0x61, 2, 7])) == [Self.reset])
        for auth in [LiveAuth.tokenWanted, .denied(reason: "x"), .authenticated(isReadOnly: true)] {
            var f = F()
            #expect(f.receive(.auth(auth)) == [Self.reset])
        }
    }

    @Test func anUnknownKindOfSyncClosesTheName() {
        var f = F()
        f.open()
        let bytes = [UInt8(F.name.bytes.count)] + F.name.bytes + [0, 3, 0]
        #expect(f.on(.received(bytes)) == [F.send(.close(reason: "Reset Connection")), F.job(F.first, .detach)])
        #expect(f.on(.received([1, 0x61, 1])) == [F.send(.close(reason: "Reset Connection"), LiveName("a"))])
    }

    @Test func pingsAreAnsweredAndPongsTaken() {
        var f = F()
        #expect(f.on(.received([9])) == [.send(.pong)])
        #expect(f.on(.received([10])) == [])
    }

    // MARK: Silence

    @Test func newProvidersArePinged() {
        var f = F()
        f.open(version: "4.5.0")
        #expect(f.pass(.seconds(19)) == [])
        #expect(f.pass(.seconds(1)) == [.send(.ping)])
        #expect(f.pass(.seconds(19)) == [])
        #expect(f.pass(.seconds(1)) == [.send(.ping)])
    }

    @Test func oldProvidersAreAskedForTheirStates() {
        var f = F()
        f.open()
        f.open(LiveName("h1:b2"), F.second)
        #expect(f.pass(.seconds(20)) == [F.send(.queryAwareness)])
        _ = f.receive(.close(reason: ""))
        #expect(f.pass(.seconds(20)) == [F.send(.queryAwareness, LiveName("h1:b2"))])
    }

    @Test func whoHearsSomethingIsNotAsked() {
        var f = F()
        f.open()
        _ = f.pass(.seconds(15))
        _ = f.on(.awarenessChanged(F.first, [4]))
        #expect(f.pass(.seconds(15)) == [])
    }

    // MARK: Heaps

    @Test func aHeapsChannelHasAnEmptyDocument() {
        var f = F()
        let name = LiveName("workspace/h1")
        f.openHeap(name)
        #expect(
            f.receive(.sync(.step1(stateVector: [0]), isReply: false), name) == [
                F.send(.sync(.step1(stateVector: [0]), isReply: false), name),
                F.send(.sync(.step2(update: [0, 0]), isReply: false), name),
            ]
        )
        #expect(f.receive(.sync(.step2(update: [0, 0]), isReply: false), name) == [F.send(F.applied, name)])
        #expect(f.receive(.sync(.step2(update: [1]), isReply: false), name) == [F.send(F.refused, name)])
        #expect(f.receive(F.update(1), name) == [F.send(F.refused, name)])
        #expect(f.receive(.awareness([0]), name) == [F.send(.awareness([0]), name)])
        #expect(f.receive(.queryAwareness, name) == [F.send(.awareness([0]), name)])
        #expect(f.on(.told(F.first, "{}")) == [F.send(.stateless("{}"), name)])
        #expect(f.receive(.stateless("{}"), name) == [])
        #expect(f.machine.pendingUpdates == 0)
        #expect(f.on(.gone(F.first, reason: "deleted")).first == F.send(.close(reason: "deleted"), name))
    }

    @Test func aHeapsChannelIsClosedLikeOthers() {
        var f = F()
        let name = LiveName("workspace/h1")
        f.openHeap(name)
        #expect(
            f.receive(.close(reason: ""), name) == [
                F.send(.close(reason: "provider_initiated"), name), F.job(F.first, .detach),
            ]
        )
        #expect(f.receive(.awareness([1, 2]), name) == [])
    }

    @Test func malformedFramesCloseAHeapsChannel() {
        for message in [LiveMessage.awareness([5]), .sync(.step1(stateVector: [7]), isReply: false)] {
            var f = F()
            let name = LiveName("workspace/h1")
            f.openHeap(name)
            #expect(f.receive(message, name).first == F.send(.close(reason: "Reset Connection"), name))
        }
    }

    // MARK: Ends

    /// Who closes a tab has sent the last edits just before.
    @Test func whatWasReceivedIsStoredAfterTheEnd() {
        var f = F()
        _ = f.receive(F.auth("t"))
        _ = f.receive(F.update(1))
        _ = f.receive(F.update(2))
        #expect(f.on(.ended) == [])
        #expect(!f.machine.isDone)
        #expect(f.on(.opened(F.first, f.opening())) == [F.apply([1])])
        #expect(f.on(.applied(F.first, [.applied])) == [F.apply([2])])
        #expect(!f.machine.isDone)
        #expect(f.on(.applied(F.first, [.applied])) == [])
        #expect(f.machine.isDone)
    }

    @Test func whoDoesNotReadIsSentAway() {
        var f = F()
        f.open()
        #expect(f.on(.fellBehind) == [.close(.resetConnection, dropping: true)])
        #expect(f.on(.changed(F.first, update: [1])) == [])
        #expect(f.on(.fellBehind) == [])
    }
}
