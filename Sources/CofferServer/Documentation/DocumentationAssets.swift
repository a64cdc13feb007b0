import CofferHTTP
import Foundation
import Hummingbird

/// The scripts that draw the documentation pages, as `scripts/bootstrap` fetched them.
///
/// They are found in the directory of the setting `docs_assets`, in `.docs-assets` of the working directory, or in
/// `/usr/share/coffer/docs`; without them the pages are plain lists.
struct DocumentationAssets: Sendable {
    struct File: Sendable {
        let name: String
        let path: String

        var mediaType: String { name.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8" }

        /// Read at each request: megabytes that hardly anybody asks for should not stay in memory.
        var response: Response {
            guard let data = FileManager.default.contents(atPath: path) else {
                return Response(.notFound, json: ["detail": "Not Found"])
            }
            return Response(
                status: .ok,
                headers: [.contentType: mediaType],
                body: .init(byteBuffer: .init(bytes: data))
            )
        }
    }

    private static let names = ["swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js", "scalar.js"]

    let files: [File]

    /// - Parameter path: the directory set by the operator; nil looks in the usual places.
    init(path: String?) {
        let places = path.map { [$0] } ?? [".docs-assets", "/usr/share/coffer/docs"]
        let place = places.first { place in
            Self.names.allSatisfy { FileManager.default.fileExists(atPath: "\(place)/\($0)") }
        }
        files = place.map { place in Self.names.map { File(name: $0, path: "\(place)/\($0)") } } ?? []
    }

    var areThere: Bool { !files.isEmpty }
}
