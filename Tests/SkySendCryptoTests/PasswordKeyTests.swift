import Testing

@testable import SkySendCrypto

@Suite("SkySend crypto: passwords")
struct PasswordKeyTests {
    @Test func keyAndLinkMatchTheKnownAnswers() throws {
        let key = try KnownAnswers.passwordKey()
        #expect(hex(key.bytes) == "e3c889ca40ed01e6b6771fc8a5bf16e35ad60b41c9bd5d7e6d63adf51e50b0fd")
        let link = try KnownAnswers.secret().linkSecret(under: key)
        #expect(link.text == "48mLyUToB-G-fhXDqbIY7ErHGVLdqEtpdXq37gJNruI")
        let token = OwnerToken(derivedFrom: link, salt: try KnownAnswers.salt())
        #expect(token.text == "ZyysVaiVnuwnmF3AXFC87ZxasbZYmwab1YREbRHMB_8")
    }

    @Test func rightPasswordGivesTheSecretBack() throws {
        let key = try KnownAnswers.passwordKey()
        let secret = ShareSecret.random()
        #expect(secret.linkSecret(under: key) != secret.linkSecret())
        #expect(secret.linkSecret(under: key).secret(under: key) == secret)
        #expect(secret.linkSecret().secret() == secret)
    }

    @Test func wrongPasswordGivesAWrongToken() throws {
        let salt = PasswordSalt.random()
        let secret = try KnownAnswers.secret()
        let link = secret.linkSecret(under: try PasswordKey(password: "correct horse", salt: salt))
        let wrong = link.secret(under: try PasswordKey(password: "correct horses", salt: salt))
        #expect(wrong != secret)
        let token = ShareKeys(secret: wrong, salt: try KnownAnswers.salt()).authToken
        #expect(token != (try KnownAnswers.keys().authToken))
    }

    @Test func passwordIsTakenAsItsBytes() throws {
        let salt = PasswordSalt.random()
        let composed = try PasswordKey(password: "\u{E9}", salt: salt)
        let decomposed = try PasswordKey(password: "e\u{301}", salt: salt)
        #expect(composed != decomposed)
    }

    @Test(arguments: ["argon2id", "pbkdf2", "", "ARGON2ID-V2"])
    func otherAlgorithmsAreRefused(name: String) {
        #expect(throws: PasswordKey.Failure.unknownAlgorithm(name)) {
            try PasswordKey(password: "x", salt: .random(), algorithm: name)
        }
    }
}
