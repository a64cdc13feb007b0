import Crypto
import Testing

@testable import SkySendCrypto

@Suite("SkySend crypto: notes")
struct SealedMessageTests {
    @Test func noteMatchesTheKnownAnswer() throws {
        let key = try KnownAnswers.keys().metaKey
        let message = try SealedMessage(sealing: Array("hi".utf8), under: key, nonce: KnownAnswers.baseNonce)
        #expect(hex(message.content) == "962ee3610016c72f55a904c89a4db2da26ee")
        #expect(message.nonceText == "oKGio6Slpqeoqaqr")
        #expect(try message.text(under: key) == "hi")
    }

    @Test(arguments: ["", "hi", "gr\u{FC}n \u{1F98A}\n", String(repeating: "0123456789", count: 20_000)])
    func textComesBack(text: String) throws {
        let key = SymmetricKey(size: .bits256)
        let message = try SealedMessage(sealing: text, under: key)
        let received = try SealedMessage(contentText: message.contentText, nonceText: message.nonceText)
        #expect(try received.text(under: key) == text)
    }

    @Test func everyMessageHasItsOwnNonce() throws {
        let key = SymmetricKey(size: .bits256)
        let first = try SealedMessage(sealing: "same", under: key)
        let second = try SealedMessage(sealing: "same", under: key)
        #expect(first.nonce != second.nonce)
        #expect(first.content != second.content)
    }

    @Test func urlFormIsReadToo() throws {
        let key = try KnownAnswers.keys().metaKey
        let message = try SealedMessage(sealing: "hi", under: key)
        let received = try SealedMessage(
            contentText: Base64Text.url(message.content),
            nonceText: Base64Text.url(message.nonce)
        )
        #expect(received == message)
    }

    @Test func changesAndOtherKeysAreFound() throws {
        let key = SymmetricKey(size: .bits256)
        let message = try SealedMessage(sealing: "a note", under: key)
        for position in message.content.indices {
            var content = message.content
            content[position] ^= 0x80
            let changed = try SealedMessage(content: content, nonce: message.nonce)
            #expect(throws: SealedMessage.Failure.tampered) { try changed.text(under: key) }
        }
        #expect(throws: SealedMessage.Failure.tampered) { try message.text(under: SymmetricKey(size: .bits256)) }
    }

    @Test(arguments: [("AAAA", "oKGio6Slpqeoqaqr"), ("!", "oKGio6Slpqeoqaqr"), ("AAECAwQFBgcICQoLDA0ODw==", "oKGi")])
    func otherShapesAreMalformed(content: String, nonce: String) {
        #expect(throws: SealedMessage.Failure.malformed) {
            try SealedMessage(contentText: content, nonceText: nonce)
        }
    }

    @Test func bytesThatAreNoTextAreTold() throws {
        let key = SymmetricKey(size: .bits256)
        let message = try SealedMessage(sealing: [0xFF, 0xFE], under: key, nonce: KnownAnswers.baseNonce)
        #expect(throws: SealedMessage.Failure.notText) { try message.text(under: key) }
    }
}
