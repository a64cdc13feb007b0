@testable import Yjs

/// What three clients write who hear of each other now and then: text with surrogate pairs, formats, embeds, maps,
/// arrays, nested types, XML, deletes, and values that come and go.
struct RandomLog {
    private static let ids: [[UInt64]] = [[1, 2, 3], [300, 5, 4_294_967_295], [77, (1 << 53) - 1, 76]]

    /// The updates in the order in which they were written.
    private(set) var updates: [[UInt8]] = []
    /// Each client's document; they have not heard everything.
    private(set) var documents: [YDocument]
    private(set) var generator: SeededGenerator

    private let clients: [UInt64]
    /// How many updates each client has heard.
    private var heard = [0, 0, 0]

    init(seed: UInt64, steps: Int) throws {
        generator = SeededGenerator(seed: seed)
        clients = generator.pick(Self.ids)
        let collectsGarbage = !generator.oneIn(5)
        documents = Array(repeating: YDocument(collectsGarbage: collectsGarbage), count: 3)
        for _ in 0..<steps {
            let author = generator.below(3)
            if generator.oneIn(3) { try hear(author, upTo: updates.count) }
            try write(author)
        }
    }

    private mutating func hear(_ reader: Int, upTo count: Int) throws {
        while heard[reader] < count {
            try documents[reader].apply(updates[heard[reader]])
            heard[reader] += 1
        }
    }

    /// Lets every client hear everything.
    mutating func settle() throws {
        for reader in documents.indices { try hear(reader, upTo: updates.count) }
    }

    private mutating func write(_ author: Int) throws {
        var writer = RandomWriter(document: documents[author], client: clients[author], generator: generator)
        let update = try writer.write()
        generator = writer.generator
        documents[author] = writer.document
        if update != YUpdate.empty { updates.append(update) }
    }
}
