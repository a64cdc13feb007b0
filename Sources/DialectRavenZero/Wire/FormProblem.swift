import CofferHTTP

/// One bad field of the upload form, as Pydantic describes it.
enum FormProblem: Equatable {
    case fileMissing
    /// A part named `file` that has no filename parameter; the value is its text.
    case fileIsText(String)
    case notAnInteger(field: String, input: String)
    case tooSmall(field: String, input: String, least: Int)
    case tooLarge(field: String, input: String, most: Int)

    var json: JSONValue {
        switch self {
        case .fileMissing:
            Self.problem("missing", "file", "Field required", input: .null)
        case .fileIsText(let text):
            Self.problem(
                "value_error",
                "file",
                "Value error, Expected UploadFile, received: <class 'str'>",
                input: .string(text),
                context: ["error": [:]]
            )
        case .notAnInteger(let field, let input):
            Self.problem(
                "int_parsing",
                field,
                "Input should be a valid integer, unable to parse string as an integer",
                input: .string(input)
            )
        case .tooSmall(let field, let input, let least):
            Self.problem(
                "greater_than_equal",
                field,
                "Input should be greater than or equal to \(least)",
                input: .string(input),
                context: ["ge": .integer(least)]
            )
        case .tooLarge(let field, let input, let most):
            Self.problem(
                "less_than_equal",
                field,
                "Input should be less than or equal to \(most)",
                input: .string(input),
                context: ["le": .integer(most)]
            )
        }
    }

    private static func problem(
        _ type: String,
        _ field: String,
        _ message: String,
        input: JSONValue,
        context: JSONValue? = nil
    ) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("type", .string(type)),
            .init("loc", ["body", .string(field)]),
            .init("msg", .string(message)),
            .init("input", input),
        ]
        if let context { members.append(.init("ctx", context)) }
        return .object(members)
    }
}
