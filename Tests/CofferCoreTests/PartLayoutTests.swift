import Testing

@testable import CofferCore

@Suite("PartLayout")
struct PartLayoutTests {
    /// A file in memory and the layout that says where its parts lie.
    private struct Model {
        var layout: PartLayout
        var file: [UInt8?] = []

        init(size: Int) {
            layout = PartLayout(size: Int64(size))
        }

        mutating func write(_ bytes: [UInt8], at position: Int64) {
            let end = Int(position) + bytes.count
            if file.count < end { file += [UInt8?](repeating: nil, count: end - file.count) }
            file.replaceSubrange(Int(position)..<end, with: bytes.map { $0 })
        }

        mutating func add(_ index: Int64, _ bytes: [UInt8]) -> Bool {
            let place = layout.place(index, length: Int64(bytes.count), largest: 1 << 20)
            write(bytes, at: place.position)
            guard layout.claim(place.sender, length: Int64(bytes.count)) else {
                layout.abandon(place.sender)
                return false
            }
            return layout.accept(place.sender, length: Int64(bytes.count))
        }

        /// Carries out the arrangement and returns the bytes of the upload.
        mutating func arranged() -> [UInt8?] {
            for moves in layout.arrangement() {
                let before = file
                for move in moves {
                    let bytes = before[Int(move.from)..<Int(move.from + move.length)]
                    write(bytes.compactMap(\.self), at: move.to)
                }
                layout.apply(moves)
            }
            return Array(file.prefix(Int(layout.size)))
        }
    }

    @Test func equalPartsInAnyOrderNeedNoMoves() throws {
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
            var model = Model(size: 350)
            for index in order {
                expect(model.add(Int64(index), Array(repeating: UInt8(index), count: index == 3 ? 50 : 100)))
            }
            #expect(model.layout.isComplete)
            // Only a short last part that comes first cannot be placed before another is known.
            if order.first != 3 { #expect(model.layout.arrangement().isEmpty, "\(order)") }
        }
    }

    @Test func partsThatArriveTogetherGetTheirPlacesAtOnce() {
        var layout = PartLayout(size: 250)
        let first = layout.place(0, length: 100, largest: 1000)
        let second = layout.place(1, length: 100, largest: 1000)
        let third = layout.place(2, length: 50, largest: 1000)
        #expect([first.position, second.position, third.position] == [0, 100, 200])
        expect(layout.accept(third.sender, length: 50))
        #expect(layout.contiguousBytes == 0)
        #expect(layout.parkedCount == 1)
        expect(layout.accept(first.sender, length: 100))
        #expect(layout.contiguousBytes == 100)
        expect(layout.accept(second.sender, length: 100))
        #expect(layout.isComplete)
        #expect(layout.arrangement().isEmpty)
    }

    @Test func partOfUnknownLengthGoesBehindTheEnd() {
        var layout = PartLayout(size: 100)
        let positions = [0, 1].map { layout.place($0, length: nil, largest: 1000).position }
        #expect(positions == [100, 200])
    }

    @Test func firstSenderOfANumberWins() {
        var layout = PartLayout(size: 20)
        let one = layout.place(0, length: 10, largest: 100)
        let other = layout.place(0, length: 10, largest: 100)
        #expect(one.position != other.position)
        expect(layout.claim(one.sender, length: 10))
        expect(layout.claim(other.sender, length: 10))
        expect(layout.accept(other.sender, length: 10))
        expectNot(layout.accept(one.sender, length: 10))
        #expect(layout.room == 10)
        #expect(layout.receivedRanges == [0...0])
    }

    @Test func parallelPartsCannotExceedTheUploadTogether() {
        var layout = PartLayout(size: 15)
        let one = layout.place(0, length: 10, largest: 100)
        let two = layout.place(1, length: 10, largest: 100)
        expect(layout.claim(one.sender, length: 10))
        expectNot(layout.claim(two.sender, length: 10))
        layout.abandon(one.sender)
        expect(layout.claim(two.sender, length: 10))
    }

    @Test func abandonedRoomIsUsedAgain() {
        var layout = PartLayout(size: 100)
        let first = layout.place(0, length: 40, largest: 100)
        layout.abandon(first.sender)
        let again = layout.place(0, length: 40, largest: 100)
        #expect(again.position == 0)
    }

    /// While the room of a replaced part is given back nobody may write there.
    @Test func placeOfAReplacedPartIsHeldUntilItsRoomIsGivenBack() throws {
        var layout = PartLayout(size: 20, partBytes: 10)
        func send() -> (sender: Int, position: Int64) { layout.place(0, length: 10, largest: 10) }
        expect(layout.accept(send().sender, length: 10))
        let second = send()
        #expect(layout.replace(second.sender, length: 10) == nil)
        let third = send()
        #expect(third.position != second.position)
        #expect(layout.replace(third.sender, length: 10)?.position == second.position)
        let fourth = send()
        #expect(fourth.position != second.position)
        #expect(fourth.position != third.position)
        layout.abandon(third.sender)
        #expect(send().position != fourth.position)
    }

    @Test func partThatComesAgainAndAgainDoesNotMoveTheEndForEver() {
        var layout = PartLayout(size: 25, partBytes: 10)
        for index in [0, 1, 2] as [Int64] {
            expect(layout.accept(layout.place(index, length: nil, largest: 10).sender, length: index == 2 ? 5 : 10))
        }
        for number in 0..<100 {
            let index = Int64(number % 3)
            let place = layout.place(index, length: nil, largest: 10)
            #expect((25..<65).contains(place.position))
            _ = layout.replace(place.sender, length: index == 2 ? 5 : 10)
            layout.abandon(place.sender)
        }
    }

    @Test func hugeNumbersAreNoTrap() {
        var layout = PartLayout(size: 1 << 53)
        _ = layout.place(0, length: 1 << 24, largest: 1 << 24)
        for index: Int64 in [(1 << 39) - 1, 1 << 40, .max - 1] {
            let place = layout.place(index, length: 1 << 24, largest: 1 << 24)
            #expect(place.position >= 0)
        }
    }

    /// Parts of all sizes, in every order, with failures and repeats on the way: the bytes come out right.
    @Test(arguments: 0..<40)
    func randomUploadsComeOutRight(seed: Int) {
        var random = SeededGenerator(state: UInt64(seed) &* 7919 &+ 13)
        for _ in 0..<100 {
            let count = Int.random(in: 1...12, using: &random)
            let isEven = Bool.random(using: &random)
            let parts = (0..<count).map { index -> [UInt8] in
                let length = isEven && index < count - 1 ? 5 : Int.random(in: 1...9, using: &random)
                return (0..<length).map { UInt8((index * 16 + $0) % 251) }
            }
            var model = Model(size: parts.joined().count)
            for index in (0..<count).shuffled(using: &random) {
                if Int.random(in: 0..<4, using: &random) == 0 {
                    // A sender that fails half-way leaves rubbish behind.
                    let place = model.layout.place(Int64(index), length: Int64(parts[index].count), largest: 100)
                    model.write(Array(parts[index].map { ~$0 }.dropLast()), at: place.position)
                    model.layout.abandon(place.sender)
                }
                expect(model.add(Int64(index), parts[index]))
                if Int.random(in: 0..<4, using: &random) == 0 {
                    expectNot(model.add(Int64(index), parts[index].map { ~$0 }))
                }
            }
            #expect(model.layout.isComplete)
            let arranged = model.arranged()
            #expect(arranged == parts.joined().map { $0 })
        }
    }
}

/// For calls that change their value, which the macro cannot take.
private func expect(_ isTrue: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(isTrue, sourceLocation: sourceLocation)
}

private func expectNot(_ isTrue: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(!isTrue, sourceLocation: sourceLocation)
}

/// A generator that gives the same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
