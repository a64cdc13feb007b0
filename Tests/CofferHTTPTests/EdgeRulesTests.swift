import Testing

@testable import CofferHTTP

@Suite("EdgeRules.State")
struct EdgeRulesTests {
    /// A request whose head, and perhaps end, was read.
    private func state(hasUpgrade: Bool = false, isWhole: Bool) -> EdgeRules.State {
        var state = EdgeRules.State()
        state.readHead(hasUpgrade: hasUpgrade)
        if isWhole { state.readEnd() }
        return state
    }

    @Test(arguments: [200, 204, 302, 404, 500])
    func answerToAWholeRequestGoesOn(status: Int) {
        var state = state(isWhole: true)
        let closes = state.writeHead(status: status, asksToClose: false)
        #expect(!closes)
        let action = state.writeEnd()
        #expect(action == .goOn)
    }

    @Test func answerThatAsksToCloseCloses() {
        var state = state(isWhole: true)
        let closes = state.writeHead(status: 200, asksToClose: true)
        #expect(closes)
        let action = state.writeEnd()
        #expect(action == .close)
    }

    @Test(arguments: [400, 413, 507])
    func errorBeforeTheWholeBodyLingers(status: Int) {
        var state = state(isWhole: false)
        let closes = state.writeHead(status: status, asksToClose: false)
        #expect(closes)
        let action = state.writeEnd()
        #expect(action == .linger)
        #expect(state.bytesToLinger == 32 * 1024 * 1024)
    }

    /// What is no request has no end that could be waited for.
    @Test func errorToWhatIsNoRequestLingers() {
        var state = EdgeRules.State()
        state.readFailed()
        let closes = state.writeHead(status: 400, asksToClose: true)
        #expect(closes)
        let action = state.writeEnd()
        #expect(action == .linger)
    }

    @Test func successBeforeTheWholeBodyGoesOn() {
        var state = state(isWhole: false)
        let closes = state.writeHead(status: 200, asksToClose: false)
        #expect(!closes)
        let action = state.writeEnd()
        #expect(action == .goOn)
    }

    @Test func upgradeThatIsNotTakenClosesTheConnection() {
        var refused = state(hasUpgrade: true, isWhole: true)
        let closes = refused.writeHead(status: 200, asksToClose: false)
        #expect(closes)
        let action = refused.writeEnd()
        #expect(action == .close)
        var taken = state(hasUpgrade: true, isWhole: true)
        let closesThen = taken.writeHead(status: 101, asksToClose: false)
        #expect(!closesThen)
        let actionThen = taken.writeEnd()
        #expect(actionThen == .goOn)
    }

    @Test func interimAnswerDecidesNothing() {
        var state = state(isWhole: false)
        let closes = state.writeHead(status: 100, asksToClose: false)
        #expect(!closes)
        let closesThen = state.writeHead(status: 413, asksToClose: false)
        #expect(closesThen)
    }

    @Test func bodyThatArrivesWhileTheErrorIsWrittenNeedsNoLingering() {
        var state = state(isWhole: false)
        let closes = state.writeHead(status: 400, asksToClose: false)
        #expect(closes)
        state.readEnd()
        let action = state.writeEnd()
        #expect(action == .close)
    }

    @Test func lingeringEndsAfterItsBytes() {
        var state = state(isWhole: false)
        let isCut = state.readWhileLingering(1 << 40)
        #expect(!isCut)
        _ = state.writeHead(status: 413, asksToClose: false)
        _ = state.writeEnd()
        let isCutThen = state.readWhileLingering(16 * 1024 * 1024)
        #expect(!isCutThen)
        let isCutAtLast = state.readWhileLingering(16 * 1024 * 1024 - 1)
        #expect(!isCutAtLast)
        let isCutFinally = state.readWhileLingering(1)
        #expect(isCutFinally)
    }

    @Test func connectionThatIsNotKeptAliveCloses() {
        var state = EdgeRules.State()
        state.readHead(hasUpgrade: false, keepsAlive: false)
        state.readEnd()
        let closes = state.writeHead(status: 200, asksToClose: false)
        #expect(closes)
        let action = state.writeEnd()
        #expect(action == .close)
    }

    @Test func refusedRequestLingersForWhatStillArrives() {
        var state = state(isWhole: false)
        state.refuse()
        #expect(state.isRefused)
        #expect(state.closesAfterEnd)
        let isCut = state.readWhileLingering(32 * 1024 * 1024 - 1)
        #expect(!isCut)
        let isCutThen = state.readWhileLingering(1)
        #expect(isCutThen)
    }

    @Test func nextRequestStartsAfresh() {
        var state = state(hasUpgrade: false, isWhole: true)
        _ = state.writeHead(status: 404, asksToClose: false)
        _ = state.writeEnd()
        state.readHead(hasUpgrade: false)
        state.readEnd()
        let closes = state.writeHead(status: 200, asksToClose: false)
        #expect(!closes)
        let action = state.writeEnd()
        #expect(action == .goOn)
    }
}
