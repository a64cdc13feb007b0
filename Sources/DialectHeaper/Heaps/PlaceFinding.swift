import CofferCore

/// Knows where heaps and blocks stand to their users.
protocol PlaceFinding: Sendable {
    /// The heap with this workspace id or this index block id.
    ///
    /// - Returns: nil for a heap that is unknown, deleted or foreign.
    func heap(_ id: String, for user: UserID) async throws -> HeapPlace?

    /// What a block is to a user.
    ///
    /// - Parameters:
    ///   - block: the block.
    ///   - heap: workspace id or index block id that was named with the block; nil when none was.
    ///   - user: who asks.
    /// - Returns: the standing; ``BlockStanding/denied`` never tells why.
    /// - Throws: ``StorageError``.
    func standing(of block: BlockID, in heap: String?, for user: UserID) async throws -> BlockStanding

    /// The standings of many blocks, in one look at the database and in their order.
    func standings(of blocks: [(block: BlockID, heap: String?)], for user: UserID) async throws -> [BlockStanding]
}
