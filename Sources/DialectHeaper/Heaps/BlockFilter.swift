import CofferCore

/// Which blocks of a heap somebody wants to see, and in which order.
struct BlockFilter: Sendable {
    /// An order, and the values by which a page goes on where the last one ended.
    enum Order: String, Sendable {
        case updated, created, title

        /// What rows are ordered by, besides the id.
        var key: SQL {
            switch self {
            case .updated: "b.stamp"
            case .created: "b.created_at"
            case .title: "substr(lower(b.title), 1, 64)"
            }
        }
    }

    /// Words that a search looks for at most; further ones are ignored.
    static let maxWords = 8
    static let maxSearchBytes = 1000

    var type: String?
    var tag: BlockID?
    var search = ""
    var order = Order.updated
    var isDescending = true

    var isEverything: Bool { type == nil && tag == nil && words.isEmpty }

    private var words: [String] {
        SearchText.folded(search).split { $0.isWhitespace }.prefix(Self.maxWords).map(String.init)
    }

    /// What blocks must satisfy; the heap's index block stands for the heap and is shown only to who asks for its type.
    func condition(in heap: HeapPlace) -> SQL {
        var condition: SQL = "b.heap_id = \(heap.heap) AND b.deleted_at IS NULL AND b.purged_at IS NULL"
        if let type {
            condition = "\(part: condition) AND b.type = \(type)"
        } else {
            condition = "\(part: condition) AND b.id <> \(heap.indexBlock)"
        }
        if let tag {
            condition = """
                \(part: condition) AND b.id IN (
                    SELECT r.to_id FROM heaper_relations r
                    WHERE r.from_id = \(tag) AND r.type = 'tag' AND r.heap_id = \(heap.heap)
                )
                """
        }
        guard !words.isEmpty else { return condition }
        return "\(part: condition) AND b.id IN (\(part: Self.search(for: words, in: heap.heap)))"
    }

    /// The blocks that have each of the words in their title or text.
    private static func search(for words: [String], in heap: HeapID) -> SQL {
        let all: SQL = "SELECT s.block_id FROM heaper_search_texts s WHERE s.heap_id = \(heap)"
        return words.reduce(all) { search, word in
            let pattern = "%\(escaped(word))%"
            return "\(part: search) AND (s.title LIKE \(pattern) ESCAPE '!' OR s.text LIKE \(pattern) ESCAPE '!')"
        }
    }

    /// How many blocks there are.
    func count(in heap: HeapPlace, _ session: any SQLSession) throws -> Int {
        if isEverything { return try BlockCounts.live(in: heap.heap, session) }
        let query: SQL = "SELECT count(*) FROM heaper_blocks b WHERE \(part: condition(in: heap))"
        return try session.first(query) { Int($0.integer(0)) } ?? 0
    }

    private static func escaped(_ word: String) -> String {
        String(word.flatMap { "!%_".contains($0) ? ["!", $0] : [$0] })
    }
}

/// A page of a list, and how the next one is asked for.
struct BlockPage: Sendable {
    let blocks: [BlockRecord]
    let total: Int
    let next: BlockCursor?
}

/// Where a page of a list ended.
struct BlockCursor: Equatable, Sendable {
    /// Of the last block: its number or text, by the order.
    let key: String
    let id: String

    init(key: String, id: String) {
        self.key = key
        self.id = id
    }

    /// - Returns: nil for text that is none of ours.
    init?(_ text: String) {
        guard let bytes = Base64.decodeURL(text), let whole = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        let parts = whole.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, Identifiers.isValid(parts[0]) else { return nil }
        id = String(parts[0])
        key = String(parts[1])
    }

    /// Whether it may be of a list in this order.
    func fits(_ order: BlockFilter.Order) -> Bool { order == .title || Int64(key) != nil }

    var text: String { Base64.encodeURL(Array("\(id)\n\(key)".utf8)) }
}
