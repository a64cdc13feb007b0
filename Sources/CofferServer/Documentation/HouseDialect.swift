import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// What the server itself answers: the API description, the pages that show it, and paths that nobody owns.
///
/// Its manner is that of the reference that names these routes (Raven Zero): JSON `detail`, 405 with `Allow`, a redirect
/// for a slash too many, and the same security headers.
struct HouseDialect: Dialect {
    let name = "house"
    let routes: [Route]
    let prefixes = ["/docs", "/redoc", "/scalar", "/openapi", "/openapi.json"]
    let openAPI = OpenAPIDocument(title: "", version: "", description: "", tags: [], operations: [], schemas: [])
    private let redirect: SlashRedirect
    private let cors = CORSPolicy(origins: [])

    /// `dialects`: those whose routes are described; a single one keeps its own title and nothing else.
    init(showing dialects: [any Dialect], assets: DocumentationAssets) throws {
        let whole = Self.document(of: dialects)
        var routes: [Route] = []
        func add(_ template: String, _ answer: @escaping @Sendable () -> Response) {
            routes.append(.get(template) { _, _ in answer() })
            routes.append(.head(template) { _, _ in answer() })
        }
        let description = whole.json
        add("/openapi.json") { Response(.ok, json: description) }
        for dialect in dialects {
            let part = dialect.openAPI.json
            add("/openapi/\(dialect.name).json") { Response(.ok, json: part) }
        }
        for page in DocumentationPage.all(title: whole.title, operations: whole.operations, assets: assets) {
            add(page.path) { page.response }
        }
        for asset in assets.files {
            add("/docs/assets/\(asset.name)") { asset.response }
        }
        self.routes = routes
        redirect = try SlashRedirect(routes)
    }

    /// The description of several dialects, or that of the only one as it is.
    static func document(of dialects: [any Dialect]) -> OpenAPIDocument {
        dialects.count == 1
            ? dialects[0].openAPI
            : .merging(dialects.map(\.openAPI), title: "coffer", version: CofferVersion.text)
    }

    func respond(to request: Request, _ match: RouteMatch, context: CofferContext) async -> Response {
        var response: Response
        if let preflight = cors.preflightResponse(to: request) {
            response = preflight
        } else {
            response = await answer(request, match, context: context)
        }
        SecurityHeaders.add(to: &response.headers)
        cors.addHeaders(to: &response.headers, for: request)
        return response
    }

    private func answer(_ request: Request, _ match: RouteMatch, context: CofferContext) async -> Response {
        switch match {
        case .route(let route):
            return (try? await route.handler(request, context)) ?? Response(status: .internalServerError)
        case .otherMethod(let allowed):
            return Response(
                .methodNotAllowed,
                json: ["detail": "Method Not Allowed"],
                headers: [.allow: allowed.joined(separator: ", ")]
            )
        case .noRoute:
            return redirect.response(for: context) ?? Response(.notFound, json: ["detail": "Not Found"])
        }
    }
}
