import CofferCore
import CofferHTTP
import Hummingbird

/// What many routes ask of a request: its heap, its page, its filter.
extension RequestFields {
    /// The heap that is named by one of these members.
    ///
    /// - Throws: ``HeaperError/malformed(_:)`` when none is, ``HeaperError/heapNotFound``.
    func heap(
        _ places: any PlaceFinding,
        for user: UserID,
        under names: [String] = ["heap_id", "workspace_id", "id"]
    ) async throws -> HeapPlace {
        for name in names {
            guard let text = try text(name) else { continue }
            guard Identifiers.isValid(text) else { throw HeaperError.malformed("\(name) is not a valid id") }
            return try await places.required(text, for: user)
        }
        throw HeaperError.malformed("\(names[0]) is required")
    }

    /// Ids in an array, or one in a string, under the first of these names that is there.
    ///
    /// - Throws: ``HeaperError/malformed(_:)`` for another value, for an id of wrong form, and for more than `limit`.
    func blocks(_ names: [String], atMost limit: Int = 10_000) throws -> [BlockID]? {
        for name in names {
            guard let value = self[name] else { continue }
            var found: [JSONValue] = [value]
            if case .array(let values) = value { found = values }
            guard found.count <= limit else { throw HeaperError.malformed("\(name) has more than \(limit) ids") }
            var seen: Set<BlockID> = []
            return try found.compactMap { value in
                guard case .string(let text) = value, let id = BlockID(text) else {
                    throw HeaperError.malformed("\(name) must hold ids")
                }
                return seen.insert(id).inserted ? id : nil
            }
        }
        return nil
    }

    /// - Throws: ``HeaperError/malformed(_:)`` for members of wrong types, an unknown `sort`, and a `search` that is too long.
    func filter() throws -> BlockFilter {
        var filter = BlockFilter()
        if let type = try text("type"), !type.isEmpty { filter.type = type }
        filter.tag = try id("tag_id")
        filter.search = try text("search") ?? ""
        guard filter.search.utf8.count <= BlockFilter.maxSearchBytes else {
            throw HeaperError.malformed("search may have \(BlockFilter.maxSearchBytes) bytes at most")
        }
        if let sort = try text("sort"), !sort.isEmpty { try filter.sort(sort) }
        return filter
    }
}

extension BlockFilter {
    /// Takes an order as `updated`, `created_at`, `-title`, `updated:asc` or `title_desc` say it; times come newest first
    /// and titles from A unless told otherwise.
    mutating func sort(_ text: String) throws {
        var name = text.lowercased()[...]
        var descending: Bool?
        if name.hasPrefix("-") {
            descending = true
            name = name.dropFirst()
        }
        for (suffix, isDescending) in [("desc", true), ("asc", false)] {
            for mark in [":", "_", "-", " "] where name.hasSuffix(mark + suffix) {
                descending = isDescending
                name = name.dropLast(suffix.utf8.count + 1)
            }
        }
        switch name {
        case "updated", "updated_at", "newest": order = .updated
        case "created", "created_at": order = .created
        case "title", "name": order = .title
        default: throw HeaperError.malformed("sort must be updated, created or title, with :asc or :desc")
        }
        isDescending = descending ?? (order != .title)
    }
}

extension PlaceFinding {
    /// - Throws: ``HeaperError/heapNotFound`` for a heap that is unknown, deleted or foreign.
    func required(_ id: String, for user: UserID) async throws -> HeapPlace {
        guard let heap = try await heap(id, for: user) else { throw HeaperError.heapNotFound }
        return heap
    }

    /// A live or trashed block.
    ///
    /// - Throws: ``HeaperError/blockNotFound`` for any other.
    func required(_ block: BlockID, for user: UserID) async throws -> BlockPlace {
        guard case .present(let place) = try await standing(of: block, in: nil, for: user) else {
            throw HeaperError.blockNotFound
        }
        return place
    }
}

extension HeapPlace {
    /// - Throws: ``HeaperError/readOnly`` for who may only look.
    func requireWriting() throws {
        guard role.mayWrite else { throw HeaperError.readOnly }
    }
}

extension Request {
    /// A number of the query as the reference reads it: whatever is none counts as missing.
    func lenientNumber(_ name: String) -> Int64? {
        uri.queryParameters[name[...]].flatMap { Double(String($0)) }.flatMap { Int64(exactly: $0.rounded(.down)) }
    }
}
