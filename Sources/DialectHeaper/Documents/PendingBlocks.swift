import CofferCore
import Synchronization

/// Blocks that something has to be done about, each once, however often it is asked for.
final class PendingBlocks: Sendable {
    private let blocks = Mutex<Set<BlockID>>([])
    /// Raised when there is a block.
    let signal = Signal()

    func add(_ block: BlockID) {
        if blocks.withLock({ $0.insert(block).inserted }) { signal.raise() }
    }

    func takeAll() -> Set<BlockID> {
        blocks.withLock { blocks in
            defer { blocks = [] }
            return blocks
        }
    }
}
