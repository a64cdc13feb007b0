import CofferTesting
import Testing

@testable import CofferCore

@Suite("SettingsGroup")
struct SettingsGroupTests {
    private func group(_ values: [String: String]) -> SettingsGroup {
        SettingsGroup { name in values[name].map { .init(text: $0, origin: "COFFER_\(name.uppercased())") } }
    }

    private func malformed(_ read: () throws -> some Any) -> String? {
        do {
            _ = try read()
            return nil
        } catch {
            return (error as? SettingsGroup.Malformed)?.description
        }
    }

    @Test func missingValuesAreTheDefaults() throws {
        let group = group([:])
        #expect(try group.text("a", default: "x") == "x")
        #expect(try group.integer("a", default: 5, in: 0...3) == 5)
        #expect(try group.flag("a", default: true))
        #expect(try group.parsed("a", default: 7, expectation: "a number") { Int($0) } == 7)
        #expect(try group.value("a")?.text == nil)
    }

    @Test func presentValuesAreRead() throws {
        let group = group(["n": "42", "t": "text", "low": "-3"])
        #expect(try group.integer("n", default: 5, in: 0...42) == 42)
        #expect(try group.integer("low", default: 5, in: -3...0) == -3)
        #expect(try group.text("t", default: "") == "text")
        #expect(try group.parsed("n", default: 7, expectation: "a number") { Int($0) } == 42)
        #expect(try group.value("t")?.origin == "COFFER_T")
    }

    @Test(arguments: ["12x", "", " 12", "1.5", "1e3", "0x10", "101", "-1", "9223372036854775808", "١٢"])
    func malformedNumberIsOneSentence(text: String) {
        let group = group(["port": text])
        #expect(
            malformed { try group.integer("port", default: 5, in: 0...100) }
                == "COFFER_PORT is “\(text)”; it must be a whole number from 0 to 100."
        )
    }

    @Test(arguments: [
        ("true", true), ("ON", true), ("yes", true), ("1", true), ("False", false), ("off", false), ("no", false),
        ("0", false),
    ])
    func flagsHaveEightSpellings(text: String, value: Bool) throws {
        #expect(try group(["f": text]).flag("f", default: !value) == value)
    }

    @Test(arguments: ["", "2", "tru", "y", "enabled"])
    func malformedFlagIsOneSentence(text: String) {
        let group = group(["f": text])
        #expect(malformed { try group.flag("f", default: true) } == "COFFER_F is “\(text)”; it must be true or false.")
    }

    @Test func parserThatRefusesOrThrowsIsMalformed() {
        let group = group(["p": "bad"])
        let sentence = "COFFER_P is “bad”; it must be good."
        #expect(malformed { try group.parsed("p", default: 1, expectation: "good") { _ in nil } } == sentence)
        #expect(
            malformed { try group.parsed("p", default: 1, expectation: "good") { _ in throw StorageError.full } }
                == sentence
        )
    }
}
