import CofferCore

/// Where a file is to go: a block that is there, or one that its first file makes.
enum FileTarget: Sendable {
    case block(BlockPlace)
    case newBlock(BlockID, HeapPlace)

    var block: BlockID {
        switch self {
        case .block(let place): place.block
        case .newBlock(let block, _): block
        }
    }

    var heap: HeapPlace {
        switch self {
        case .block(let place): place.heap
        case .newBlock(_, let heap): heap
        }
    }

    var document: DocumentTarget {
        switch self {
        case .block(let place): DocumentTarget(place)
        case .newBlock(let block, let heap): DocumentTarget(new: block, in: heap)
        }
    }
}

extension PlaceFinding {
    /// The block into which somebody may put a file; trashed ones, too.
    ///
    /// - Throws: ``HeaperError/heapNotFound``, ``HeaperError/blockNotFound`` for one that is purged or lies elsewhere,
    ///   ``HeaperError/readOnly``, ``StorageError``.
    func fileTarget(_ block: BlockID, in heap: String, for user: UserID) async throws -> FileTarget {
        let target: FileTarget
        switch try await standing(of: block, in: heap, for: user) {
        case .present(let place): target = .block(place)
        case .absent(let place): target = .newBlock(block, place)
        case .purged: throw HeaperError.blockNotFound
        case .denied:
            throw try await self.heap(heap, for: user) == nil ? HeaperError.heapNotFound : HeaperError.blockNotFound
        }
        guard target.heap.role.mayWrite else { throw HeaperError.readOnly }
        return target
    }
}
