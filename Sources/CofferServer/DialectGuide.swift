/// One line per dialect for whoever just started the server.
package enum DialectGuide {
    private static let firstSteps = [
        "ravenzero": "Raven Zero   POST %/upload/",
        "hushfile": "Hushfile     POST %/api/file",
        "hashdrop": "Hashdrop     POST %/api/user/register  %/api/files/presign",
        "heaper": "Heaper       POST %/api/auth/create_session  GET %/ws",
        "skysend": "SkySend      POST %/api/upload  %/api/note",
    ]

    /// `url`: where the server is reached, without a final slash.
    package static func lines(_ dialects: [String], url: String) -> [String] {
        (dialects.compactMap { firstSteps[$0] } + ["API pages    %/docs  %/redoc  %/scalar  %/openapi.json"])
            .map { "  " + $0.replacing("%", with: url) }
    }
}
