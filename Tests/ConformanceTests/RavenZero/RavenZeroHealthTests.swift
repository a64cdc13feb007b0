import CofferHTTP
import CofferTesting
import Foundation
import Testing

@Suite("Raven Zero: GET /health/", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroHealthTests {
    static func answer(
        _ status: String = "healthy",
        at timestamp: String,
        storage: String = "online",
        uptime: Int
    ) -> String {
        """
        {"status":"\(status)","version":"0.1.0","timestamp":"\(timestamp)",\
        "services":{"redis":"online","storage":"\(storage)","scheduler":"online","diceware":"online"},\
        "uptime_seconds":\(uptime),"started_at":"2024-12-10T15:50:00Z"}
        """
    }

    @Test func runningServerIsHealthyWithMembersInOrder() async throws {
        try await RavenZeroClient.run { raven in
            try await RavenZeroClient.eventually("the scheduler does not start") {
                try await raven.get("/health/").json?["services"]?["scheduler"] == "online"
            }
            RavenZeroClient.expect(
                try await raven.get("/health/"),
                200,
                Self.answer(at: "2024-12-10T15:50:00Z", uptime: 0)
            )
        }
    }

    @Test(arguments: [(1, "2024-12-10T15:50:01Z"), (3600, "2024-12-10T16:50:00Z"), (90_000, "2024-12-11T16:50:00Z")])
    func uptimeIsTheTimeSinceTheStart(seconds: Int, timestamp: String) async throws {
        try await RavenZeroClient.run { raven in
            raven.clock.advance(by: .seconds(seconds))
            // The scheduler's next heartbeat may come a moment later; it never degrades the whole.
            #expect(try await raven.get("/health/").json?["status"] == "healthy")
            try await RavenZeroClient.eventually("the heartbeat stopped") {
                try await raven.get("/health/").json?["services"]?["scheduler"] == "online"
            }
            RavenZeroClient.expect(try await raven.get("/health/"), 200, Self.answer(at: timestamp, uptime: seconds))
        }
    }

    @Test func fractionOfASecondIsNotShown() async throws {
        try await RavenZeroClient.run { raven in
            raven.clock.advance(by: .milliseconds(1999))
            let response = try await raven.get("/health/")
            #expect(response.json?["uptime_seconds"] == 1)
            #expect(response.json?["timestamp"] == "2024-12-10T15:50:01Z")
        }
    }

    @Test func storageThatCannotBeWrittenDegrades() async throws {
        try await RavenZeroClient.run { raven in
            try await RavenZeroClient.eventually("the scheduler does not start") {
                try await raven.get("/health/").json?["services"]?["scheduler"] == "online"
            }
            let incoming = "\(raven.server.dataPath)/blobs/incoming"
            try FileManager.default.removeItem(atPath: incoming)
            RavenZeroClient.expect(
                try await raven.get("/health/"),
                200,
                Self.answer("degraded", at: "2024-12-10T15:50:00Z", storage: "offline", uptime: 0)
            )
            try FileManager.default.createDirectory(atPath: incoming, withIntermediateDirectories: false)
            RavenZeroClient.expect(
                try await raven.get("/health/"),
                200,
                Self.answer(at: "2024-12-10T15:50:00Z", uptime: 0)
            )
        }
    }

    @Test func healthLeavesNoFiles() async throws {
        try await RavenZeroClient.run { raven in
            for _ in 0..<5 { #expect(try await raven.get("/health/").status == 200) }
            try await raven.expectNoFiles()
        }
    }
}
