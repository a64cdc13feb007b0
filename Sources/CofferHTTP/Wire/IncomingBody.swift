package import Hummingbird
package import NIOCore

/// A request's body did not arrive whole: the client went away, cut it short, or framed it wrongly.
///
/// It is the client's doing whatever the layer below calls it, so it is a 400 and no line in the error log.
package struct BodyBroken: Error {
    package let reason: any Error
}

/// A request's body, with everything that can go wrong on its way turned into ``BodyBroken``.
package struct IncomingBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    private let body: RequestBody

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var base: RequestBody.AsyncIterator

        package mutating func next() async throws -> ByteBuffer? {
            do {
                return try await base.next()
            } catch {
                throw BodyBroken(reason: error)
            }
        }
    }

    package init(_ body: RequestBody) {
        self.body = body
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: body.makeAsyncIterator())
    }
}

extension Request {
    /// The body as handlers should read it.
    package var incoming: IncomingBody { IncomingBody(body) }
}
