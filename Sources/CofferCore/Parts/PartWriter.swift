import NIOCore

/// Writes one arriving part into its upload's file, a quarter MiB at a time.
final class PartWriter {
    private static let batchBytes = 256 * 1024

    private let file: any PartFile
    private let limits: PartedUploads.Limits
    private let room: Int64
    private var position: Int64
    private var size: Int64 = 0
    private var batch: [ByteBuffer] = []
    private var batchSize = 0

    init(file: any PartFile, position: Int64, room: Int64, limits: PartedUploads.Limits) {
        self.file = file
        self.position = position
        self.room = room
        self.limits = limits
    }

    /// - Throws: ``PartError/tooLarge(limit:)``, ``PartError/exceedsUpload``, ``StorageError``.
    func write(_ bytes: ByteBuffer) async throws {
        size += Int64(bytes.readableBytes)
        guard size <= limits.maxPartBytes else { throw PartError.tooLarge(limit: limits.maxPartBytes) }
        guard size <= room else { throw PartError.exceedsUpload }
        batch.append(bytes)
        batchSize += bytes.readableBytes
        if batchSize >= Self.batchBytes { try await flush() }
    }

    /// Makes the part durable.
    ///
    /// - Returns: its bytes.
    /// - Throws: ``PartError/empty``, ``StorageError``.
    func finish() async throws -> Int64 {
        guard size > 0 else { throw PartError.empty }
        if !batch.isEmpty { try await flush() }
        try await file.sync()
        return size
    }

    private func flush() async throws {
        try await file.write(batch, at: position)
        position += Int64(batchSize)
        batch.removeAll(keepingCapacity: true)
        batchSize = 0
    }
}
