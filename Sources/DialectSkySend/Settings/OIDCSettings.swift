import CofferCore

/// The identity provider at which uploaders log in, and what needs a login.
struct OIDCSettings: Sendable {
    enum Provider: String, Sendable {
        case generic, pocketid, authentik, keycloak

        /// The claims that may hold a person's name, the best first.
        var nameClaims: [String] {
            switch self {
            case .generic, .authentik: ["name", "preferred_username", "sub"]
            case .keycloak, .pocketid: ["preferred_username", "name", "sub"]
            }
        }
    }

    let issuer: String
    let clientID: String
    let clientSecret: String
    let provider: Provider
    /// Nil stands for `<base URL>/auth/callback`.
    let redirectURI: String?
    let scopes: String
    let protectsFiles: Bool
    let protectsNotes: Bool
    /// Nil draws one at each start.
    let sessionSecret: String?
    let sessionLife: Duration

    /// - Returns: nil when none of issuer, client id and client secret is set.
    /// - Throws: ``SettingsGroup/Malformed``, also when only some of the three are.
    init?(_ settings: SettingsGroup) throws {
        let names = ["oidc_issuer", "oidc_client_id", "oidc_client_secret"]
        let values = try names.map { try settings.value($0)?.text }
        provider = try settings.parsed(
            "oidc_provider",
            default: .generic,
            expectation: "generic, pocketid, authentik or keycloak"
        ) { Provider(rawValue: $0) }
        redirectURI = try settings.value("oidc_redirect_uri")?.text
        scopes = try settings.text("oidc_scopes", default: "openid profile email")
        protectsFiles = try settings.flag("oidc_protect_files", default: true)
        protectsNotes = try settings.flag("oidc_protect_notes", default: true)
        sessionSecret = try settings.value("oidc_session_secret")?.text
        sessionLife = .seconds(try settings.integer("oidc_session_duration", default: 86_400, in: 1...31_536_000))
        if let sessionSecret, sessionSecret.utf16.count < 32 {
            throw SettingsGroup.Malformed("OIDC_SESSION_SECRET is too short; it must have at least 32 characters.")
        }
        guard values.contains(where: { $0 != nil }) else { return nil }
        guard let issuer = values[0], let clientID = values[1], let clientSecret = values[2] else {
            let missing = zip(names, values).filter { $0.1 == nil }.map { $0.0.uppercased() }
            throw SettingsGroup.Malformed(
                "OIDC needs its issuer, client id and client secret together; missing: \(missing.joined(separator: ", "))."
            )
        }
        guard SettingForms.origin(of: issuer) != nil else {
            throw SettingsGroup.Malformed("OIDC_ISSUER is “\(issuer)”; it must be an http or https URL.")
        }
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
    }
}
