import CofferHTTP
import Hummingbird

/// `GET /api/cli/version`: the version that command-line clients must have.
///
/// - Auth: none.
/// - 200: `compatible_version`.
/// - Source: Hashdrop API reference, "Get compatible CLI version".
struct VersionRoute {
    let version: String

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        Response(.ok, json: ["compatible_version": .string(version)])
    }
}
