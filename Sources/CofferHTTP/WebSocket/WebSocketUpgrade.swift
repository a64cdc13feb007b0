import CofferCore
import Crypto
package import HTTPTypes
package import Hummingbird

/// The opening handshake, from the server's side (RFC 6455, section 4.2).
package enum WebSocketUpgrade {
    private static let suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// Why a request does not open a WebSocket.
    package enum Refusal: Error, Equatable {
        /// An ordinary request; answer 426 with ``headers``.
        case notRequested
        /// Another version than 13, or a malformed key.
        case malformed

        /// What a 426 answer must carry (RFC 9110, section 15.5.22).
        package var headers: HTTPFields { [.upgrade: "websocket", .secWebSocketVersion: "13"] }
    }

    /// Whether a request asks for a WebSocket at all.
    package static func isRequested(_ request: Request) -> Bool {
        request.method == .get && has("websocket", in: request.headers[values: .upgrade])
            && has("upgrade", in: request.headers[values: .connection])
    }

    /// The 101 that opens the connection; `handler` runs once it has, and its end closes it.
    ///
    /// - Throws: ``Refusal``.
    package static func response(
        to request: Request,
        context: CofferContext,
        limits: WebSocketLimits,
        handler: @escaping @Sendable (WebSocketSession) async -> Void
    ) throws -> Response {
        guard isRequested(request) else { throw Refusal.notRequested }
        guard request.headers[.secWebSocketVersion] == "13", let key = request.headers[.secWebSocketKey],
            key.utf8.count == 24, Base64.decodeLenient(key).count == 16
        else { throw Refusal.malformed }
        let digest = Insecure.SHA1.hash(data: Array((key + suffix).utf8))
        let headers: HTTPFields = [
            .upgrade: "websocket", .connection: "Upgrade", .secWebSocketAccept: Base64.encode(Array(digest)),
        ]
        let channel = context.channel
        let body = ResponseBody(contentLength: nil) { _ in
            try await WebSocketSession.run(on: channel, limits: limits, handler)
        }
        return Response(status: .switchingProtocols, headers: headers, body: body)
    }

    private static func has(_ token: String, in values: [String]) -> Bool {
        values.contains { value in
            value.split(separator: ",").contains { $0.filter { $0 != " " && $0 != "\t" }.lowercased() == token }
        }
    }
}

extension HTTPField.Name {
    static let secWebSocketKey = HTTPField.Name(validated: "Sec-WebSocket-Key")
    static let secWebSocketAccept = HTTPField.Name(validated: "Sec-WebSocket-Accept")
    static let secWebSocketVersion = HTTPField.Name(validated: "Sec-WebSocket-Version")
}
