import CofferCore
import Foundation
import Testing

@testable import CofferHTTP

@Suite("Presigned URLs")
struct PresignedURLTests {
    static let key = SigningKey(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE",
        secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region: "us-east-1"
    )
    private static let host = "examplebucket.s3.amazonaws.com"
    /// The time 2013-05-24T00:00:00Z.
    private static let signedAt = Timestamp(milliseconds: 1_369_353_600_000)

    private func target(
        method: String = "GET",
        path: String = "/test.txt",
        query: [(String, String)] = [],
        seconds: Int = 86_400
    ) -> String {
        let base = "https://\(Self.host)"
        let url = PresignedURL.sign(
            method: method,
            base: base,
            path: path,
            query: query.map { (name: $0.0, value: $0.1) },
            seconds: seconds,
            at: Self.signedAt,
            key: Self.key
        )
        return String(url.dropFirst(base.count))
    }

    private func failure(
        of target: String,
        method: String = "GET",
        host: String = Self.host,
        after seconds: Int64 = 0,
        key: SigningKey = Self.key
    ) -> PresignedURL.Failure? {
        do {
            let now = Timestamp(milliseconds: Self.signedAt.milliseconds + seconds * 1000)
            _ = try PresignedURL.verify(method: method, target: target, host: host, at: now, key: key)
            return nil
        } catch {
            return error
        }
    }

    /// "Authenticating Requests: Using Query Parameters" in the S3 reference.
    @Test func exampleOfTheReferenceIsSigned() {
        let parameters = [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
            "X-Amz-Date=20130524T000000Z", "X-Amz-Expires=86400", "X-Amz-SignedHeaders=host",
            "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        ]
        #expect(target() == "/test.txt?" + parameters.joined(separator: "&"))
        #expect(failure(of: target()) == nil)
    }

    @Test func verifiedRequestTellsWhatWasSigned() throws {
        let text = target(method: "PUT", path: "/b/usrh-0a/é ~+%", query: [("x-id", "PutObject"), ("a", "1&=ü")])
        let verified = try PresignedURL.verify(
            method: "PUT",
            target: text,
            host: Self.host,
            at: Self.signedAt,
            key: Self.key
        )
        #expect(verified.path == "/b/usrh-0a/%C3%A9%20~%2B%25")
        #expect(verified.query == [.init(name: "a", value: "1&=ü"), .init(name: "x-id", value: "PutObject")])
        #expect(verified.signedAt == Self.signedAt)
        #expect(verified.expiresAt == Timestamp(milliseconds: Self.signedAt.milliseconds + 86_400_000))
    }

    @Test func orderAndSpellingOfTheQueryDoNotMatter() {
        let text = target(query: [("x-id", "GetObject")])
        let parts = text.split(separator: "?")
        let turned = parts[1].split(separator: "&").reversed().joined(separator: "&")
        #expect(failure(of: "\(parts[0])?\(turned)") == nil)
        #expect(failure(of: text.replacing("%2F", with: "%2f")) == nil)
        #expect(failure(of: text.replacing("/test.txt", with: "/t%65st%2Etxt")) == nil)
        #expect(failure(of: text, host: Self.host.uppercased()) == nil)
    }

    @Test(
        "a change of any element is noticed",
        arguments: [
            ("test.txt", "other.txt"), ("/test.txt", "//test.txt"), ("/test.txt", "/test%2Etxt/"),
            ("/test.txt", "/./test.txt"), ("/test.txt", "/%2Ftest.txt"), ("test.txt", "test.txt%00"),
            ("X-Amz-Date=20130524T000000Z", "X-Amz-Date=20130524T000001Z"), ("Expires=86400", "Expires=86401"),
            ("Expires=86400", "Expires=086400"), ("GetObject", "getObject"), ("&x-id=GetObject", ""),
            ("x-id=GetObject", "x-id=GetObject&x-id=GetObject"), ("x-id=GetObject", "x-id=GetObject&versionId=1"),
            ("x-id=GetObject", "x-id=GetObject&"), ("x-id=GetObject", "x-id=GetObject%20"),
        ]
    )
    func changeIsNoticed(_ part: String, _ replacement: String) {
        let text = target(query: [("x-id", "GetObject")])
        #expect(text.contains(part))
        #expect(failure(of: text.replacing(part, with: replacement)) == .wrongSignature)
    }

    @Test func everyDigitOfTheSignatureCounts() throws {
        let text = target()
        let start = try #require(text.range(of: "Signature=")).upperBound
        for offset in 0..<64 {
            let index = text.index(start, offsetBy: offset)
            let digit = text[index] == "0" ? "1" : "0"
            #expect(
                failure(of: text.replacingCharacters(in: index...index, with: digit)) == .wrongSignature,
                "digit \(offset)"
            )
        }
    }

    @Test func methodHostAndKeyAreBound() {
        let text = target()
        #expect(failure(of: text, method: "PUT") == .wrongSignature)
        #expect(failure(of: text, method: "HEAD") == .wrongSignature)
        #expect(failure(of: text, method: "get") == .wrongSignature)
        #expect(failure(of: text, host: "\(Self.host):8080") == .wrongSignature)
        #expect(failure(of: text, host: "evil.example") == .wrongSignature)
        #expect(failure(of: text, host: "") == .wrongSignature)
        let other = { SigningKey(accessKeyID: $0, secret: $1, region: $2, service: $3) }
        #expect(failure(of: text, key: other(Self.key.accessKeyID, "guess", "us-east-1", "s3")) == .wrongSignature)
        #expect(failure(of: text, key: other("OTHER", "guess", "us-east-1", "s3")) == .wrongKey)
        #expect(failure(of: text, key: other(Self.key.accessKeyID, "guess", "eu-west-1", "s3")) == .wrongKey)
        #expect(failure(of: text, key: other(Self.key.accessKeyID, "guess", "us-east-1", "sqs")) == .wrongKey)
    }

    @Test func lifeEndsWhereItWasSaidTo() {
        let text = target(seconds: 900)
        #expect(failure(of: text, after: 899) == nil)
        #expect(failure(of: text, after: 900) == .expired)
        #expect(failure(of: text, after: 1_000_000_000) == .expired)
        #expect(failure(of: text, after: -900) == nil)
        #expect(failure(of: text, after: -901) == .notYetValid)
        // A forged request learns nothing about time.
        #expect(failure(of: text.replacing("test", with: "best"), after: 900) == .wrongSignature)
    }

    @Test func lifeIsBroughtIntoItsRange() {
        #expect(target(seconds: 0).contains("X-Amz-Expires=1&"))
        #expect(target(seconds: .max).contains("X-Amz-Expires=604800&"))
    }

    @Test(
        "what is no presigned request",
        arguments: [
            ("/test.txt?", "test.txt?"), ("/test.txt?", "http://host/test.txt?"), ("?", "&"), ("/test.txt", "/%zz"),
            ("/test.txt", "/%4"), ("X-Amz-Algorithm=AWS4-HMAC-SHA256&", ""), ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
            ("X-Amz-Algorithm=", "x-amz-algorithm="), ("X-Amz-Date=20130524T000000Z&", ""),
            ("20130524T000000Z", "20130524"), ("X-Amz-Date=20130524T", "X-Amz-Date=20130525T"),
            ("Expires=86400", "Expires=0"), ("Expires=86400", "Expires=604801"), ("Expires=86400", "Expires=-1"),
            ("Expires=86400", "Expires="), ("Expires=86400", "Expires=1e3"),
            ("Expires=86400", "Expires=99999999999999999999"), ("Expires=86400", "Expires=86400&X-Amz-Expires=86400"),
            ("SignedHeaders=host", "SignedHeaders=host%3Brange"), ("SignedHeaders=host", "SignedHeaders="),
            ("%2Faws4_request", ""), ("X-Amz-Signature=", "X-Amz-Signature=ab"), ("X-Amz-Signature=", "Signature="),
            ("X-Amz-Signature=", "a=%ff&X-Amz-Signature="), ("X-Amz-Signature=", "%4=&X-Amz-Signature="),
        ]
    )
    func requestIsMalformed(_ part: String, _ replacement: String) {
        #expect(target().contains(part))
        #expect(failure(of: target().replacing(part, with: replacement)) == .malformed)
    }

    @Test("plain and empty targets are malformed", arguments: ["", "/", "?", "/?", "/a?b=c", "/?&&&=&", "*"])
    func plainTargetIsMalformed(_ target: String) {
        #expect(failure(of: target) == .malformed)
    }

    @Test func portOfTheSchemeIsLeftOut() {
        #expect(PresignedURL.host(of: "http://Example.org:80") == "example.org")
        #expect(PresignedURL.host(of: "https://example.org:443") == "example.org")
        #expect(PresignedURL.host(of: "http://example.org:443") == "example.org:443")
        #expect(PresignedURL.host(of: "http://127.0.0.1:8080") == "127.0.0.1:8080")
        #expect(PresignedURL.host(of: "http://[::1]:8080") == "[::1]:8080")
    }
}
