import CofferTesting
import Testing

@testable import CofferCore

@Suite("Hex")
struct HexTests {
    @Test(arguments: [([], ""), ([0], "00"), ([255, 1, 171], "ff01ab")] as [([UInt8], String)])
    func bytesAreSpeltInLowerCase(bytes: [UInt8], text: String) {
        #expect(Hex.encode(bytes) == text)
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.decode(text.uppercased()) == bytes)
    }

    @Test(arguments: ["0", "000", "0g", "g0", " 00", "00 ", "0x00", "é0", "+1", "－１"])
    func textThatIsNoHexIsRefused(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func everyByteComesBack() {
        let all = (0...255).map { UInt8($0) }
        #expect(Hex.decode(Hex.encode(all)) == all)
    }
}

@Suite("SystemRandomSource")
struct RandomSourceTests {
    private let random = SystemRandomSource()

    @Test(arguments: [0, 1, 16, 1000])
    func bytesAreAsManyAsAsked(count: Int) {
        #expect(random.bytes(count).count == count)
        #expect(random.hex(byteCount: count).utf8.count == count * 2)
    }

    @Test func sixteenBytesNeverComeTwice() {
        #expect(Set((0..<1000).map { _ in random.bytes(16) }).count == 1000)
    }

    @Test func everyByteValueTurnsUp() {
        #expect(Set(random.bytes(20_000)).count == 256)
    }

    @Test func numbersCoverTheirRangeAndStayInside() {
        let drawn = Set((0..<2000).map { _ in random.number(below: 6) })
        #expect(drawn == Set(0..<6))
        #expect(random.number(below: 1) == 0)
    }
}

@Suite("TokenDigest and constantTimeEqual")
struct TokenDigestTests {
    @Test func digestIsTheSHA256OfTheToken() {
        let digest = TokenDigest(of: "abc")
        #expect(Hex.encode(digest.bytes) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func onlyTheSameTokenMatches() {
        let stored = TokenDigest(stored: TokenDigest(of: "secret").bytes)
        #expect(TokenDigest(of: "secret").matches(stored))
        #expect(!TokenDigest(of: "Secret").matches(stored))
        #expect(!TokenDigest(of: "").matches(stored))
        #expect(!TokenDigest(of: "secret").matches(TokenDigest(stored: [])))
    }

    @Test(
        arguments: [
            ([], [], true), ([1], [1], true), ([1], [2], false), ([1], [], false), ([1, 2, 3], [1, 2], false),
            ([1, 2, 3], [1, 2, 131], false), ([0, 0], [0, 0], true), ([255, 0], [127, 0], false),
        ] as [([UInt8], [UInt8], Bool)]
    )
    func bytesAreComparedWhole(left: [UInt8], right: [UInt8], same: Bool) {
        #expect(constantTimeEqual(left, right) == same)
        #expect(constantTimeEqual(right, left) == same)
        #expect(constantTimeEqual(left[...], right) == same)
    }
}

@Suite("PasswordHasher")
struct PasswordHasherTests {
    @Test(arguments: ["", "correct horse", "Grüße 👋🏽", "nul\0inside", String(repeating: "long", count: 500)])
    func onlyThePasswordItselfIsVerified(password: String) async throws {
        let hasher = PasswordHasher()
        let hash = try await hasher.hash(password)
        #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try await hasher.verify(password, against: hash))
        #expect(try await !hasher.verify(password + "x", against: hash))
        #expect(try await !hasher.verify("wrong", against: hash))
    }

    @Test func everyHashHasASaltOfItsOwn() async throws {
        let hasher = PasswordHasher()
        let first = try await hasher.hash("same")
        let second = try await hasher.hash("same")
        #expect(first != second)
    }

    @Test(arguments: ["", "plain", "$argon2id$v=19$m=19456,t=2,p=1$broken", "$2b$12$abcdefghijklmnopqrstuv"])
    func textThatIsNoHashIsAnError(hash: String) async throws {
        let hasher = PasswordHasher()
        await #expect(throws: PasswordHasher.Failure.malformedHash) { try await hasher.verify("plain", against: hash) }
    }

    @Test func costIsThatOfTheCallerAndNeedNotBeKnownToVerify() async throws {
        let hasher = PasswordHasher()
        let hash = try await hasher.hash("dear", cost: .init(memoryBytes: 8 * 1024 * 1024, passes: 3))
        #expect(hash.hasPrefix("$argon2id$v=19$m=8192,t=3,p=1$"))
        #expect(try await hasher.verify("dear", against: hash))
        #expect(try await !hasher.verify("cheap", against: hash))
    }

    @Test func fullQueueIsBusyAndRecovers() async throws {
        let hasher = PasswordHasher(threads: 1, maxWaiting: 2)
        let outcomes = await withTaskGroup(of: Bool?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        _ = try await hasher.hash("password")
                        return true
                    } catch PasswordHasher.Failure.busy {
                        return false
                    } catch {
                        return nil
                    }
                }
            }
            return await group.reduce(into: [Bool?]()) { $0.append($1) }
        }
        #expect(outcomes.allSatisfy { $0 != nil })
        #expect(outcomes.contains(true))
        #expect(outcomes.contains(false))
        let hash = try await hasher.hash("after")
        #expect(try await hasher.verify("after", against: hash))
    }

    @Test func noRoomAtAllIsAlwaysBusy() async throws {
        let hasher = PasswordHasher(threads: 1, maxWaiting: 0)
        await #expect(throws: PasswordHasher.Failure.busy) { try await hasher.hash("password") }
    }
}
