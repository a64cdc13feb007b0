extension OpenAPIOperation {
    /// The description of a route that another dialect serves too, whose answers carry the members of both.
    ///
    /// The id is that of `self`.
    func shared(with other: OpenAPIOperation) -> OpenAPIOperation {
        var both = self
        both.tags += other.tags
        both.summary = Self.joined(summary, other.summary)
        both.description = Self.joined(description, other.description)
        both.parameters += other.parameters.filter { !parameters.contains($0) }
        both.responses = responses.map { response in
            guard let twin = other.responses.first(where: { $0.name == response.name }) else { return response }
            return .init(response.name, Self.joined(response.value, twin.value))
        }
        both.responses += other.responses.filter { twin in !responses.contains { $0.name == twin.name } }
        return both
    }

    private static func joined(_ one: String, _ other: String) -> String {
        one == other ? one : "\(one); \(other)"
    }

    /// One response object out of two.
    private static func joined(_ one: JSONValue, _ other: JSONValue) -> JSONValue {
        guard one != other, case .string(let words)? = one["description"],
            case .string(let more)? = other["description"]
        else { return one }
        var members: [JSONValue.Member] = [.init("description", .string(joined(words, more)))]
        let schemas = [one, other].compactMap { $0["content"]?["application/json"]?["schema"] }
        if !schemas.isEmpty {
            let schema = schemas.count == 1 ? schemas[0] : ["allOf": .array(schemas)]
            members.append(.init("content", ["application/json": ["schema": schema]]))
        }
        return .object(members)
    }
}
