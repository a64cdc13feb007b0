package import HTTPTypes
package import Hummingbird

/// One entry of a dialect's route table.
package struct Route: Sendable {
    package typealias Handler = @Sendable (Request, CofferContext) async throws -> Response

    package let method: HTTPRequest.Method
    package let template: PathTemplate
    package let handler: Handler

    package init(_ method: HTTPRequest.Method, _ template: String, use handler: @escaping Handler) {
        self.method = method
        self.template = PathTemplate(template)
        self.handler = handler
    }

    package static func get(_ template: String, use handler: @escaping Handler) -> Route {
        Route(.get, template, use: handler)
    }

    package static func head(_ template: String, use handler: @escaping Handler) -> Route {
        Route(.head, template, use: handler)
    }

    package static func post(_ template: String, use handler: @escaping Handler) -> Route {
        Route(.post, template, use: handler)
    }

    package static func put(_ template: String, use handler: @escaping Handler) -> Route {
        Route(.put, template, use: handler)
    }

    package static func delete(_ template: String, use handler: @escaping Handler) -> Route {
        Route(.delete, template, use: handler)
    }
}
