import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /api/file/{id}/info`: what is known of a file, finished or not.
///
/// - Auth: none.
/// - 200: `chunks`, `totalsize` (bytes, metadata excluded), `finished`, `ip`, `expire` (Unix seconds or null), `limit`
///   (or null), `downloads`. 404: unknown or gone.
/// - Source: Hushfile Server API, "GET /api/file/{id}/info".
struct InfoRoute {
    let files: FileStore
    let settings: HushfileSettings

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let summary = try await files.summary(of: context.parameters["id"]) else {
            throw HushfileError.infoNotFound
        }
        let drop = summary.file.drop
        return Response(
            .ok,
            json: [
                "chunks": .array(summary.chunks.map { .integer($0) }),
                "totalsize": .integer(summary.totalSize),
                "finished": .bool(summary.file.isFinished),
                "ip": .array(exposed(summary.addresses)),
                "expire": .integer(drop.expiresAt?.seconds),
                "limit": .integer(drop.maxDownloads),
                "downloads": .integer(summary.downloads),
            ]
        )
    }

    /// Anybody who has the id reads these addresses, so the operator may show less of them.
    private func exposed(_ addresses: [String]) -> [JSONValue] {
        switch settings.addressExposure {
        case .none: []
        case .full: addresses.map { .string($0) }
        case .truncated:
            addresses.compactMap(ClientAddress.init).map(Self.network)
                .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }.map { .string($0) }
        }
    }

    /// The address with what identifies a household zeroed: the last 8 bits of IPv4, the last 80 of IPv6.
    private static func network(_ address: ClientAddress) -> String {
        let kept = address.isIPv4 ? 15 : 6
        let bytes = address.bytes.enumerated().map { $0.offset < kept ? $0.element : 0 }
        return ClientAddress(bytes: bytes)?.description ?? ""
    }
}
