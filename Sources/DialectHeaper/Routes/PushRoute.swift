import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /api/sync/push`: applies updates to blocks; each is durable and told to listeners before the answer.
///
/// - Body: `{blocks: [{block_id, workspace_id, state_vector?, update, sync_version?}]}`.
/// - 200: `{success, server_time, results}`. 400: no array of `blocks`. 413: more than 500 blocks or 64 MiB.
/// - Source: Heaper contract, section 4.
struct PushRoute: Sendable {
    let pushing: Pushing
    let bodies: SyncBodies

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let (time, results) = try await bodies.withBlocks(of: request) { entries in
            let time = try await pushing.life.blocks.serverTime()
            return (time, try await pushing.push(entries, by: caller.user))
        }
        var text = ByteBuffer(string: "{\"success\":true,\"server_time\":\(time),\"results\":[")
        for (offset, result) in results.enumerated() {
            if offset > 0 { text.writeStaticString(",") }
            result.writePushed(to: &text)
        }
        text.writeStaticString("]}")
        return Response(.ok, jsonText: text)
    }
}

extension Response {
    /// An answer whose JSON is written already.
    init(_ status: HTTPResponse.Status, jsonText: ByteBuffer) {
        self.init(
            status: status,
            headers: [.contentType: "application/json"],
            body: .init(byteBuffer: jsonText)
        )
    }
}
