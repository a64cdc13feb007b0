import CofferCore

/// Identifies an account: a UUID in lower case.
struct AccountID: Hashable, Sendable {
    let text: String

    init(random: any RandomSource) {
        text = UUIDForms.random(random)
    }

    /// - Returns: nil unless `text` is a UUID in its usual form.
    init?(_ text: String) {
        guard let canonical = UUIDForms.canonical(text) else { return nil }
        self.text = canonical
    }

    init(stored text: String) {
        self.text = text
    }
}

/// Identifies a file: a UUID in lower case.
struct FileID: Hashable, Sendable {
    let text: String

    init(random: any RandomSource) {
        text = UUIDForms.random(random)
    }

    /// - Throws: ``HashdropError/invalidFileID`` for anything that is no UUID.
    init(parsing text: String) throws {
        guard let canonical = UUIDForms.canonical(text) else { throw HashdropError.invalidFileID }
        self.text = canonical
    }

    init(stored text: String) {
        self.text = text
    }
}

extension AccountID: SQLBindable { var sqlValue: SQLValue { .text(text) } }
extension FileID: SQLBindable { var sqlValue: SQLValue { .text(text) } }
