import CofferCore
import CofferHTTP
import Hummingbird
import Yjs

/// `POST /api/block_updates/{blockKey}`, also by `GET`: what came into a document, as far as the log still has it, and the
/// whole document.
///
/// - 200: `{success, block_id, sync_version, updates, has_more, ydoc, state_vector}`. 404: ``HeaperError/blockNotFound``.
struct BlockUpdatesRoute: Sendable {
    /// Bytes of updates in one answer, unless the first has more.
    private static let maxBytes = 8 << 20
    /// Updates that may have been stored at one time.
    private static let mostOfOneTime = 1000

    let blocks: BlockStore
    let places: any PlaceFinding
    let documents: any DocumentHosting

    private struct Update: Sendable {
        let sequence: Int64
        let createdAt: Timestamp
        let bytes: [UInt8]
    }

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let place = try await places.required(try context.blockKey, for: caller.user)
        let fields = try await RequestFields(request)
        let since = Marker.stamp(fields["since"])
        let limit = try fields.integer("limit", in: 1...1000, default: 100)
        let document = try await documents.snapshot(of: place.block)
        let (updates, hasMore) = try await updates(of: place.block, since: since, limit: limit)
        return Response(
            .ok,
            json: [
                "success": true,
                "block_id": .string(place.block.text),
                "sync_version": .integer(place.version),
                "updates": .array(updates.map(Self.json)),
                "has_more": .bool(hasMore),
                "ydoc": .string(Base64.encode(document.encodeState())),
                "state_vector": .string(Base64.encode(document.stateVector.encoded())),
            ]
        )
    }

    private static func json(_ update: Update) -> JSONValue {
        [
            "id": .string(String(update.sequence)), "created_at": .string(update.createdAt.wire),
            "size": .integer(update.bytes.count), "updates": .string(Base64.encode(update.bytes)),
        ]
    }

    private func updates(of block: BlockID, since: Int64, limit: Int) async throws -> ([Update], hasMore: Bool) {
        try await blocks.database.read { session in
            var updates: [Update] = []
            var bytes = 0
            var hasMore = false
            let heads = try session.query(
                """
                SELECT sequence, length(bytes), created_at FROM heaper_updates
                WHERE block_id = \(block) AND created_at > \(since) ORDER BY sequence
                LIMIT \(limit + Self.mostOfOneTime)
                """
            ) { (sequence: $0.integer(0), bytes: Int($0.integer(1)), time: $0.time(2)) }
            for head in heads {
                bytes += head.bytes
                // The next page begins after a time, so this one does not end between two of the same.
                let isOfLastTime = updates.last?.createdAt == head.time
                let fits = updates.count < limit && (updates.isEmpty || bytes <= Self.maxBytes)
                guard isOfLastTime || fits else {
                    hasMore = true
                    break
                }
                try session.forEachRow(
                    """
                    SELECT created_at, bytes FROM heaper_updates
                    WHERE block_id = \(block) AND sequence = \(head.sequence)
                    """
                ) { updates.append(Update(sequence: head.sequence, createdAt: $0.time(0), bytes: $0.bytes(1))) }
            }
            return (updates, hasMore)
        }
    }
}
