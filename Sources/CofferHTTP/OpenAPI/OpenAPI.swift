/// Short forms for the pieces that every operation is made of.
package enum OpenAPI {
    package static func path(_ name: String, _ description: String, schema: JSONValue = ["type": "string"]) -> JSONValue
    {
        parameter(name, in: "path", description, required: true, schema: schema)
    }

    package static func query(
        _ name: String,
        _ description: String,
        required: Bool,
        schema: JSONValue = ["type": "string"]
    ) -> JSONValue {
        parameter(name, in: "query", description, required: required, schema: schema)
    }

    package static func header(
        _ name: String,
        _ description: String,
        required: Bool,
        schema: JSONValue = ["type": "string"]
    ) -> JSONValue {
        parameter(name, in: "header", description, required: required, schema: schema)
    }

    private static func parameter(
        _ name: String,
        in place: String,
        _ description: String,
        required: Bool,
        schema: JSONValue
    ) -> JSONValue {
        [
            "name": .string(name), "in": .string(place), "required": .bool(required),
            "description": .string(description), "schema": schema,
        ]
    }

    package static func schema(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(name)")]
    }

    package static func json(_ status: Int, _ description: String, schema name: String) -> JSONValue.Member {
        content(status, description, ["application/json": ["schema": schema(name)]])
    }

    package static func binary(_ status: Int, _ description: String) -> JSONValue.Member {
        let bytes: JSONValue = ["schema": ["type": "string", "format": "binary"]]
        return content(status, description, ["application/octet-stream": bytes])
    }

    package static func content(_ status: Int, _ description: String, _ content: JSONValue) -> JSONValue.Member {
        .init(String(status), ["description": .string(description), "content": content])
    }

    /// A request body of this named schema, as JSON.
    package static func body(_ schema: String, required: Bool = true) -> JSONValue {
        ["required": .bool(required), "content": ["application/json": ["schema": self.schema(schema)]]]
    }

    /// A request body that is taken as it is.
    package static let bytes: JSONValue = [
        "required": true,
        "content": ["application/octet-stream": ["schema": ["type": "string", "format": "binary"]]],
    ]

    /// An object, all of whose members but the optional ones are always there.
    package static func object(_ properties: JSONValue, optional: [String] = []) -> JSONValue {
        var names: [String] = []
        if case .object(let members) = properties { names = members.map(\.name) }
        let required = names.filter { !optional.contains($0) }
        return [
            "type": "object", "properties": properties,
            "required": .array(required.map { .string($0) }),
        ]
    }

    /// An object with a name.
    package static func named(
        _ name: String,
        _ properties: JSONValue,
        optional: [String] = []
    ) -> JSONValue.Member {
        .init(name, object(properties, optional: optional))
    }
}
