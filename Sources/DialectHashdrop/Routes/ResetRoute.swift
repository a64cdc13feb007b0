import CofferHTTP
import Hummingbird

/// `DELETE /admin/reset`: removes all accounts and all that belongs to them.
///
/// - Auth: none, which is why nothing but the development platform has it.
/// - 204. 403: any other platform.
/// - Source: Hashdrop API reference, "Reset (development only)".
struct ResetRoute {
    let ends: AccountEnds

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        try await ends.endAll()
        return Response(status: .noContent)
    }

    /// Stands in front of everything else on every other platform.
    @Sendable
    static func refuse(_ request: Request, context: CofferContext) async throws -> Response {
        throw HashdropError.notDevelopment
    }
}
