import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird
import NIOCore
import Yjs

/// `POST /api/sync/pull`: what a client lacks of blocks.
///
/// - Body: `{blocks: [{block_id, state_vector?, sync_version?}]}`.
/// - 200: `{success, server_time, results}`, sent piece by piece when it is long. 400: no array of `blocks`. 413: more than
///   500 blocks or 64 MiB.
/// - Source: Heaper contract, section 4.
struct PullRoute: Sendable {
    /// Answers up to this size are made before any of it is sent.
    private static let wholeBytes = 4 << 20

    let blocks: BlockStore
    let places: any PlaceFinding
    let documents: any DocumentHosting
    let bodies: SyncBodies

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        try await bodies.withBlocks(of: request) { entries in
            let time = try await blocks.serverTime()
            let asked = entries.map { (block: $0.block ?? BlockID(unchecked: ""), heap: String?.none) }
            let standings = try await places.standings(of: asked, for: caller.user)
            var text = ByteBuffer(string: "{\"success\":true,\"server_time\":\(time),\"results\":[")
            for (offset, entry) in entries.enumerated() {
                guard text.readableBytes < Self.wholeBytes else {
                    return streamed(text, entries[offset...], standings[offset...])
                }
                try await write(entry, standings[offset], to: &text, isFirst: offset == 0)
            }
            text.writeStaticString("]}")
            return Response(.ok, jsonText: text)
        }
    }

    /// Sends the beginning, and each further result as it is made.
    private func streamed(
        _ beginning: ByteBuffer,
        _ entries: ArraySlice<SyncEntry>,
        _ standings: ArraySlice<BlockStanding>
    ) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody { writer in
                try await writer.write(beginning)
                for (entry, standing) in zip(entries, standings) {
                    var text = ByteBuffer()
                    try await write(entry, standing, to: &text, isFirst: false)
                    try await writer.write(text)
                }
                try await writer.write(ByteBuffer(string: "]}"))
                try await writer.finish(nil)
            }
        )
    }

    private func write(
        _ entry: SyncEntry,
        _ standing: BlockStanding,
        to text: inout ByteBuffer,
        isFirst: Bool
    ) async throws {
        if !isFirst { text.writeStaticString(",") }
        switch standing {
        case .denied, .absent: SyncResult(entry, .notFound).writePulled([], to: &text)
        case .purged(let heap, let time):
            let members: [JSONValue.Member] = [
                .init("workspace_id", .string(heap.heap.text)), .init("deleted", true), .init("permanent", true),
                .init("deleted_at", .integer(time.milliseconds)),
            ]
            SyncResult(entry, .deleted).writePulled(members, to: &text)
        case .present(let place):
            var members: [JSONValue.Member] = [.init("workspace_id", .string(place.heap.heap.text))]
            if let time = place.deletedAt {
                members += [
                    .init("deleted", true), .init("permanent", false),
                    .init("deleted_at", .integer(time.milliseconds)),
                ]
            }
            try await result(entry, place).writePulled(members, to: &text)
        }
    }

    private func result(_ entry: SyncEntry, _ place: BlockPlace) async throws -> SyncResult {
        let document = try await documents.snapshot(of: place.block)
        let isSound =
            !entry.isBroken
            && entry.stateVector.bytes.map { bytes in
                bytes.isEmpty || (try? StateVector(decoding: bytes)) != nil
            } ?? false
        var result: SyncResult
        if !isSound || (entry.version ?? place.version) != place.version {
            result = SyncResult(entry, .full)
            result.fullState = document.encodeState()
        } else {
            let missing = Pushing.missing(of: document, from: entry.stateVector.bytes ?? [])
            result = SyncResult(entry, missing == YUpdate.empty ? .unchanged : .update)
            if missing != YUpdate.empty { result.update = missing }
        }
        result.version = place.version
        result.stateVector = document.stateVector.encoded()
        return result
    }
}
