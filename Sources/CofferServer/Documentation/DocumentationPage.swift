import CofferHTTP
import HTTPTypes
import Hummingbird

/// One of the pages that show the API description.
///
/// None loads anything from another host.
struct DocumentationPage: Sendable {
    let path: String
    private let html: String
    private let policy: String

    var response: Response {
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8"]
        headers[.contentSecurityPolicy] = policy
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: .init(string: html)))
    }

    static func all(
        title: String,
        operations: [OpenAPIOperation],
        assets: DocumentationAssets
    ) -> [DocumentationPage] {
        let viewers = [
            Viewer(path: "/docs", title: "\(title) - Swagger UI", content: swaggerUI),
            Viewer(path: "/redoc", title: "\(title) - ReDoc", content: redoc),
            Viewer(path: "/scalar", title: title, content: scalar),
        ]
        return viewers.map { viewer in
            DocumentationPage(
                path: viewer.path,
                html: page(viewer.title, assets.areThere ? viewer.content : plainList(operations)),
                policy: policy
            )
        }
    }

    private struct Viewer {
        let path: String
        let title: String
        let content: String
    }

    /// The bundles put styles into the page and start workers from blobs; everything they fetch must be ours.
    private static let policy = """
        default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
        img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src blob:; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    private static let swaggerUI = """
        <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
        <div id="view"></div>
        <script src="/docs/assets/swagger-ui-bundle.js"></script>
        <script>
        SwaggerUIBundle({ url: "/openapi.json", dom_id: "#view", deepLinking: true, validatorUrl: null });
        </script>
        """

    private static let redoc = """
        <div id="view"></div>
        <script src="/docs/assets/redoc.standalone.js"></script>
        <script>
        Redoc.init("/openapi.json", { hideLoading: true }, document.getElementById("view"));
        </script>
        """

    private static let scalar = """
        <div id="view"></div>
        <script src="/docs/assets/scalar.js"></script>
        <script>
        Scalar.createApiReference("#view", {
          url: "/openapi.json", withDefaultFonts: false, telemetry: false, hideClientButton: true,
          showDeveloperTools: "never", agent: { disabled: true }, mcp: { disabled: true }
        });
        </script>
        """

    /// What stands in for the viewers where their scripts are not installed.
    private static func plainList(_ operations: [OpenAPIOperation]) -> String {
        let rows = operations.map { operation in
            "<li><code>\(operation.method.uppercased()) \(escaped(operation.path))</code> \(escaped(operation.summary))</li>"
        }
        return """
            <style>body { margin: 2em; font-family: sans-serif }</style>
            <h1>Routes</h1>
            <p>The whole description is <a href="/openapi.json">/openapi.json</a>. The interactive pages need their
            scripts: run <code>scripts/bootstrap</code> and start the server again.</p>
            <ul>
            \(rows.joined(separator: "\n"))
            </ul>
            """
    }

    private static func page(_ title: String, _ content: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="icon" href="data:,">
        <title>\(escaped(title))</title>
        <style>body { margin: 0 }</style>
        </head>
        <body>
        \(content)
        </body>
        </html>

        """
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
