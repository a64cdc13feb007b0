/// Operations under one tag, which the same callers may use.
///
/// Makes them; what an operation takes and answers is added by its own methods.
package struct OpenAPIGroup: Sendable {
    private let tag: String
    private let security: [String]
    private let otherSecurity: [String]

    /// `security`, `otherSecurity`: as ``OpenAPIOperation`` has them; without any, anybody may use the operations.
    package init(_ tag: String, security: [String] = [], otherSecurity: [String] = []) {
        self.tag = tag
        self.security = security
        self.otherSecurity = otherSecurity
    }

    package func get(_ path: String, id: String, _ summary: String) -> OpenAPIOperation {
        operation("get", path, id: id, summary)
    }

    package func post(_ path: String, id: String, _ summary: String) -> OpenAPIOperation {
        operation("post", path, id: id, summary)
    }

    package func put(_ path: String, id: String, _ summary: String) -> OpenAPIOperation {
        operation("put", path, id: id, summary)
    }

    package func patch(_ path: String, id: String, _ summary: String) -> OpenAPIOperation {
        operation("patch", path, id: id, summary)
    }

    package func delete(_ path: String, id: String, _ summary: String) -> OpenAPIOperation {
        operation("delete", path, id: id, summary)
    }

    /// `method`: in lower case.
    package func operation(_ method: String, _ path: String, id: String, _ summary: String) -> OpenAPIOperation {
        OpenAPIOperation(
            method,
            path,
            id: id,
            tag: tag,
            summary: summary,
            description: "",
            responses: [],
            security: security,
            otherSecurity: otherSecurity
        )
    }
}

extension OpenAPIOperation {
    package func explained(_ description: String) -> OpenAPIOperation {
        var copy = self
        copy.description = description
        return copy
    }

    package func taking(_ parameters: JSONValue...) -> OpenAPIOperation { taking(parameters) }

    package func taking(_ parameters: [JSONValue]) -> OpenAPIOperation {
        var copy = self
        copy.parameters += parameters
        return copy
    }

    /// `body`: the request body object; nil for none.
    package func sending(_ body: JSONValue?) -> OpenAPIOperation {
        var copy = self
        copy.body = body
        return copy
    }

    package func answering(_ status: Int, _ description: String, _ schema: String) -> OpenAPIOperation {
        answering(OpenAPI.json(status, description, schema: schema))
    }

    package func answering(_ responses: JSONValue.Member...) -> OpenAPIOperation { answering(responses) }

    package func answering(_ responses: [JSONValue.Member]) -> OpenAPIOperation {
        var copy = self
        copy.responses += responses
        return copy
    }
}
