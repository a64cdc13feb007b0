import Crypto
import Glibc
import NIOCore
import NIOPosix
import Synchronization

extension LocalBlobStore: PartStore {
    package var publishes: Bool { false }

    /// The file is the blob.
    package func publish(_ blob: Blob) async throws {}

    package func retire(_ blob: Blob) async {}

    package func freeBytes() async throws -> Int64 {
        try await threads.runIfActive { [root] in try FileCalls.freeBytes(at: root) }
    }

    package func openPartFile(_ key: BlobKey) async throws -> any PartFile {
        let blob = Blob(key: key, size: 0, sha256: nil, seal: nil, place: .stored)
        // Counts as a reader: the sweeper leaves the file alone, and its removal waits.
        retain(blob)
        do {
            let (path, folder) = (path(of: key), folder(of: key))
            let descriptor = try await threads.runIfActive {
                try self.makeFolder(of: key)
                let descriptor = try FileCalls.openForFilling(path)
                do {
                    try FileCalls.syncDirectory(folder)
                } catch {
                    Glibc.close(descriptor)
                    throw error
                }
                return descriptor
            }
            return LocalPartFile(blob: blob, descriptor: descriptor, store: self)
        } catch {
            release(blob)
            throw error
        }
    }
}

/// The file of an open upload in a ``LocalBlobStore``, sparse until all parts are there.
final class LocalPartFile: PartFile {
    private let blob: Blob
    private let descriptor: CInt
    private let store: LocalBlobStore
    private let isClosed = Atomic(false)

    init(blob: Blob, descriptor: CInt, store: LocalBlobStore) {
        self.blob = blob
        self.descriptor = descriptor
        self.store = store
    }

    deinit {
        close()
    }

    func reopened() async throws -> any PartFile {
        store.retain(blob)
        do {
            let path = store.path(of: blob.key)
            guard let opened = try await store.threads.runIfActive({ try FileCalls.reopenForFilling(path) }) else {
                throw PartError.gone
            }
            return LocalPartFile(blob: blob, descriptor: opened, store: store)
        } catch {
            store.release(blob)
            throw error
        }
    }

    func write(_ buffers: [ByteBuffer], at position: Int64) async throws {
        try await store.threads.runIfActive { [self] in
            var position = position
            for buffer in buffers {
                try buffer.withUnsafeReadableBytes { try FileCalls.writeAll($0, to: descriptor, at: position) }
                position += Int64(buffer.readableBytes)
            }
        }
    }

    func sync() async throws {
        try await store.threads.runIfActive { [self] in try FileCalls.sync(descriptor) }
    }

    func copy(from: Int64, to: Int64, length: Int64) async throws {
        try await store.threads.runIfActive { [self] in
            try FileCalls.copy(in: descriptor, from: from, to: to, length: length)
        }
    }

    func hashed(_ digest: SHA256, over range: Range<Int64>) async throws -> SHA256 {
        try await store.threads.runIfActive { [self] in
            var digest = digest
            try FileCalls.hash(descriptor, range, into: &digest)
            return digest
        }
    }

    func discard(_ range: Range<Int64>) async {
        try? await store.threads.runIfActive { [self] in FileCalls.punch(descriptor, range) }
    }

    func cut(to size: Int64) async throws {
        try await store.threads.runIfActive { [self] in try FileCalls.cut(descriptor, to: size) }
    }

    func close() {
        guard isClosed.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        Glibc.close(descriptor)
        store.release(blob)
    }
}
