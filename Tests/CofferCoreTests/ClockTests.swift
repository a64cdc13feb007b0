import CofferTesting
import Foundation
import Testing

@testable import CofferCore

@Suite("Timestamp and Duration")
struct TimestampTests {
    @Test(
        arguments: [
            (0, 0), (999, 0), (1000, 1), (1999, 1), (-1, -1), (-999, -1), (-1000, -1), (-1001, -2), (-2000, -2),
        ] as [(Int64, Int64)]
    )
    func secondsAreRoundedDown(milliseconds: Int64, seconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).seconds == seconds)
    }

    @Test(
        arguments: [
            (.zero, 0), (.seconds(1), 1000), (.milliseconds(-5), -5), (.microseconds(1999), 1),
            (.microseconds(-1999), -1),
            (.seconds(-1) + .microseconds(500), -999), (.seconds(86_400 * 365_000), 31_536_000_000_000),
        ] as [(Duration, Int64)]
    )
    func wholeMillisecondsDropWhatIsLeft(duration: Duration, milliseconds: Int64) {
        #expect(duration.wholeMilliseconds == milliseconds)
    }

    @Test func advancingAndMeasuringAgree() {
        let start = Timestamp(milliseconds: 1_767_225_600_123)
        for duration in [.zero, .seconds(5), .milliseconds(-7), .seconds(-100_000)] as [Duration] {
            #expect(start.duration(to: start.advanced(by: duration)) == duration)
        }
        #expect(start < start.advanced(by: .milliseconds(1)))
        #expect(!(start < start))
        #expect(start.advanced(by: .milliseconds(-1)) < start)
    }

    @Test func machineClockTellsTheTimeOfDay() {
        let here = Date().timeIntervalSince1970 * 1000
        #expect(abs(Double(SystemWallClock().now.milliseconds) - here) < 2000)
    }

    @Test func machineClockSleepsUntilItsDeadline() async throws {
        let clock = SystemWallClock()
        let deadline = clock.now.advanced(by: .milliseconds(30))
        try await clock.sleep(until: deadline)
        #expect(clock.now >= deadline)
        try await clock.sleep(until: deadline)
    }
}

@Suite("CalendarTime")
struct CalendarTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_772_323_199, "2026-02-28T23:59:59Z"),
            (1_772_323_200, "2026-03-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (-86_400, "1969-12-31T00:00:00Z"),
            (-2_203_891_200, "1900-03-01T00:00:00Z"),
            (-2_203_891_201, "1900-02-28T23:59:59Z"),
            (2_147_483_648, "2038-01-19T03:14:08Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (-62_135_596_800, "0001-01-01T00:00:00Z"),
        ] as [(Int64, String)]
    )
    func knownSecondsHaveTheirDate(seconds: Int64, text: String) {
        #expect(CalendarTime(Timestamp(milliseconds: seconds * 1000)).internetDateTime == text)
    }

    @Test func millisecondsBeforeTheEpochCountForward() {
        let time = CalendarTime(Timestamp(milliseconds: -1))
        #expect(time.internetDateTime == "1969-12-31T23:59:59Z")
        #expect(time.millisecond == 999)
    }

    @Test func randomTimesAgreeWithFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        // From 1600 on, where Foundation's calendar is Gregorian too.
        for _ in 0..<2000 {
            let milliseconds = Int64.random(in: -11_670_000_000_000...253_402_300_799_999)
            let time = CalendarTime(Timestamp(milliseconds: milliseconds))
            let seconds = Timestamp(milliseconds: milliseconds).seconds
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second],
                from: Date(timeIntervalSince1970: Double(seconds))
            )
            let found = [time.year, time.month, time.day, time.hour, time.minute, time.second]
            let expected = [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second]
            #expect(found == expected.map { $0 ?? -1 }, "\(milliseconds)")
            #expect(Int64(time.millisecond) == milliseconds - seconds * 1000)
        }
    }
}

@Suite("ManualClock")
struct ManualClockTests {
    @Test func sleeperWakesWhenItsTimeComes() async throws {
        let clock = ManualClock(Timestamp(milliseconds: 0))
        async let slept: Void = clock.sleep(until: Timestamp(milliseconds: 100))
        try await Task.sleep(for: .milliseconds(10))
        clock.advance(by: .milliseconds(100))
        try await slept
        #expect(clock.now == Timestamp(milliseconds: 100))
    }

    @Test func cancelledSleeperThrows() async throws {
        let clock = ManualClock(Timestamp(milliseconds: 0))
        let outcome = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await clock.sleep(until: Timestamp(milliseconds: 100))
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            group.cancelAll()
            return await group.next()
        }
        #expect(outcome == true)
    }
}
