package import HTTPTypes
package import Hummingbird

/// One entry of a dialect's route table.
package struct Route: Sendable {
    package typealias Handler = @Sendable (Request, CofferContext) async throws -> Response

    package let method: HTTPRequest.Method
    package let template: PathTemplate
    package let handler: Handler
    /// What a route that several dialects own adds to its answer; nil for a route of one dialect alone.
    let share: Share?

    /// A JSON answer to which other dialects add theirs.
    package typealias Share = @Sendable (CofferContext) async throws -> SharedAnswer

    package struct SharedAnswer: Sendable {
        package var status: HTTPResponse.Status
        package var members: [JSONValue.Member]

        package init(_ status: HTTPResponse.Status = .ok, members: [JSONValue.Member]) {
            self.status = status
            self.members = members
        }
    }

    package init(_ method: HTTPRequest.Method, _ template: String, use handler: @escaping Handler) {
        self.method = method
        self.template = PathTemplate(template)
        self.handler = handler
        share = nil
    }

    private init(_ method: HTTPRequest.Method, _ template: PathTemplate, share: @escaping Share) {
        self.method = method
        self.template = template
        self.share = share
        handler = { _, context in
            let answer = try await share(context)
            return Response(answer.status, json: .object(answer.members))
        }
    }

    /// A route that other dialects may claim too: the answer has the members of all owners and the status of the first one
    /// that is not 200, and the dialect that comes first in the order of serving answers in its manner.
    package static func shared(
        _ method: HTTPRequest.Method,
        _ template: String,
        answer: @escaping Share
    ) -> Route {
        Route(method, PathTemplate(template), share: answer)
    }

    /// This route with the members of another dialect's share behind its own; nil unless both are shared.
    func joined(with other: Route) -> Route? {
        guard let share, let more = other.share else { return nil }
        return Route(method, template) { context in
            var answer = try await share(context)
            let rest = try await more(context)
            answer.members += rest.members.filter { member in !answer.members.contains { $0.name == member.name } }
            if answer.status == .ok { answer.status = rest.status }
            return answer
        }
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

    package static func patch(_ template: String, use handler: @escaping Handler) -> Route {
        Route(.patch, template, use: handler)
    }

    package static func delete(_ template: String, use handler: @escaping Handler) -> Route {
        Route(.delete, template, use: handler)
    }
}
