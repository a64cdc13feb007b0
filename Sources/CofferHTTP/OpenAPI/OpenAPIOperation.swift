/// The description of one route; it stands beside the route's code.
package struct OpenAPIOperation: Sendable {
    /// Lower case, as OpenAPI writes it.
    package var method: String
    package var path: String
    package var id: String
    /// One, or one of each dialect that shares the route.
    package var tags: [String]
    package var summary: String
    package var description: String
    package var parameters: [JSONValue]
    /// The request body object; nil for none.
    package var body: JSONValue?
    /// Status code and response object.
    package var responses: [JSONValue.Member]
    /// Names of security schemes, of which each must be satisfied; empty for a route that anybody may use.
    package var security: [String]
    /// Names of security schemes, any of which is enough instead.
    package var otherSecurity: [String]

    package init(
        _ method: String,
        _ path: String,
        id: String,
        tag: String,
        summary: String,
        description: String,
        parameters: [JSONValue] = [],
        body: JSONValue? = nil,
        responses: [JSONValue.Member],
        security: [String] = [],
        otherSecurity: [String] = []
    ) {
        self.method = method
        self.path = path
        self.id = id
        tags = [tag]
        self.summary = summary
        self.description = description
        self.parameters = parameters
        self.body = body
        self.responses = responses
        self.security = security
        self.otherSecurity = otherSecurity
    }

    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("tags", .array(tags.map { .string($0) })),
            .init("summary", .string(summary)),
            .init("description", .string(description)),
            .init("operationId", .string(id)),
        ]
        if !security.isEmpty {
            let ways: [JSONValue] =
                [.object(security.map { .init($0, []) })] + otherSecurity.map { .object([.init($0, [])]) }
            members.append(.init("security", .array(ways)))
        }
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let body { members.append(.init("requestBody", body)) }
        members.append(.init("responses", .object(responses)))
        return .object(members)
    }
}
