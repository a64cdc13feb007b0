import NIOPosix

/// Reads small pieces of an input at any position; neighbouring ones come from one read.
struct ByteSource {
    private static let windowBytes = 16_384

    private let input: MediaInput
    private let threads: NIOThreadPool
    private var window: [UInt8] = []
    private var start: Int64 = 0

    init(_ input: MediaInput, on threads: NIOThreadPool) {
        self.input = input
        self.threads = threads
    }

    var size: Int64 { input.size }

    /// Exactly `count` bytes.
    ///
    /// - Throws: ``MediaFailure/broken`` when the input ends before.
    mutating func bytes(at offset: Int64, count: Int) async throws -> [UInt8] {
        let bytes = try await bytes(at: offset, upTo: count)
        guard bytes.count == count else { throw MediaFailure.broken }
        return bytes
    }

    /// Up to `count` bytes, fewer at the end of the input.
    mutating func bytes(at offset: Int64, upTo count: Int) async throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= size else { throw MediaFailure.broken }
        if offset < start || offset + Int64(count) > start + Int64(window.count) {
            window = try await input.read(at: offset, count: max(count, Self.windowBytes), on: threads)
            start = offset
        }
        let first = Int(offset - start)
        return Array(window[first..<min(first + count, window.count)])
    }
}
