import CofferCore
import Yjs

/// What the rows of a block show of its document.
///
/// Source: Heaper contract, section 6.1.
struct Projection: Equatable, Sendable {
    /// What lists show: it is stored together with each update that changes it.
    struct Head: Equatable, Sendable {
        /// Nil when the document has no title of its own, as for a block that only its row describes.
        var title: String?
        /// Members of `meta_v0` by the columns that they fill; null clears one, what is missing leaves its column alone.
        var columns: [BlockColumn: String?] = [:]
        /// Nil when the document does not say.
        var lifecycle: Lifecycle?
    }

    struct Relation: Hashable, Sendable {
        var from: String
        var to: String
        var type: String
    }

    struct File: Equatable, Sendable {
        var hash: ContentHash
        var size: Int64
        var name = ""
        var mimeType = ""
        var width: Int64?
        var height: Int64?
    }

    static let maxTitleBytes = 1000
    static let maxTextBytes = 256 << 10
    static let maxRelations = 2000
    static let maxFiles = 2000

    var head: Head
    /// Nil when the document has no content.
    var text: String?
    /// The same as a search compares it.
    var foldedText: String?
    var relations: Set<Relation>
    var files: [File]

    init(of document: YDocument, block: BlockID) {
        head = Head(of: document)
        let roots = Set(document.rootNames)
        text =
            roots.contains("content_v0") ? document.plainText(of: .root("content_v0")).cut(to: Self.maxTextBytes) : nil
        foldedText = text.map { SearchText.folded($0) }
        relations = Self.tags(of: document, block).union(Self.mentions(in: document, block))
        files = Self.files(of: document)
    }

    /// Tags: `relations_v1` has a map or an object for each, the older `relations_v0` anything.
    private static func tags(of document: YDocument, _ block: BlockID) -> Set<Relation> {
        var found: Set<Relation> = []
        for root in ["relations_v1", "relations_v0"] {
            for (key, value) in document.entries(of: .root(root)) where found.count < maxRelations {
                guard let tag = BlockID(key), tag != block else { continue }
                let members = document.members(of: value)
                if case .value(.bool(false)) = value { continue }
                let type = members?["type"]?.plainText ?? "tag"
                guard (1...20).contains(type.utf8.count) else { continue }
                found.insert(Relation(from: tag.text, to: block.text, type: type))
            }
        }
        return found
    }

    /// What `reference` nodes anywhere in the content point to.
    private static func mentions(in document: YDocument, _ block: BlockID) -> Set<Relation> {
        var found: Set<Relation> = []
        var open: [YTypeID] = [.root("content_v0")]
        while let type = open.popLast(), found.count < maxRelations {
            for case .type(let child, let kind) in document.elements(of: type) where kind == .xmlElement {
                open.append(child)
                guard document.nodeName(of: child) == "reference" else { continue }
                let names = ["id", "block_id", "blockId", "data-id"]
                let named = names.lazy.compactMap { document.value(forKey: $0, in: child)?.plainText }.first
                guard let named, let target = BlockID(named), target != block else { continue }
                found.insert(Relation(from: block.text, to: target.text, type: "mention"))
            }
        }
        return found
    }

    private static func files(of document: YDocument) -> [File] {
        var found: [ContentHash: File] = [:]
        for (key, value) in document.entries(of: .root("files_v0")) where found.count < maxFiles {
            let parts = key.split(separator: ":", maxSplits: 1)
            guard let first = parts.first, let hash = ContentHash(first) else { continue }
            let members = document.members(of: value) ?? .null
            let named = parts.count == 2 ? Int64(parts[1]) : nil
            let size = named ?? members["file_size"]?.wholeNumber ?? members["size"]?.wholeNumber ?? 0
            guard size >= 0, found[hash] == nil else { continue }
            found[hash] = File(
                hash: hash,
                size: size,
                name: (members["name"]?.plainText ?? "").cut(to: 1000),
                mimeType: UploadFields.mimeType(members["mime_type"]?.plainText ?? members["type"]?.plainText),
                width: members["width"]?.wholeNumber,
                height: members["height"]?.wholeNumber
            )
        }
        return found.values.sorted { $0.hash.text < $1.hash.text }
    }
}

/// Columns of a block that members of `meta_v0` of the same names fill.
enum BlockColumn: String, CaseIterable, Sendable {
    case type, color, icon
    case iconType = "icon_type"
    case mainTag = "main_tag"
    case valueType = "value_type"
    case valueOptions = "value_options"
    case defaultApp = "default_app"

    var name: SQL { SQL(stringLiteral: rawValue) }

    /// Whether a value is short enough; types have characters, everything else bytes.
    func takes(_ text: String) -> Bool {
        switch self {
        case .type: (1...Self.maxTypeCharacters).contains(text.unicodeScalars.count)
        default: text.utf8.count <= maxBytes
        }
    }

    static let maxTypeCharacters = 20

    var maxBytes: Int {
        switch self {
        case .type: Self.maxTypeCharacters * 4
        case .valueOptions: 16 << 10
        default: 200
        }
    }
}

/// Whether a block is alive, as its document says.
enum Lifecycle: Equatable, Sendable {
    case live
    /// Since when; nil for since this is known.
    case trashed(Timestamp?)
    case purged
}

extension Projection.Head {
    init(of document: YDocument) {
        let roots = Set(document.rootNames)
        if roots.contains("title_v0") {
            let text = document.plainText(of: .root("title_v0"))
            title = text.replacing("\n", with: " ").cut(to: Projection.maxTitleBytes)
        }
        guard roots.contains("meta_v0") else { return }
        let meta = YTypeID.root("meta_v0")
        for column in BlockColumn.allCases {
            guard case .value(let value)? = document.value(forKey: column.rawValue, in: meta) else { continue }
            let text: String?
            switch value {
            case .null where column != .type:
                columns[column] = .some(nil)
                continue
            case .string(let string): text = string
            case .array, .object: text = column == .valueOptions ? value.jsonText : nil
            default: text = nil
            }
            if let text, column.takes(text) { columns[column] = text }
        }
        lifecycle = Lifecycle(of: document, meta)
    }
}

extension Lifecycle {
    init(of document: YDocument, _ meta: YTypeID) {
        if Self.time("permanently_deleted_at", in: document, meta) != nil {
            self = .purged
        } else if let time = Self.time("deleted_at", in: document, meta) {
            self = .trashed(time)
        } else {
            self = .live
        }
    }

    /// - Returns: nil for not set; a time of nil for `true` and for text that is no time.
    private static func time(_ key: String, in document: YDocument, _ meta: YTypeID) -> Timestamp?? {
        guard case .value(let value)? = document.value(forKey: key, in: meta) else { return nil }
        switch value {
        case .bool(true): return .some(nil)
        case .number(let number) where number > 0 && number < 8.64e15: return Timestamp(milliseconds: Int64(number))
        case .bigInt(let number) where number > 0: return Timestamp(milliseconds: number)
        case .string(let text) where !text.isEmpty: return .some(InternetTime.parse(text))
        default: return nil
        }
    }
}
