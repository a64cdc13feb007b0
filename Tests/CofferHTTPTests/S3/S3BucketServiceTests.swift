import CofferCore
import CofferTesting
import Foundation
import NIOCore
import Testing

@testable import CofferHTTP

@Suite("S3Bucket against a service", .enabled(if: S3Peer.current != nil))
struct S3BucketServiceTests {
    private let key = "usrh-0a1b/0b9d0a3e-7a46-4f4b-9b7c-0d2f6d3a9c11"

    /// Sends a request to a URL as a client would that was handed it.
    private func send(_ method: String, _ url: String, body: [UInt8]? = nil) async throws -> TestResponse {
        let parts = try #require(URLComponents(string: url))
        let target = "\(parts.percentEncodedPath)?\(parts.percentEncodedQuery ?? "")"
        let port = try #require(parts.port)
        var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        if let body { head += "Content-Length: \(body.count)\r\nContent-Type: application/octet-stream\r\n" }
        let text = head + "\r\n"
        return try await TestConnection.open(port: port) { connection in
            try await connection.write(text)
            if let body { try await connection.write(body) }
            return try await connection.readResponse(isHead: method == "HEAD")
        }
    }

    @Test func presignedURLsPutAndGet() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let bucket = S3Bucket(client: fixture.client, cloudFront: nil, clock: SystemWallClock())
            #expect(try await bucket.size(of: key) == nil)
            let bytes = patternBytes(100_000)
            let put = try await bucket.putURL(key, seconds: 900)
            #expect(try await send("PUT", put, body: bytes).status == 200)
            #expect(try await bucket.size(of: key) == 100_000)
            let answer = try await send("GET", bucket.getURL(key, seconds: 120))
            #expect(answer.status == 200)
            #expect(answer.body == bytes)
            // A URL is good for its own method, key and time only.
            #expect(try await send("GET", put).status == 403)
            let other = put.replacing(key, with: "usrh-0a1b/other")
            #expect(try await send("PUT", other, body: [1]).status == 403)
            let expires = put.replacing("X-Amz-Expires=900", with: "X-Amz-Expires=9000")
            #expect(try await send("PUT", expires, body: [1]).status == 403)
            try await bucket.erase(key)
            try await bucket.erase(key)
            #expect(try await bucket.size(of: key) == nil)
        }
    }

    @Test func expiredURLIsRefused() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let url = PresignedURL.sign(
                method: "GET",
                base: fixture.location.base,
                path: fixture.location.path(of: key),
                seconds: 60,
                at: SystemWallClock().now.advanced(by: .seconds(-120)),
                key: fixture.key
            )
            #expect(try await send("GET", url).status == 403)
        }
    }

    @Test func linksLeadToCloudFrontWhereThereIsAKey() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let signer = try CloudFrontSigner(
                base: "https://d1.cloudfront.net",
                keyID: "K2J",
                privateKey: CloudFrontSignerTests.privateKey
            )
            let bucket = S3Bucket(client: fixture.client, cloudFront: signer, clock: SystemWallClock())
            let url = try await bucket.getURL(key, seconds: 120)
            #expect(url.hasPrefix("https://d1.cloudfront.net/\(fixture.location.prefix)\(key)?Expires="))
            #expect(try await bucket.putURL(key, seconds: 900).hasPrefix(fixture.location.base))
        }
    }

    @Test func urlsOfAnotherImplementationAreVerifiedAndMadeAlike() throws {
        let peer = try #require(S3Peer.current)
        let key = SigningKey(accessKeyID: peer.key, secret: peer.secret, region: "us-east-1")
        let host = PresignedURL.host(of: peer.endpoint)
        for signed in peer.boto {
            let target = String(signed.url.dropFirst(peer.endpoint.count))
            let verified = try PresignedURL.verify(
                method: signed.method,
                target: target,
                host: host,
                at: SystemWallClock().now,
                key: key
            )
            #expect(verified.expiresAt == verified.signedAt.advanced(by: .seconds(900)))
            let own = PresignedURL.sign(
                method: signed.method,
                base: peer.endpoint,
                path: "/\(peer.bucket)/\(signed.key)",
                query: verified.query.map { ($0.name, $0.value) },
                seconds: 900,
                at: verified.signedAt,
                key: key
            )
            let signature = { (url: String) in url.split(separator: "X-Amz-Signature=").last?.prefix(64) }
            #expect(signature(own) == signature(signed.url), "\(signed.method) \(signed.key)")
        }
    }
}
