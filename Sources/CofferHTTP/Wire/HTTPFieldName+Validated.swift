package import HTTPTypes

extension HTTPField.Name {
    /// A name that the program's text spells; one that is no token of RFC 9110 is a mistake in the program.
    package init(validated name: StaticString) {
        guard let name = HTTPField.Name("\(name)") else { preconditionFailure("not a field name") }
        self = name
    }
}
