import CofferCore
package import CofferHTTP
import HTTPTypes
package import Hummingbird
import NIOCore

/// Tells who asks, and under which address they know this server.
package struct SiteResolver: Sendable {
    private let fixed: Site?
    private let proxies: TrustedProxies

    package init(baseURL: String?, proxies: TrustedProxies) {
        fixed = baseURL.flatMap { url in
            url.firstRange(of: "://").map { mark in
                Site(scheme: String(url[..<mark.lowerBound]), authority: String(url[mark.upperBound...]))
            }
        }
        self.proxies = proxies
    }

    package func describe(_ request: Request, in context: inout CofferContext) {
        let peer = Self.address(of: context.channel.remoteAddress)
        context.client = peer
        var scheme = "http"
        if proxies.contains(peer) {
            context.client = proxies.clientAddress(
                peer: peer,
                forwardedFor: request.headers[values: .xForwardedFor],
                forwarded: request.headers[values: .forwarded],
                realIP: request.headers[values: .xRealIP]
            )
            let forwarded = request.headers[values: .xForwardedProto]
            scheme = proxies.scheme(peer: peer, forwardedProto: forwarded)?.rawValue ?? scheme
        }
        context.site = fixed ?? Site(scheme: scheme, authority: authority(of: request, context))
    }

    /// The Host header where it has the form of one; a client's other text must not end up in links.
    private func authority(of request: Request, _ context: CofferContext) -> String {
        if let authority = request.head.authority, !authority.isEmpty, authority.utf8.allSatisfy(Self.mayStandInHost) {
            return authority
        }
        let local = context.channel.localAddress
        return "\(local?.ipAddress ?? "localhost"):\(local?.port ?? 80)"
    }

    private static func mayStandInHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"): true
        case UInt8(ascii: "["), UInt8(ascii: "]"): true
        default: false
        }
    }

    /// The addresses stand at the same place in their structures on every system (ip(7), ipv6(7)).
    private static func address(of peer: SocketAddress?) -> ClientAddress {
        switch peer {
        case .v4(let address):
            withUnsafeBytes(of: address.address) { ClientAddress(bytes: $0[4..<8]) } ?? .loopback
        case .v6(let address):
            withUnsafeBytes(of: address.address) { ClientAddress(bytes: $0[8..<24]) } ?? .loopback
        default: .loopback
        }
    }
}
