import CofferHTTP
import Hummingbird

/// `POST /api/heaps` and `POST /api/workspaces`, also by `GET`: the caller's heaps, the oldest first.
///
/// - 200: `{success, heaps}` or `{success, workspaces}`.
struct HeapsRoute: Sendable {
    let heaps: HeapStore
    let documents: any DocumentHosting
    /// What the list is called in the answer.
    let name: String

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let found = try await heaps.heaps(of: caller.user)
        for heap in found { try await documents.settle(heap.place.heap) }
        let list = try await heaps.heaps(of: caller.user).map(\.json)
        return Response(.ok, json: .object([.init("success", true), .init(name, .array(list))]))
    }
}
