import CofferCore

/// How the clients' pages present this server.
struct BrandingSettings: Sendable {
    enum Theme: String, Sendable { case dark, light, system }
    enum Tab: String, Sendable { case file, text, password, code, sshkey }

    var title: String
    /// `#rrggbb`.
    var color: String?
    /// A URL or a path.
    var logo: String?
    var privacy: String?
    var legal: String?
    var linkURL: String?
    var linkName: String?
    var reportURL: String?
    var theme: Theme
    var tab: Tab

    init(_ settings: SettingsGroup) throws {
        title = try settings.text("custom_title", default: "SkySend")
        color = try SettingForms.text(settings, "custom_color", expectation: "six hexadecimal digits") {
            Self.color($0) != nil
        }.flatMap(Self.color)
        logo = try SettingForms.text(settings, "custom_logo", expectation: "a URL or a path that begins with /") {
            $0.hasPrefix("/") || SettingForms.origin(of: $0) != nil
        }
        func url(_ name: String) throws -> String? {
            try SettingForms.text(settings, name, expectation: "an http or https URL") {
                SettingForms.origin(of: $0) != nil
            }
        }
        privacy = try url("custom_privacy")
        legal = try url("custom_legal")
        linkURL = try url("custom_link_url")
        reportURL = try url("custom_report_url")
        linkName = try SettingForms.text(settings, "custom_link_name", expectation: "at most 50 characters") {
            $0.count <= 50
        }
        theme = try settings.parsed("default_theme", default: .system, expectation: "dark, light or system") {
            Theme(rawValue: $0)
        }
        tab = try settings.parsed(
            "default_tab",
            default: .file,
            expectation: "file, text, password, code or sshkey"
        ) { Tab(rawValue: $0) }
    }

    private static func color(_ text: String) -> String? {
        let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
        guard digits.utf8.count == 6, Hex.decode(digits) != nil else { return nil }
        return "#" + digits.lowercased()
    }
}
