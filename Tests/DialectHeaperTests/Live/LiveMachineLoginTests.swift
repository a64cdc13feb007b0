import CofferCore
import Testing
import Yjs

@testable import DialectHeaper

@Suite("Heaper: logins on a live socket")
struct LiveMachineLoginTests {
    typealias F = LiveMachineFixture
    private static let vector = LiveMessage.sync(.step1(stateVector: [0]), isReply: false)

    @Test func whatIsPipelinedIsPlayedAgainInOrder() {
        var f = F()
        #expect(f.receive(F.auth("t", "4.5.0")) == [F.job(F.first, .open(F.name, token: "t"))])
        #expect(f.receive(Self.vector) == [])
        #expect(f.receive(F.update(1)) == [])
        #expect(f.receive(.awareness([0])) == [])
        #expect(
            f.on(.opened(F.first, f.opening(awareness: [7]))) == [
                F.send(.auth(.authenticated(isReadOnly: false))),
                F.send(.awareness([7])),
                F.job(F.first, .answer(stateVector: [0], F.target.block)),
                F.job(F.first, .takeStates([0], F.target.block)),
            ]
        )
        #expect(
            f.on(.answered(F.first, LiveAnswer(stateVector: [5], update: [6]))) == [
                F.send(.sync(.step1(stateVector: [5]), isReply: false)),
                F.send(.sync(.step2(update: [6]), isReply: false)),
                F.apply([1]),
            ]
        )
    }

    @Test func framesThatComeBeforeTheLoginWaitForIt() {
        var f = F()
        #expect(f.receive(F.update(1)) == [])
        #expect(f.receive(F.auth("t")) == [F.job(F.first, .open(F.name, token: "t"))])
        #expect(
            f.on(.opened(F.first, f.opening())) == [F.send(.auth(.authenticated(isReadOnly: false))), F.apply([1])]
        )
    }

    @Test func whatADocumentTellsMeanwhileComesAfterTheLogin() {
        var f = F()
        _ = f.receive(F.auth("t"))
        #expect(f.on(.changed(F.first, update: [9])) == [])
        #expect(
            f.on(.opened(F.first, f.opening())) == [
                F.send(.auth(.authenticated(isReadOnly: false))), F.send(F.update(9)),
            ]
        )
    }

    @Test func denialLeavesTheSocketAndTheNextLoginStartsAfresh() {
        var f = F()
        _ = f.receive(F.auth("bad"))
        _ = f.receive(F.update(1))
        #expect(
            f.on(.refused(F.first, reason: "permission-denied")) == [
                F.send(.auth(.denied(reason: "permission-denied")))
            ]
        )
        #expect(f.machine.subscriptions.isEmpty && f.machine.names.isEmpty)
        #expect(f.machine.queuedBytes == 0 && f.machine.queuedFrames == 0)
        f.open(F.name, F.second)
    }

    @Test func aLoginThatWaitsBehindADeniedOneIsChecked() {
        var f = F()
        _ = f.receive(F.auth("bad"))
        _ = f.receive(F.update(1))
        _ = f.receive(F.auth("good"))
        _ = f.receive(F.update(2))
        #expect(
            f.on(.refused(F.first, reason: "deleted")) == [
                F.send(.auth(.denied(reason: "deleted"))), F.job(F.second, .open(F.name, token: "good")),
            ]
        )
        #expect(f.on(.opened(F.second, f.opening())).last == F.apply([2], F.second))
    }

    @Test func sessionsOfOneDocumentAreApart() {
        var f = F()
        let other = LiveName("h1:b1\0s2")
        f.open()
        f.open(other, F.second)
        #expect(f.on(.changed(F.second, update: [1])) == [F.send(F.update(1), other)])
    }

    // MARK: Close

    @Test func aClosedNameOpensAgain() {
        var f = F()
        f.open()
        #expect(
            f.receive(.close(reason: "bye")) == [
                F.send(.close(reason: "provider_initiated")), F.job(F.first, .detach),
            ]
        )
        #expect(f.receive(F.auth("t")) == [])
        #expect(f.receive(Self.vector) == [])
        #expect(f.on(.changed(F.first, update: [1])) == [])
        #expect(f.on(.detached(F.first)) == [F.job(F.second, .open(F.name, token: "t"))])
        #expect(f.on(.opened(F.second, f.opening())).count == 2)
    }

    @Test func closeWaitsForAcknowledgements() {
        var f = F()
        f.open()
        #expect(f.receive(F.update(1)) == [F.apply([1])])
        #expect(f.receive(.close(reason: "")) == [])
        #expect(
            f.on(.applied(F.first, [.applied])) == [
                F.send(F.applied), F.send(.close(reason: "provider_initiated")), F.job(F.first, .detach),
            ]
        )
    }

    @Test func detachWaitsForAwareness() {
        var f = F()
        f.open()
        #expect(f.receive(.awareness([0])) == [F.job(F.first, .takeStates([0], F.target.block))])
        #expect(f.receive(.close(reason: "")) == [F.send(.close(reason: "provider_initiated"))])
        #expect(f.on(.tookStates(F.first, isWellFormed: true)) == [F.job(F.first, .detach)])
        #expect(f.on(.detached(F.first)) == [])
        #expect(f.machine.subscriptions.isEmpty)
    }

    @Test func closeWithoutALoginIsAnsweredToo() {
        var f = F()
        #expect(f.receive(.close(reason: "")) == [F.send(.close(reason: "provider_initiated"))])
        _ = f.receive(F.update(1))
        #expect(f.receive(.close(reason: "")) == [F.send(.close(reason: "provider_initiated"))])
        #expect(f.machine.subscriptions.isEmpty && f.machine.queuedFrames == 0)
    }

    @Test func aDocumentThatIsGoneClosesItsName() {
        var f = F()
        f.open()
        _ = f.receive(F.update(1))
        _ = f.receive(F.update(2))
        #expect(f.on(.gone(F.first, reason: "deleted")) == [F.send(.close(reason: "deleted"))])
        #expect(f.on(.gone(F.first, reason: "deleted")) == [])
        #expect(f.on(.applied(F.first, [.deleted])) == [F.job(F.first, .detach)])
        #expect(f.on(.detached(F.first)) == [])
        #expect(f.machine.pendingBytes == 0 && f.machine.pendingUpdates == 0)
    }

    @Test func aDocumentMayBeGoneBeforeItsOpeningIsTold() {
        var f = F()
        _ = f.receive(F.auth("t"))
        #expect(f.on(.gone(F.first, reason: "deleted")) == [F.send(.close(reason: "deleted"))])
        #expect(f.on(.opened(F.first, f.opening())) == [F.job(F.first, .detach)])
        #expect(f.on(.detached(F.first)) == [])
        #expect(f.machine.checks == 0)
    }

    // MARK: Newer tokens

    @Test func aNewerTokenIsCheckedAndSaysNothing() {
        var f = F()
        f.open(life: .seconds(100))
        #expect(f.receive(F.auth("new")) == [F.job(F.first, .verify(token: "new", F.user))])
        let later = f.now.advanced(by: .seconds(500))
        #expect(f.on(.verified(F.first, expiresAt: later)) == [])
        #expect(!f.pass(.seconds(161)).contains(F.send(.close(reason: "token-expired"))))
    }

    @Test func ofTokensThatComeTogetherTheNewestCounts() {
        var f = F()
        f.open()
        _ = f.receive(F.auth("a"))
        #expect(f.receive(F.auth("b")) == [])
        #expect(f.receive(F.auth("c")) == [])
        let later = f.now.advanced(by: .seconds(500))
        #expect(f.on(.verified(F.first, expiresAt: later)) == [F.job(F.first, .verify(token: "c", F.user))])
        #expect(f.on(.verified(F.first, expiresAt: later)) == [])
    }

    @Test func anInvalidNewerTokenEndsTheName() {
        var f = F()
        f.open()
        _ = f.receive(F.auth("bad"))
        #expect(
            f.on(.verified(F.first, expiresAt: nil)) == [
                F.send(.close(reason: "permission-denied")), F.job(F.first, .detach),
            ]
        )
    }

    @Test func anExpiredTokenIsAskedForAndThenEndsTheName() {
        var f = F()
        f.open(life: .seconds(100))
        _ = f.pass(.seconds(99))
        #expect(f.pass(.seconds(1)).first == F.send(.auth(.tokenWanted)))
        #expect(!f.pass(.seconds(59)).contains(F.send(.auth(.tokenWanted))))
        #expect(f.pass(.seconds(1)).prefix(2) == [F.send(.close(reason: "token-expired")), F.job(F.first, .detach)])
    }

    // MARK: Limits

    private static let small = {
        var limits = LiveLimits()
        limits.maxQueuedBytes = 1000
        limits.maxQueuedFrames = 10
        limits.maxWaitingNames = 3
        limits.maxNames = 5
        limits.maxChecks = 2
        return limits
    }()

    private static let reset = LiveAction.close(.resetConnection, dropping: false)

    @Test func tooManyFramesWithoutALoginEndTheSocket() {
        var f = F(Self.small)
        for _ in 0..<10 { #expect(f.receive(.queryAwareness) == []) }
        #expect(f.receive(.queryAwareness) == [Self.reset])
        #expect(f.receive(.queryAwareness) == [])
    }

    @Test func tooManyBytesWithoutALoginEndTheSocket() {
        var f = F(Self.small)
        #expect(f.receive(.awareness(.init(repeating: 0, count: 600))) == [])
        #expect(f.receive(.awareness(.init(repeating: 0, count: 600))) == [Self.reset])
    }

    @Test func tooManyNamesWithoutALoginEndTheSocket() {
        var f = F(Self.small)
        for number in 1...3 { #expect(f.receive(.queryAwareness, LiveName("h:\(number)")) == []) }
        #expect(f.receive(.queryAwareness, LiveName("h:4")) == [Self.reset])
    }

    @Test func readingRestsWhileManyLoginsAreChecked() {
        var f = F(Self.small)
        #expect(f.machine.mayRead)
        _ = f.receive(F.auth("t"), LiveName("h:1"))
        #expect(f.machine.mayRead)
        _ = f.receive(F.auth("t"), LiveName("h:2"))
        #expect(!f.machine.mayRead)
        _ = f.on(.refused(F.first, reason: "deleted"))
        #expect(f.machine.mayRead)
        for _ in 0..<5 { _ = f.receive(.queryAwareness, LiveName("h:2")) }
        #expect(!f.machine.mayRead)
        _ = f.on(.opened(F.second, f.opening()))
        #expect(f.machine.mayRead)
    }

    @Test func openNamesAreLimitedToo() {
        var f = F(Self.small)
        for number in 1...5 { f.open(LiveName("h:\(number)"), SubscriptionID(number: number)) }
        let name = LiveName("h:6")
        #expect(f.receive(.queryAwareness, name) == [])
        #expect(f.receive(F.auth("t"), name) == [F.send(.auth(.denied(reason: "too-many-documents")), name)])
    }

    @Test func nobodyMayStandThereWithoutALogin() {
        var f = F()
        #expect(f.pass(.seconds(59)) == [])
        #expect(f.pass(.seconds(1)) == [.close(.connectionTimeout, dropping: false)])
    }

    @Test func whoEverLoggedInMayStay() {
        var f = F()
        f.open()
        _ = f.receive(.close(reason: ""))
        _ = f.on(.detached(F.first))
        #expect(f.pass(.seconds(120)) == [])
    }

    @Test func storageThatFailsEndsTheSocket() {
        var f = F()
        _ = f.receive(F.auth("t"))
        #expect(f.on(.failed(F.first, .login)) == [Self.reset])
        #expect(f.machine.checks == 0 && f.machine.subscriptions.isEmpty)
    }
}
