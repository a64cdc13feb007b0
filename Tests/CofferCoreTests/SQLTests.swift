import CofferTesting
import Testing

@testable import CofferCore

@Suite("SQL")
struct SQLTests {
    @Test func valuesAreBoundAndNeverText() {
        let evil = "'; DROP TABLE drops; --"
        let sql: SQL = "SELECT * FROM t WHERE a = \(evil) AND b = \(7) AND c = \([UInt8]([1, 2]))"
        #expect(sql.text == "SELECT * FROM t WHERE a = ? AND b = ? AND c = ?")
        #expect(sql.values == [.text(evil), .integer(7), .bytes([1, 2])])
    }

    @Test func missingValueIsNull() {
        let none: String? = nil
        let some: Int64? = 5
        let sql: SQL = "VALUES (\(none), \(some))"
        #expect(sql.text == "VALUES (?, ?)")
        #expect(sql.values == [.null, .integer(5)])
    }

    @Test func partsBringTheirTextAndValuesInOrder() {
        let part: SQL = "b = \(2)"
        let sql: SQL = "a = \(1) AND \(part: part) AND c = \(3)"
        #expect(sql.text == "a = ? AND b = ? AND c = ?")
        #expect(sql.values == [.integer(1), .integer(2), .integer(3)])
    }

    @Test func ownTypesKnowTheirValue() throws {
        let key = try #require(BlobKey("00112233445566778899aabbccddeeff"))
        let digest = TokenDigest(stored: [9, 8])
        let seal = SealKey(bytes: [3])
        let sql: SQL = """
            VALUES (\(true), \(false), \(Timestamp(milliseconds: -5)), \(digest), \(key), \(seal), \(DropID(stored: "d")))
            """
        #expect(
            sql.values == [
                .integer(1), .integer(0), .integer(-5), .bytes([9, 8]), .text("00112233445566778899aabbccddeeff"),
                .bytes([3]), .text("d"),
            ]
        )
    }

    @Test(arguments: [
        "", "0011", "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeefg",
        "00112233445566778899aabbccddeeff0", "../../../../../../etc/passwd/./.", "0011223344556677 899aabbccddeeff",
    ])
    func textThatIsNoKeyMakesNone(text: String) {
        #expect(BlobKey(text) == nil)
    }

    @Test func keysAreRandomAndReadBack() {
        let keys = Set((0..<100).map { _ in BlobKey(random: SystemRandomSource()) })
        #expect(keys.count == 100)
        for key in keys { #expect(BlobKey(key.description) == key) }
    }
}
