/// The settings of one part of the server, read by name.
///
/// A value that is present and malformed is an error, never silently the default. Where values come from (flags,
/// environment, file) is the business of whoever makes the group.
package struct SettingsGroup: Sendable {
    /// A value that cannot be used, in one sentence that names it as the operator wrote it.
    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package let description: String

        package init(_ description: String) {
            self.description = description
        }
    }

    /// A value and the name under which the operator set it, for example `COFFER_PORT` or `--port`.
    package struct Value: Sendable {
        package let text: String
        package let origin: String

        package init(text: String, origin: String) {
            self.text = text
            self.origin = origin
        }
    }

    private let lookUp: @Sendable (_ name: String) throws -> Value?

    /// - Parameter lookUp: finds a setting by its lower-case name, such as `upload_rate_limit`; nil when it is not set.
    package init(_ lookUp: @escaping @Sendable (_ name: String) throws -> Value?) {
        self.lookUp = lookUp
    }

    /// The raw value, for settings with a grammar of their own.
    package func value(_ name: String) throws -> Value? {
        try lookUp(name)
    }

    package func text(_ name: String, default fallback: String) throws -> String {
        try lookUp(name)?.text ?? fallback
    }

    /// - Throws: ``Malformed`` unless the value is a whole number inside `range`.
    package func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let value = try lookUp(name) else { return fallback }
        guard let number = Int(value.text), range.contains(number) else {
            throw Malformed(
                "\(value.origin) is “\(value.text)”; it must be a whole number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return number
    }

    /// - Throws: ``Malformed`` unless the value is one of true, false, on, off, yes, no, 1, 0.
    package func flag(_ name: String, default fallback: Bool) throws -> Bool {
        guard let value = try lookUp(name) else { return fallback }
        switch value.text.lowercased() {
        case "true", "on", "yes", "1": return true
        case "false", "off", "no", "0": return false
        default: throw Malformed("\(value.origin) is “\(value.text)”; it must be true or false.")
        }
    }

    /// Parses a value with a grammar of its own.
    ///
    /// `expectation`: what the value must be, to complete the sentence “it must be …”.
    package func parsed<Result>(
        _ name: String,
        default fallback: Result,
        expectation: String,
        _ parse: (String) throws -> Result?
    ) throws -> Result {
        guard let value = try lookUp(name) else { return fallback }
        guard let result = try? parse(value.text) else {
            throw Malformed("\(value.origin) is “\(value.text)”; it must be \(expectation).")
        }
        return result
    }
}
