import CofferCore
import CofferTesting
import Crypto
import Foundation
import NIOCore
import Testing

@testable import CofferHTTP

@Suite("Signed tokens")
struct TokenTests {
    private let clock = ManualClock(Timestamp(milliseconds: 1_700_000_000_000))
    private let secret = "a secret of more than thirty-two characters"

    private func encoded(_ text: String) -> String { Base64.encodeURL(Array(text.utf8)) }

    private func signed(_ header: String, _ payload: String, secret: String? = nil) -> String {
        let input = "\(encoded(header)).\(encoded(payload))"
        let key = SymmetricKey(data: Array((secret ?? self.secret).utf8))
        let signature = HMAC<SHA256>.authenticationCode(for: Array(input.utf8), using: key)
        return "\(input).\(Base64.encodeURL(Array(signature)))"
    }

    @Test func ownTokenIsVerified() async throws {
        let tokens = await AccessToken(secret: secret, clock: clock)
        let token = try await tokens.sign([.init("sub", "anna")], life: .seconds(60))
        let text = #"{"sub":"anna","iat":1700000000,"exp":1700000060}"#
        #expect(token == signed(#"{"alg":"HS256"}"#, text))
        #expect(try await tokens.verify(token)["sub"] == "anna")
        clock.advance(by: .seconds(60))
        await #expect(throws: AccessToken.Failure.self) { try await tokens.verify(token) }
    }

    @Test func foreignTokensAreRefused() async throws {
        let tokens = await AccessToken(secret: secret, clock: clock)
        let payload = #"{"sub":"anna","exp":1900000000}"#
        let good = signed(#"{"alg":"HS256"}"#, payload)
        #expect(try await tokens.verify(good)["sub"] == "anna")
        let bad = [
            signed(#"{"alg":"HS256"}"#, payload, secret: "another secret of the same length or so"),
            signed(#"{"alg":"none"}"#, payload), signed(#"{"alg":"HS512"}"#, payload),
            signed(#"{"alg":"HS256"}"#, #"{"sub":"anna"}"#), signed(#"{"alg":"HS256"}"#, #"{"exp":"soon"}"#),
            "\(encoded(#"{"alg":"none"}"#)).\(encoded(payload)).", good + "x", good + ".x", String(good.dropLast(2)),
            "",
            "..", String(repeating: "a", count: 20_000),
        ]
        for token in bad {
            await #expect(throws: AccessToken.Failure.self, "\(token.prefix(60))") { try await tokens.verify(token) }
        }
    }

    /// A signature of 32 or 64 bytes leaves bits of its last digit unused.
    @Test func tokenHasOneSpelling() async throws {
        let pair = Curve25519.Signing.PrivateKey()
        for tokens in [
            await AccessToken(secret: secret, clock: clock),
            try await AccessToken(seed: Array(pair.rawRepresentation), keyName: "one", clock: clock),
        ] {
            let good = try await tokens.sign([.init("sub", "anna")], life: .seconds(60))
            let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            for digit in digits where digit != good.last {
                await #expect(throws: AccessToken.Failure.self, "\(digit)") {
                    try await tokens.verify("\(good.dropLast())\(digit)")
                }
            }
            for more in ["=", "==", "\n", " "] {
                await #expect(throws: AccessToken.Failure.self) { try await tokens.verify(good + more) }
            }
            #expect(try await tokens.verify(good)["sub"] == "anna")
        }
    }

    @Test func tokenOfAKeyPairIsVerified() async throws {
        let pair = Curve25519.Signing.PrivateKey()
        let tokens = try await AccessToken(seed: Array(pair.rawRepresentation), keyName: "one", clock: clock)
        let token = try await tokens.sign([.init("sub", "anna")], life: .seconds(60))
        #expect(token.hasPrefix(encoded(#"{"alg":"EdDSA","typ":"JWT","kid":"one"}"#) + "."))
        #expect(try await tokens.verify(token)["sub"] == "anna")
        let later = try await tokens.sign([], from: clock.now.advanced(by: .seconds(-5)), life: .seconds(6))
        #expect(try await tokens.verify(later)["iat"] == .integer(clock.now.seconds - 5))
        func signed(_ header: String, by key: Curve25519.Signing.PrivateKey = pair) throws -> String {
            let input = "\(encoded(header)).\(encoded(#"{"exp":1900000000}"#))"
            return "\(input).\(Base64.encodeURL(Array(try key.signature(for: Data(input.utf8)))))"
        }
        #expect(try await tokens.verify(signed(#"{"alg":"EdDSA","kid":"one"}"#))["exp"] == 1_900_000_000)
        let bad = [
            try signed(#"{"alg":"EdDSA","kid":"one"}"#, by: .init()), try signed(#"{"alg":"EdDSA","kid":"two"}"#),
            try signed(#"{"alg":"EdDSA"}"#), try signed(#"{"alg":"none","kid":"one"}"#), try signed(#"{"kid":"one"}"#),
            try signed(#"{"alg":"EdDSA","kid":"one","crit":["exp"]}"#), try signed(#"{"alg":"HS256","kid":"one"}"#),
        ]
        for token in bad {
            await #expect(throws: AccessToken.Failure.self, "\(token)") { try await tokens.verify(token) }
        }
    }

    @Test func tokenOfAnIssuerIsCheckedWithItsKeys() async throws {
        let key = P256.Signing.PrivateKey()
        let other = P256.Signing.PrivateKey()
        func token(_ key: P256.Signing.PrivateKey, _ header: String) throws -> String {
            let input = "\(encoded(header)).\(encoded(#"{"sub":"anna"}"#))"
            return "\(input).\(Base64.encodeURL(try key.signature(for: Data(input.utf8)).rawRepresentation))"
        }
        let keys = try await KeySet(["keys": [Self.jwk(key, "one"), ["kty": "oct", "k": "AAAA", "kid": "two"]]])
        let claims = try await keys.claims(of: token(key, #"{"alg":"ES256","kid":"one"}"#))
        #expect(claims["sub"] == "anna")
        #expect(try await keys.claims(of: token(key, #"{"alg":"ES256"}"#))["sub"] == "anna")
        for (key, header, isUnknown) in [
            (other, #"{"alg":"ES256","kid":"one"}"#, false), (key, #"{"alg":"ES256","kid":"three"}"#, true),
            (key, #"{"alg":"HS256","kid":"one"}"#, false), (key, #"{"alg":"none"}"#, false),
        ] {
            let failure = await #expect(throws: KeySet.Unverified.self) {
                try await keys.claims(of: token(key, header))
            }
            #expect(failure?.isKeyUnknown == isUnknown, "\(header)")
        }
    }

    @Test func setWithoutAUsableKeyIsRefused() async throws {
        for document: JSONValue in [[:], ["keys": []], ["keys": [["kty": "oct", "k": "AAAA"]]], ["keys": [3]]] {
            await #expect(throws: KeySet.Unverified.self) { try await KeySet(document) }
        }
    }

    private static func jwk(_ key: P256.Signing.PrivateKey, _ name: String) -> JSONValue {
        let point = Array(key.publicKey.rawRepresentation)
        return [
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": .string(name),
            "x": .string(Base64.encodeURL(point[..<32])), "y": .string(Base64.encodeURL(point[32...])),
        ]
    }
}
