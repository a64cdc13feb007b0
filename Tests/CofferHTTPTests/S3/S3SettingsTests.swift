import CofferCore
import CofferTesting
import Foundation
import Testing

@testable import CofferHTTP

@Suite("S3 settings")
struct S3SettingsTests {
    private static let good = [
        "endpoint": "https://s3.example.org", "bucket": "files", "access_key_id": "AKIA", "secret_access_key": "s3cr3t",
    ]

    private func settings(_ changes: [String: String?] = [:]) throws -> S3Settings {
        let values = Self.good.merging(changes.compactMapValues(\.self)) { $1 }
            .filter { !changes.keys.contains($0.key) || changes[$0.key] != .some(nil) }
        return try S3Settings(
            SettingsGroup { name in
                values[name].map { SettingsGroup.Value(text: $0, origin: "COFFER_S3_\(name.uppercased())") }
            }
        )
    }

    private func complaint(_ changes: [String: String?]) -> String? {
        do {
            _ = try settings(changes)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func bucketIsPartOfTheHostByDefault() throws {
        let settings = try settings()
        #expect(settings.location.base == "https://files.s3.example.org")
        #expect(settings.location.path(of: "blobs/a") == "/blobs/a")
        #expect(settings.location.bucketPath == "/")
        #expect(settings.key.region == "us-east-1")
        #expect(settings.partBytes == 8 * 1024 * 1024)
        #expect(settings.cloudFront == nil)
    }

    @Test func bucketIsPartOfThePathWhenAsked() throws {
        let settings = try settings([
            "endpoint": "http://127.0.0.1:9000/", "path_style": "yes", "prefix": "/a/b", "bucket": "My_files.1",
            "public_endpoint": "https://files.example.org", "part_bytes": "5242880", "timeout": "3",
        ])
        #expect(settings.location.base == "http://127.0.0.1:9000")
        #expect(settings.location.publicBase == "https://files.example.org")
        #expect(settings.location.path(of: "blobs/a") == "/My_files.1/a/b/blobs/a")
        #expect(settings.location.bucketPath == "/My_files.1")
        #expect(settings.timing.answer == .seconds(3))
    }

    @Test("what is needed", arguments: ["endpoint", "bucket", "access_key_id", "secret_access_key"])
    func missingSettingIsNamed(_ name: String) {
        #expect(complaint([name: nil])?.contains("COFFER_S3_\(name.uppercased()) is not set") == true)
        #expect(complaint([name: ""])?.contains("COFFER_S3_\(name.uppercased()) is not set") == true)
    }

    @Test(
        "malformed values",
        arguments: [
            ("endpoint", "s3.example.org"), ("endpoint", "https://s3.example.org/path"), ("endpoint", "ftp://a"),
            ("endpoint", "https://u:p@a"), ("bucket", "a"), ("bucket", "with.dot"), ("bucket", "Upper"),
            ("bucket", "a/b"), ("bucket", "-ab"), ("prefix", "../x"), ("prefix", "a b"), ("prefix", "é"),
            ("part_bytes", "5242879"), ("part_bytes", "5M"), ("timeout", "0"), ("path_style", "maybe"),
            ("public_endpoint", "here"),
        ]
    )
    func malformedValueIsNamed(_ name: String, _ value: String) {
        let text = complaint([name: value])
        #expect(text?.contains("COFFER_S3_\(name.uppercased())") == true, "\(text ?? "accepted")")
    }

    @Test func secretIsInNoMessage() {
        let text = complaint(["secret_access_key": "my secret"])
        #expect(text?.contains("COFFER_S3_SECRET_ACCESS_KEY") == true)
        #expect(text?.contains("my secret") == false)
    }

    @Test func cloudFrontNeedsAllThree() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/key.pem"
        try Data(CloudFrontSignerTests.privateKey.utf8).write(to: URL(fileURLWithPath: path))
        let all: [String: String?] = [
            "cloudfront_url": "https://d1.cloudfront.net/", "cloudfront_key_id": "K2J",
            "cloudfront_private_key_file": path,
        ]
        #expect(try settings(all).cloudFront != nil)
        for name in all.keys {
            let text = complaint(all.merging([name: nil]) { $1 })
            #expect(text?.contains("COFFER_S3_\(name.uppercased()) is not set") == true)
        }
        let bad: [(String, String)] = [
            ("cloudfront_url", "http://d1.cloudfront.net"), ("cloudfront_key_id", "a&b"),
            ("cloudfront_private_key_file", "/nowhere"), ("cloudfront_private_key_file", "/etc/hostname"),
        ]
        for (name, value) in bad { #expect(complaint(all.merging([name: value]) { $1 }) != nil, "\(name)") }
    }
}
