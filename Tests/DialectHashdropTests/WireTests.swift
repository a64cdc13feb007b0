import CofferCore
import Testing

@testable import DialectHashdrop

@Suite("Hashdrop: keys and ids")
struct WireTests {
    /// Source: Hashdrop contract, section 5.
    @Test func ownerHashIsThatOfTheOriginal() throws {
        let account = try #require(AccountID("f3cc5613-5d79-4526-8a47-6b5fed2d6f67"))
        #expect(
            ObjectKeys(salt: "uidsalt").ownerHash(of: account) == "36a951e8b5c2f35c9732c41da5fd47b8"
        )
    }

    @Test func objectKeyIsOwnerAndFile() throws {
        let account = try #require(AccountID("F3CC5613-5D79-4526-8A47-6B5FED2D6F67"))
        let file = try FileID(parsing: "0B9F8A3E5C1D4E2F8A7B6C5D4E3F2A1B")
        let key = ObjectKeys(salt: "uidsalt").key(for: file, of: account)
        #expect(
            key.text == "usrh-36a951e8b5c2f35c9732c41da5fd47b8/0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b"
        )
    }

    @Test(
        arguments: [
            "0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b", "0B9F8A3E-5C1D-4E2F-8A7B-6C5D4E3F2A1B",
            "0b9f8a3e5c1d4e2f8a7b6c5d4e3f2a1b", "{0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b}",
            "urn:uuid:0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b",
            "URN:UUID:0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b",
        ]
    )
    func spellingsOfAUUIDAreOne(text: String) {
        #expect(UUIDForms.canonical(text) == "0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b")
    }

    @Test(
        arguments: [
            "", "0", "0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1", "0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1bb",
            "0b9f8a3e-5c1d-4e2f-8a7b6-c5d4e3f2a1b", "0b9f8a3e_5c1d_4e2f_8a7b_6c5d4e3f2a1b",
            "gb9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b", "[0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b]",
            "uuu:uuid:0b9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b", "0b9f8a3e-5c1d4e2f-8a7b-6c5d4e3f2a1b-",
            "ä9f8a3e-5c1d-4e2f-8a7b-6c5d4e3f2a1b", "--------------------------------",
        ]
    )
    func otherTextsAreNone(text: String) {
        #expect(UUIDForms.canonical(text) == nil)
    }
}
