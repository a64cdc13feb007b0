import CofferServer
import CofferTesting
import Foundation
import Testing

@Suite("Checkup")
struct CheckupTests {
    private func findings(_ environment: [String: String]) async throws -> [Checkup.Finding] {
        try await Checkup(Settings(await SettingsSources(flags: [:], environment: environment))).findings()
    }

    private func line(_ findings: [Checkup.Finding], containing text: String) throws -> String {
        try #require(findings.map(\.line).first { $0.contains(text) })
    }

    @Test func freshDirectoryIsFine() async throws {
        let directory = try TemporaryDirectory()
        let findings = try await findings(["COFFER_DATA": "\(directory.path)/new", "COFFER_PORT": "0"])
        #expect(findings.allSatisfy { $0.isGood })
        #expect(try line(findings, containing: "data directory").hasPrefix("ok "))
        #expect(try line(findings, containing: "libmagic").hasPrefix("ok "))
        #expect(try line(findings, containing: "settings:").contains("ravenzero, hushfile"))
    }

    @Test func thumbnailsAreTriedOut() async throws {
        let directory = try TemporaryDirectory()
        let environment = [
            "COFFER_DATA": directory.path, "COFFER_PORT": "0", "COFFER_HEAPER_THUMBNAIL_SECONDS": "600",
        ]
        let made = try line(try await findings(environment), containing: "thumbnails:")
        #expect(made == "ok    thumbnails: pictures can be made")
        let others = try await findings(environment.merging(["COFFER_DIALECTS": "hushfile"]) { $1 })
        #expect(!others.contains { $0.line.contains("thumbnails") })
    }

    @Test func mailLiesInTheOutboxUnlessAServerIsSet() async throws {
        let directory = try TemporaryDirectory()
        var environment = ["COFFER_DATA": directory.path, "COFFER_PORT": "0"]
        let outbox = try line(try await findings(environment), containing: "mail:")
        #expect(outbox.hasPrefix("note ") && outbox.contains("\(directory.path)/outbox"))
        try Data([1]).write(to: URL(fileURLWithPath: "\(directory.path)/outbox"))
        #expect(try line(try await findings(environment), containing: "mail:").hasPrefix("FAIL "))
        environment.merge(
            [
                "COFFER_MAIL_HOST": "127.0.0.1", "COFFER_MAIL_PORT": "9", "COFFER_MAIL_SECURITY": "none",
                "COFFER_MAIL_FROM": "post@example.org",
            ]
        ) { $1 }
        let down = try line(try await findings(environment), containing: "mail:")
        #expect(down.hasPrefix("FAIL  mail: the mail server cannot be reached: 127.0.0.1:9"))
        environment["COFFER_MAIL_SECURITY"] = "tls"
        environment["COFFER_MAIL_CA_FILE"] = "/nowhere.pem"
        let certificates = try await findings(environment).filter { !$0.isGood }
        #expect(certificates.map { $0.line.prefix(35) } == ["FAIL  mail: no secure connection to"])
    }

    @Test func misspeltSettingIsNoted() async throws {
        let directory = try TemporaryDirectory()
        let environment = ["COFFER_DATA": directory.path, "COFFER_PORT": "0", "COFFER_PROT": "1"]
        let findings = try await findings(environment)
        #expect(try line(findings, containing: "COFFER_PROT").hasPrefix("note "))
        #expect(findings.allSatisfy { $0.isGood })
    }

    @Test func fileInPlaceOfTheDataDirectoryFailsWithAFix() async throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/file"
        try Data([1]).write(to: URL(fileURLWithPath: path))
        let findings = try await findings(["COFFER_DATA": path, "COFFER_PORT": "0"])
        let bad = findings.filter { !$0.isGood }
        #expect(bad.count == 1)
        #expect(bad.first?.line.hasPrefix("FAIL  The data directory \(path) is not a directory.") == true)
        #expect(bad.first?.line.contains("--data") == true)
    }

    @Test func runningServerKeepsItsDirectoryAndPort() async throws {
        try await TestServer.run { server async throws in
            let environment = ["COFFER_DATA": server.dataPath, "COFFER_PORT": "\(server.port)"]
            let findings = try await findings(environment)
            #expect(try line(findings, containing: "in use by another coffer process").hasPrefix("note "))
            let port = try line(findings, containing: "port \(server.port) on 127.0.0.1 cannot be used")
            #expect(port.hasPrefix("FAIL "))
            #expect(port.contains("--port"))
            #expect(try await server.get("/api/serverinfo").status == 200)
        }
    }

    @Test func checkupLeavesTheDirectoryUsable() async throws {
        let directory = try TemporaryDirectory()
        _ = try await findings(["COFFER_DATA": directory.path, "COFFER_PORT": "0"])
        try await TestServer.run(dataPath: directory.path) { server async throws in
            let answer = try await server.get("/api/serverinfo")
            #expect(answer.status == 200)
        }
    }
}
