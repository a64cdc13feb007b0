package import NIOCore

/// A whole message, its fragments joined and unmasked.
package enum WebSocketMessage: Equatable, Sendable {
    case text(String)
    case binary(ByteBuffer)
}

/// Why a connection ends, as the peers tell each other (RFC 6455, section 7.4.1).
package struct WebSocketCloseCode: Hashable, Sendable, CustomStringConvertible {
    package let number: UInt16

    package init(_ number: UInt16) {
        self.number = number
    }

    package static let normal = WebSocketCloseCode(1000)
    package static let goingAway = WebSocketCloseCode(1001)
    package static let protocolError = WebSocketCloseCode(1002)
    package static let unacceptableData = WebSocketCloseCode(1003)
    package static let invalidText = WebSocketCloseCode(1007)
    package static let policyViolation = WebSocketCloseCode(1008)
    package static let messageTooLarge = WebSocketCloseCode(1009)
    package static let internalError = WebSocketCloseCode(1011)

    package var description: String { String(number) }

    /// Whether a peer may send it: 1004 to 1006 and 1015 stand for what never travels.
    var mayBeReceived: Bool {
        switch number {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

package struct WebSocketLimits: Sendable {
    /// A larger message ends the connection with 1009.
    package var maxMessageBytes = 1024 * 1024
    /// The socket is not read while messages of this size together wait for the handler.
    package var maxPendingBytes = 1024 * 1024
    /// How often a silent peer is asked for a sign of life; one that owes two is cut off.
    package var pingInterval: Duration = .seconds(30)
    /// What such a peer is told in case it still reads; nil closes without a word.
    package var silentClose: (code: WebSocketCloseCode, reason: String)?
    /// How long the peer may take to answer a close, once the kernel has it.
    package var closeTimeout: Duration = .seconds(3)
    /// How long the kernel may take to have it, because the peer reads slowly what was sent before.
    package var drainTimeout: Duration = .seconds(60)

    package init() {}
}
