import CofferCore
import CofferHTTP
import Hummingbird
import NIOPosix

/// The bodies of `push` and `pull`, which may be large.
struct SyncBodies: Sendable {
    static let maxBlocks = 500
    static let maxBytes = 64 << 20
    /// Bodies up to this size are taken without asking, and read where they arrive.
    private static let smallBytes = 1 << 20

    /// For large bodies under way, and for what is read from them.
    let budget = MemoryBudget(bytes: 384 << 20)

    /// The blocks of a request, which stay within the budget until `body` returns.
    ///
    /// - Throws: ``HeaperError/busy`` when other large requests are under way, ``BodyTooLarge``, ``BodyBroken``,
    ///   ``HeaperError/malformed(_:)``, ``HeaperError/tooManyBlocks(_:)``.
    func withBlocks<Value>(of request: Request, _ body: ([SyncEntry]) async throws -> Value) async throws -> Value {
        let declared = request.declaredLength ?? Int64(Self.maxBytes)
        guard declared <= Int64(Self.maxBytes) else { throw HeaperError.bodyTooLarge }
        // The text, and at most as much again of bytes.
        let share = declared > Int64(Self.smallBytes) ? budget.take(declared * 2) : nil
        guard share != nil || declared <= Int64(Self.smallBytes) else { throw HeaperError.busy }
        defer { withExtendedLifetime(share) {} }
        return try await body(try await blocks(of: request))
    }

    private func blocks(of request: Request) async throws -> [SyncEntry] {
        let bytes = try await request.collected(upTo: Self.maxBytes)
        guard bytes.readableBytes > Self.smallBytes else {
            return try SyncEntry.blocks(of: bytes, atMost: Self.maxBlocks)
        }
        return try await NIOThreadPool.singleton.runIfActive {
            try SyncEntry.blocks(of: bytes, atMost: Self.maxBlocks)
        }
    }
}
