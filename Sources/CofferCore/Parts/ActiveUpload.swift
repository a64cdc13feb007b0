import Synchronization

/// What the requests of one open upload share while any of them runs: its layout and its file.
// Sendable although `users` is mutable: only PartedUploads touches it, inside its lock.
final class ActiveUpload: @unchecked Sendable {
    enum Beginning {
        /// A part of this number was accepted before.
        case known
        /// The part may write at most `room` bytes from `position` on.
        case arriving(sender: Int, position: Int64, room: Int64)
    }

    var users = 0
    private let size: Int64
    private let layout: Mutex<PartLayout>
    private let isLoaded = Mutex(false)
    private let file = Mutex<(any PartFile)?>(nil)
    private let isArranging = Mutex(false)

    init(size: Int64) {
        layout = Mutex(PartLayout(size: size))
        self.size = size
    }

    deinit {
        file.withLock { $0?.close() }
    }

    /// Reads the accepted parts once; of several callers at the same time, the first to finish wins.
    ///
    /// Nobody changes rows before a layout is there, so it cannot be older than the rows.
    func load(_ rows: () async throws -> [Int64: PartLayout.Extent]) async throws {
        guard isLoaded.withLock({ !$0 }) else { return }
        let accepted = try await rows()
        isLoaded.withLock { isLoaded in
            guard !isLoaded else { return }
            layout.withLock { $0 = PartLayout(size: size, accepted: accepted) }
            isLoaded = true
        }
    }

    /// The upload's file, opened by whoever needs it first.
    func file(_ open: () async throws -> any PartFile) async throws -> any PartFile {
        if let file = file.withLock({ $0 }) { return file }
        let opened = try await open()
        return file.withLock { file in
            if let file {
                opened.close()
                return file
            }
            file = opened
            return opened
        }
    }

    func begin(_ index: Int64, declared: Int64?, limits: PartedUploads.Limits) throws -> Beginning {
        try layout.withLock { layout in
            guard layout.accepted[index] == nil else { return .known }
            guard declared.map({ $0 <= layout.room }) ?? true else { throw PartError.exceedsUpload }
            guard index == layout.contiguousCount || layout.parkedCount < limits.maxParked else {
                throw PartError.tooManyParked
            }
            let place = layout.place(index, length: declared, largest: limits.maxPartBytes)
            return .arriving(sender: place.sender, position: place.position, room: layout.room)
        }
    }

    /// Sets a part's bytes apart before its row is written, so that parallel parts cannot exceed the upload together.
    func claim(_ sender: Int, length: Int64) throws {
        guard layout.withLock({ $0.claim(sender, length: length) }) else { throw PartError.exceedsUpload }
    }

    func accept(_ sender: Int, length: Int64) {
        layout.withLock { _ = $0.accept(sender, length: length) }
    }

    func abandon(_ sender: Int) {
        layout.withLock { $0.abandon(sender) }
    }

    var contiguousBytes: Int64 { layout.withLock { $0.contiguousBytes } }
    var receivedRanges: [ClosedRange<Int64>] { layout.withLock { $0.receivedRanges } }
    var isComplete: Bool { layout.withLock { $0.isComplete } }

    /// - Returns: false while somebody else brings the parts into order; two at once would overwrite each other.
    func beginArranging() -> Bool {
        isArranging.withLock { isArranging in
            defer { isArranging = true }
            return !isArranging
        }
    }

    func endArranging() {
        isArranging.withLock { $0 = false }
    }

    func arrangement() -> [[PartLayout.Move]] { layout.withLock { $0.arrangement() } }

    func apply(_ moves: [PartLayout.Move]) { layout.withLock { $0.apply(moves) } }
}
