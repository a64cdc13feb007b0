import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// Small requests of ours to other servers, such as an identity provider.
///
/// Bounded in time and size, without redirects: an answer that leads elsewhere is an answer, not an invitation.
package struct OutboundHTTP: Sendable {
    package struct Answer: Sendable {
        package let status: Int
        package let body: JSONValue?
    }

    private static let maxBytes = 1024 * 1024
    private static let timeout = TimeAmount.seconds(10)

    package init() {}

    /// - Throws: when the server cannot be reached, or answers too much.
    package func getJSON(_ url: String) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "accept", value: "application/json")
        return try await perform(request)
    }

    /// Sends an `application/x-www-form-urlencoded` body.
    ///
    /// - Throws: when the server cannot be reached, or answers too much.
    package func postForm(_ url: String, _ fields: [(String, String)]) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: FormURLEncoded.encode(fields)))
        return try await perform(request)
    }

    /// Each request has a client of its own: they are rare, and nothing is left to be closed.
    private func perform(_ request: HTTPClientRequest) async throws -> Answer {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: .seconds(5), read: Self.timeout)
        // Without this a refused connection is tried again until the whole time is over.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            configuration: configuration
        )
        let result: Result<Answer, any Error>
        do {
            let response = try await client.execute(request, timeout: Self.timeout)
            let body = try await response.body.collect(upTo: Self.maxBytes)
            result = .success(Answer(status: Int(response.status.code), body: JSONValue(parsing: body)))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }
}
