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
        #expect(!state.writeHead(status: status, asksToClose: false))
        #expect(state.writeEnd() == .goOn)
    }

    @Test func answerThatAsksToCloseCloses() {
        var state = state(isWhole: true)
        #expect(state.writeHead(status: 200, asksToClose: true))
        #expect(state.writeEnd() == .close)
    }

    @Test(arguments: [400, 413, 507])
    func errorBeforeTheWholeBodyLingers(status: Int) {
        var state = state(isWhole: false)
        #expect(state.writeHead(status: status, asksToClose: false))
        #expect(state.writeEnd() == .linger)
        #expect(state.bytesToLinger == 32 * 1024 * 1024)
    }

    @Test func successBeforeTheWholeBodyGoesOn() {
        var state = state(isWhole: false)
        #expect(!state.writeHead(status: 200, asksToClose: false))
        #expect(state.writeEnd() == .goOn)
    }

    @Test func upgradeThatIsNotTakenClosesTheConnection() {
        var refused = state(hasUpgrade: true, isWhole: true)
        #expect(refused.writeHead(status: 200, asksToClose: false))
        #expect(refused.writeEnd() == .close)
        var taken = state(hasUpgrade: true, isWhole: true)
        #expect(!taken.writeHead(status: 101, asksToClose: false))
        #expect(taken.writeEnd() == .goOn)
    }

    @Test func interimAnswerDecidesNothing() {
        var state = state(isWhole: false)
        #expect(!state.writeHead(status: 100, asksToClose: false))
        #expect(state.writeHead(status: 413, asksToClose: false))
    }

    @Test func bodyThatArrivesWhileTheErrorIsWrittenNeedsNoLingering() {
        var state = state(isWhole: false)
        #expect(state.writeHead(status: 400, asksToClose: false))
        state.readEnd()
        #expect(state.writeEnd() == .close)
    }

    @Test func lingeringEndsAfterItsBytes() {
        var state = state(isWhole: false)
        #expect(!state.readWhileLingering(1 << 40))
        _ = state.writeHead(status: 413, asksToClose: false)
        _ = state.writeEnd()
        #expect(!state.readWhileLingering(16 * 1024 * 1024))
        #expect(!state.readWhileLingering(16 * 1024 * 1024 - 1))
        #expect(state.readWhileLingering(1))
    }

    @Test func nextRequestStartsAfresh() {
        var state = state(hasUpgrade: false, isWhole: true)
        _ = state.writeHead(status: 404, asksToClose: false)
        _ = state.writeEnd()
        state.readHead(hasUpgrade: false)
        state.readEnd()
        #expect(!state.writeHead(status: 200, asksToClose: false))
        #expect(state.writeEnd() == .goOn)
    }
}
