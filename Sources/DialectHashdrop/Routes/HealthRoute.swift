import CofferHTTP
import Hummingbird

/// `GET /api/healthz`: tells that requests are answered.
///
/// - Auth: none.
/// - 200: the text `OK`, without a newline.
/// - Source: Hashdrop API reference, "Health check".
struct HealthRoute {
    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        Response(.ok, text: "OK")
    }
}
