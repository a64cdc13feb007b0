import Crypto
import Testing

@testable import SkySendCrypto

@Suite("SkySend crypto: secrets, keys, tokens")
struct ShareKeysTests {
    @Test func derivedKeysMatchTheKnownAnswers() throws {
        let keys = try KnownAnswers.keys()
        let fileKey = keys.fileKey.withUnsafeBytes { hex($0) }
        let metaKey = keys.metaKey.withUnsafeBytes { hex($0) }
        #expect(fileKey == "9777b5a5af3adfe90013179f6939b1d0ecfe04fe77335beed24c929e22ece3ba")
        #expect(metaKey == "501049622b2036cb2b22f7bc357af9a9104ab33ed911eaafdf80348a0701e107")
        #expect(keys.authToken.text == "mwzXi_GZIfTQqrbrR03KiaLphhayvhsTTodFuEgt-5w")
    }

    @Test func derivedOwnerTokenMatchesTheKnownAnswer() throws {
        let token = OwnerToken(derivedFrom: try KnownAnswers.secret().linkSecret(), salt: try KnownAnswers.salt())
        #expect(token.text == "BE5hdw5b9VC9x3UwYhjQFtbJHrKd3-pFgRNx3VN_Thg")
    }

    @Test func anotherSaltGivesOtherKeys() throws {
        let keys = try KnownAnswers.keys()
        let short = try #require(ShareSalt(KnownAnswers.bytes(from: 0x20, count: 16)))
        let others = ShareKeys(secret: try KnownAnswers.secret(), salt: short)
        #expect(others.fileKey != keys.fileKey)
        #expect(others.metaKey != keys.metaKey)
        #expect(others.authToken != keys.authToken)
    }

    @Test func randomValuesHaveTheirLengthAndDiffer() {
        #expect(ShareSecret.random() != ShareSecret.random())
        #expect(ShareSecret.random().bytes.count == 32)
        #expect(ShareSalt.random() != ShareSalt.random())
        #expect(ShareSalt.random().text.count == 43)
        #expect(OwnerToken.random() != OwnerToken.random())
        #expect(OwnerToken.random().text.count == 43)
        #expect(PasswordSalt.random() != PasswordSalt.random())
        #expect(PasswordSalt.random().text.count == 22)
    }

    @Test(arguments: [0, 15, 16, 17, 31, 32, 33])
    func onlyTheRightLengthsAreAccepted(count: Int) {
        let bytes = KnownAnswers.bytes(from: 0, count: count)
        let text = Base64Text.url(bytes)
        #expect((ShareSecret(bytes) != nil) == (count == 32))
        #expect((LinkSecret(bytes) != nil) == (count == 32))
        #expect((LinkSecret(text: text) != nil) == (count == 32))
        #expect((ShareSalt(bytes) != nil) == (count == 32 || count == 16))
        #expect((ShareSalt(text: text) != nil) == (count == 32 || count == 16))
        #expect((PasswordSalt(bytes) != nil) == (count == 16))
        #expect((PasswordSalt(text: text) != nil) == (count == 16))
    }
}
