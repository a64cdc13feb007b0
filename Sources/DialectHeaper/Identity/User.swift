import CofferCore
import CofferHTTP

/// An account, which is a key pair of its owner.
struct User: Equatable, Sendable {
    enum State: String, Sendable {
        case pending, approved, rejected
    }

    let id: UserID
    let key: AccountKey
    let email: String
    let name: String
    let isAdmin: Bool
    let state: State
    let createdAt: Timestamp

    static let columns: SQL = "id, public_key, email, name, is_admin, state, created_at"

    /// - Throws: ``StorageError/unavailable(_:)`` for a row that was not written here.
    init(_ row: any SQLRow) throws {
        guard let key = AccountKey(row.text(1)), let state = State(rawValue: row.text(5)) else {
            throw StorageError.unavailable("an account is damaged")
        }
        id = UserID(unchecked: row.text(0))
        self.key = key
        email = row.text(2)
        name = row.text(3)
        isAdmin = row.bool(4)
        self.state = state
        createdAt = row.time(6)
    }

    /// The account as its owner and administrators see it.
    var members: [JSONValue.Member] {
        [
            .init("id", .string(id.text)),
            .init("public_key", .string(key.text)),
            .init("email", .string(email)),
            .init("name", .string(name)),
            .init("is_admin", .bool(isAdmin)),
            .init("approved", .bool(state == .approved)),
            .init("state", .string(state.rawValue)),
            .init("created_at", .string(CalendarTime(createdAt).internetDateTimeWithMilliseconds)),
        ]
    }
}
