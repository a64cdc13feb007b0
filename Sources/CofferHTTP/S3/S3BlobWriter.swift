import CofferCore
import Crypto
import NIOCore

/// Writes one blob: small ones in one request, larger ones in parts.
///
/// A part gathers in a file without a name before it is sent, because S3 wants to know its size first, and because what
/// lies in a file can be sent again. Memory holds a quarter MiB.
final class S3BlobWriter: BlobWriter {
    private static let batchBytes = 256 * 1024
    /// After so many parts they double in size, so that S3's limit of 10,000 is never met.
    private static let partsOfOneSize = 1000

    private(set) var size: Int64 = 0
    private let store: S3BlobStore
    private let key: BlobKey
    private let request: BlobRequest
    private var batch: [ByteBuffer] = []
    private var batchSize = 0
    private var digest: SHA256?
    private var spool: SpoolFile?
    private var spooled: Int64 = 0
    private var upload: String?
    private var parts: [S3Client.Part] = []
    /// Whether an object may be there, or may still come.
    private var isSent = false

    init(store: S3BlobStore, key: BlobKey, request: BlobRequest) {
        self.store = store
        self.key = key
        self.request = request
        digest = request.wantsSHA256 ? SHA256() : nil
        store.fresh.begin(key)
    }

    deinit {
        store.fresh.end(key, at: store.clock.now)
    }

    private var objectKey: String { store.objectKey(of: key) }
    private var partBytes: Int64 { store.partBytes << Int64(min(16, parts.count / Self.partsOfOneSize)) }

    func write(_ bytes: ByteBuffer) async throws {
        size += Int64(bytes.readableBytes)
        guard size <= request.maxBytes else { throw BlobError.tooLarge(limit: request.maxBytes) }
        bytes.withUnsafeReadableBytes { digest?.update(bufferPointer: $0) }
        batch.append(bytes)
        batchSize += bytes.readableBytes
        if batchSize >= Self.batchBytes { try await flush() }
    }

    /// Moves the batch into the file, and sends a part whenever it is full and more bytes are there.
    private func flush() async throws {
        var waiting = batch
        batch.removeAll(keepingCapacity: true)
        batchSize = 0
        while !waiting.isEmpty {
            if spooled == partBytes { try await sendPart() }
            let file: SpoolFile
            if let spool { file = spool } else { file = try await store.local.makeSpool() }
            spool = file
            var room = partBytes - spooled
            var fitting: [ByteBuffer] = []
            while room > 0, var buffer = waiting.first {
                guard let slice = buffer.readSlice(length: Int(min(room, Int64(buffer.readableBytes)))) else { break }
                fitting.append(slice)
                room -= Int64(slice.readableBytes)
                if buffer.readableBytes > 0 { waiting[0] = buffer } else { waiting.removeFirst() }
            }
            try await file.write(fitting, at: spooled)
            spooled = partBytes - room
        }
    }

    private func sendPart() async throws {
        guard let file = spool else { return }
        let id: String
        if let upload { id = upload } else { id = try await store.client.createUpload(objectKey) }
        upload = id
        let body = S3Body.pieces(count: spooled) { try await file.read(from: $0, count: $1) }
        parts.append(try await store.client.putPart(objectKey, upload: id, number: parts.count + 1, body))
        spooled = 0
    }

    func finish() async throws -> StagedBlob {
        if spool != nil { try await flush() }
        isSent = true
        if let upload {
            if spooled > 0 { try await sendPart() }
            try await store.client.completeUpload(objectKey, upload: upload, parts, size: size)
        } else if let file = spool {
            let body = S3Body.pieces(count: spooled) { try await file.read(from: $0, count: $1) }
            try await store.client.put(objectKey, body)
        } else {
            var bytes = ByteBuffer()
            for buffer in batch { bytes.writeImmutableBuffer(buffer) }
            try await store.client.put(objectKey, .bytes(bytes))
        }
        spool = nil
        batch = []
        let sha256 = digest.map { Array($0.finalize()) }
        return StagedBlob(
            blob: Blob(key: key, size: size, sha256: sha256, seal: nil, place: .stored),
            inlineBytes: nil
        )
    }

    func cancel() async {
        batch = []
        spool = nil
        if let upload { store.leftovers.add(.upload(key: objectKey, id: upload)) }
        if isSent { store.leftovers.add(.object(objectKey)) }
    }
}
