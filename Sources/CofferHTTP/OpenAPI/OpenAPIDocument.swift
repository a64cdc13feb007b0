/// One dialect's part of the API description (OpenAPI 3.1.0).
package struct OpenAPIDocument: Sendable {
    package var title: String
    package var version: String
    package var description: String
    package var tags: [(name: String, description: String)]
    /// In the reference's order.
    package var operations: [OpenAPIOperation]
    /// Named schemas, referred to as `#/components/schemas/<name>`.
    package var schemas: [JSONValue.Member]
    /// Named ways to show who asks, which operations refer to; names are unique over all dialects.
    package var securitySchemes: [JSONValue.Member]

    package init(
        title: String,
        version: String,
        description: String,
        tags: [(name: String, description: String)],
        operations: [OpenAPIOperation],
        schemas: [JSONValue.Member],
        securitySchemes: [JSONValue.Member] = []
    ) {
        self.title = title
        self.version = version
        self.description = description
        self.tags = tags
        self.operations = operations
        self.schemas = schemas
        self.securitySchemes = securitySchemes
    }

    /// The whole document.
    package var json: JSONValue {
        var paths: [JSONValue.Member] = []
        for path in operations.map(\.path).reduce(into: [String](), { if !$0.contains($1) { $0.append($1) } }) {
            let members = operations.filter { $0.path == path }.map { JSONValue.Member($0.method, $0.json) }
            paths.append(.init(path, .object(members)))
        }
        var components = [JSONValue.Member("schemas", .object(schemas))]
        if !securitySchemes.isEmpty { components.append(.init("securitySchemes", .object(securitySchemes))) }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": .string(title), "version": .string(version), "description": .string(description),
            ],
            "tags": .array(tags.map { ["name": .string($0.name), "description": .string($0.description)] }),
            "paths": .object(paths),
            "components": .object(components),
        ]
    }

    /// Several documents as one.
    ///
    /// Routes that several dialects share are described once, with what each says of them. Schema names that two
    /// dialects use for different things get the owner's title in front.
    package static func merging(_ documents: [OpenAPIDocument], title: String, version: String) -> OpenAPIDocument {
        var merged = OpenAPIDocument(
            title: title,
            version: version,
            description: documents.map { "## \($0.title)\n\n\($0.description)" }.joined(separator: "\n\n"),
            tags: [],
            operations: [],
            schemas: []
        )
        for document in documents {
            let renamed = document.avoiding(names: merged.schemas.map(\.name), tags: merged.tags.map(\.name))
            merged.tags += renamed.tags
            for operation in renamed.operations { merged.add(operation) }
            merged.schemas += renamed.schemas
            merged.securitySchemes += renamed.securitySchemes
        }
        return merged
    }

    private mutating func add(_ operation: OpenAPIOperation) {
        let same = operations.firstIndex { $0.method == operation.method && $0.path == operation.path }
        if let same {
            operations[same] = operations[same].shared(with: operation)
        } else {
            operations.append(operation)
        }
    }

    private func avoiding(names: [String], tags taken: [String]) -> OpenAPIDocument {
        let prefix = title.filter { $0.isLetter || $0.isNumber }
        let clashes = schemas.map(\.name).filter(names.contains)
        var copy = self
        copy.tags = tags.map { (taken.contains($0.name) ? "\(title): \($0.name)" : $0.name, $0.description) }
        copy.operations = operations.map { operation in
            var operation = operation
            operation.tags = operation.tags.map { taken.contains($0) ? "\(title): \($0)" : $0 }
            operation.body = operation.body.map { $0.renamingSchemas(clashes, prefix: prefix) }
            operation.responses = operation.responses.map {
                .init($0.name, $0.value.renamingSchemas(clashes, prefix: prefix))
            }
            return operation
        }
        copy.schemas = schemas.map {
            .init(
                clashes.contains($0.name) ? prefix + $0.name : $0.name,
                $0.value.renamingSchemas(clashes, prefix: prefix)
            )
        }
        return copy
    }
}

extension JSONValue {
    fileprivate func renamingSchemas(_ names: [String], prefix: String) -> JSONValue {
        switch self {
        case .object(let members):
            return .object(
                members.map { member in
                    if member.name == "$ref", case .string(let target) = member.value,
                        let name = names.first(where: { target == "#/components/schemas/\($0)" })
                    {
                        return .init("$ref", .string("#/components/schemas/\(prefix)\(name)"))
                    }
                    return .init(member.name, member.value.renamingSchemas(names, prefix: prefix))
                }
            )
        case .array(let values): return .array(values.map { $0.renamingSchemas(names, prefix: prefix) })
        default: return self
        }
    }
}
