import NIOCore

/// Writes one arriving part into its upload's file, a quarter MiB at a time.
final class PartWriter {
    private static let batchBytes = 256 * 1024

    private let file: any PartFile
    private let upload: ActiveUpload
    private let sender: Int
    private let limits: PartedUploads.Limits
    private let room: Int64
    /// The part's size where equal parts are agreed on.
    private let expected: Int64?
    private let start: Int64
    private var position: Int64
    private var size: Int64 = 0
    private var batch: [ByteBuffer] = []
    private var batchSize = 0

    init(
        file: any PartFile,
        upload: ActiveUpload,
        sender: Int,
        position: Int64,
        room: Int64,
        limits: PartedUploads.Limits
    ) {
        self.file = file
        self.upload = upload
        self.sender = sender
        start = position
        self.position = position
        self.room = room
        expected = upload.partBytes.map { _ in room }
        self.limits = limits
    }

    /// - Throws: ``PartError``, ``StorageError``.
    func write(_ bytes: ByteBuffer) async throws {
        size += Int64(bytes.readableBytes)
        if let expected, size > expected { throw PartError.wrongSize(expected: expected) }
        guard size <= limits.maxPartBytes else { throw PartError.tooLarge(limit: limits.maxPartBytes) }
        guard size <= room else { throw PartError.exceedsUpload }
        batch.append(bytes)
        batchSize += bytes.readableBytes
        if batchSize >= Self.batchBytes { try await upload.writing(sender, flush) }
    }

    /// Makes the part durable; the caller counts as writing.
    ///
    /// - Returns: its bytes.
    /// - Throws: ``PartError``, ``StorageError``.
    func finish() async throws -> Int64 {
        if let expected, size != expected { throw PartError.wrongSize(expected: expected) }
        guard size > 0 else { throw PartError.empty }
        if !batch.isEmpty { try await flush() }
        try await file.sync()
        return size
    }

    /// Gives the room of a part back that did not come to its end; the caller counts as writing.
    func discard() async {
        // What a failed write has written is unknown, so all it may have.
        let end = position + Int64(batchSize)
        batch = []
        guard end > start else { return }
        await file.discard(start..<end)
    }

    private func flush() async throws {
        try await file.write(batch, at: position)
        position += Int64(batchSize)
        batch.removeAll(keepingCapacity: true)
        batchSize = 0
    }
}
