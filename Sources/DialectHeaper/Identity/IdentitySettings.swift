import CofferCore

/// Who may have an account, and for how long a login lasts.
struct IdentitySettings: Sendable {
    /// The name of this instance, as clients show it.
    var name: String

    init(_ settings: SettingsGroup) throws {
        name = try settings.text("name", default: "coffer")
    }
}
