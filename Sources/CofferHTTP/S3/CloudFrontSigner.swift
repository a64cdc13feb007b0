package import CofferCore
import Crypto
import CryptoExtras
import Foundation
import Synchronization

/// Signs URLs of a CloudFront distribution with a canned policy: RSA PKCS#1 v1.5 over SHA-1, as CloudFront wants it.
///
/// Source: CloudFront Developer Guide, "Create a signed URL using a canned policy".
package final class CloudFrontSigner: Sendable {
    /// The key cannot be used, in one sentence for the operator.
    package struct BadKey: Error, CustomStringConvertible {
        package let description = "It must be an RSA private key of at least 2048 bits in PEM form (PKCS#8 or PKCS#1)."
    }

    private struct Cached {
        let url: String
        let freshUntil: Timestamp
    }

    private static let maxCached = 10_000

    private let base: String
    private let keyID: String
    private let key: _RSA.Signing.PrivateKey
    private let cached = Mutex<[String: Cached]>([:])

    /// `base`: scheme and host of the distribution, perhaps with a path, without a slash at the end.
    ///
    /// - Throws: ``BadKey``.
    package init(base: String, keyID: String, privateKey pem: String) throws {
        self.base = base
        self.keyID = keyID
        do {
            key = try _RSA.Signing.PrivateKey(pemRepresentation: pem)
        } catch {
            throw BadKey()
        }
    }

    /// A URL for an object, valid for so many seconds at most and for half of them at least.
    ///
    /// Signing takes a millisecond, so a URL is handed out again as long as half of its life is left.
    package func url(for key: String, seconds: Int, at now: Timestamp) throws -> String {
        let entry = "\(seconds) \(key)"
        if let found = cached.withLock({ $0[entry] }), now < found.freshUntil { return found.url }
        let url = try sign(key, expires: now.seconds + Int64(seconds))
        let freshUntil = now.advanced(by: .milliseconds(seconds * 500))
        cached.withLock { cached in
            // Most are stale when so many have gathered; the others are signed once more.
            if cached.count >= Self.maxCached { cached = cached.filter { now < $0.value.freshUntil } }
            if cached.count >= Self.maxCached { cached = [:] }
            cached[entry] = Cached(url: url, freshUntil: freshUntil)
        }
        return url
    }

    /// Signs a URL that is valid until a second since 1970.
    func sign(_ key: String, expires: Int64) throws -> String {
        let url = "\(base)/\(AWSText.path(key.utf8))"
        let policy =
            #"{"Statement":[{"Resource":"\#(url)","Condition":{"DateLessThan":{"AWS:EpochTime":\#(expires)}}}]}"#
        let digest = Insecure.SHA1.hash(data: Data(policy.utf8))
        let signature = try self.key.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation
        return "\(url)?Expires=\(expires)&Signature=\(Self.urlSafe(signature))&Key-Pair-Id=\(keyID)"
    }

    /// CloudFront's own spelling of base64.
    private static func urlSafe(_ bytes: Data) -> String {
        let spelling: [Character: Character] = ["+": "-", "=": "_", "/": "~"]
        return String(bytes.base64EncodedString().map { spelling[$0] ?? $0 })
    }
}
