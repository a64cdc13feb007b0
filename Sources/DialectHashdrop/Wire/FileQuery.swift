import CofferHTTP

/// The query parameter `id`, of which the first value counts.
enum FileQuery {
    /// - Throws: ``HashdropError/missingFileID``.
    static func prefix(_ context: CofferContext) throws -> String {
        let value = context.path.query.flatMap { FormURLEncoded($0).first("id") } ?? ""
        guard !value.isEmpty else { throw HashdropError.missingFileID }
        return value
    }

    /// - Throws: ``HashdropError/missingFileID``, ``HashdropError/invalidFileID``.
    static func id(_ context: CofferContext) throws -> FileID {
        try FileID(parsing: try prefix(context))
    }
}
