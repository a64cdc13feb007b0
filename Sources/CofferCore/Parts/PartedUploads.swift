package import NIOCore
import Synchronization

/// Uploads in numbered parts: in any order, in parallel, repeated, continued after a restart.
///
/// All parts of an upload go into one file, each at the place where it probably belongs (``PartLayout``). A part counts
/// when its bytes are durable and its row is committed. The file becomes the blob of the finished drop as it lies there.
///
/// Where equal parts are agreed on, a number that comes again replaces the earlier part, once it has arrived whole.
package final class PartedUploads: Sendable {
    package struct Limits: Sendable {
        package var maxPartBytes: Int64 = 16 * 1024 * 1024
        /// Parts that may wait for earlier ones.
        package var maxParked: Int64 = 64
        /// An upload is removed this long after its last accepted part, or later where it was tried to complete it.
        package var idle: Duration = .seconds(3600)
        /// Whether the SHA-256 of the upload is computed while it arrives, so that less is left to do in the end.
        package var digestsEarly = false

        package init() {}
    }

    package static let migrations = PartTable.migrations

    let drops: DropStore
    let table = PartTable()
    let store: any PartStore
    private let random: any RandomSource
    private let digests = RunningDigests()
    private let active = Mutex<[DropID: ActiveUpload]>([:])

    package init(drops: DropStore, store: any PartStore, random: any RandomSource) {
        self.drops = drops
        self.store = store
        self.random = random
    }

    /// Opens an upload for a drop that was just inserted, as a step of its transaction.
    ///
    /// `partBytes`: the size of all parts but the last, if that is agreed on.
    package func open(
        _ drop: DropID,
        size: Int64,
        partBytes: Int64? = nil,
        in session: any SQLSession
    ) throws {
        let upload = OpenUpload(drop: drop, key: BlobKey(random: random), size: size, partBytes: partBytes)
        try table.insert(upload, in: session)
    }

    /// Bytes that the file system has left for parts.
    ///
    /// - Throws: ``StorageError``.
    package func freeBytes() async throws -> Int64 { try await store.freeBytes() }

    /// The open upload of a drop; nil when it has none, or not any more.
    package func find(_ drop: DropID, in session: any SQLSession) throws -> OpenUpload? {
        try table.find(drop, in: session)
    }

    /// Ends an upload as a step of the transaction that makes its drop ready.
    package func close(_ upload: OpenUpload, in session: any SQLSession) throws {
        try table.delete(upload.drop, in: session)
    }

    package func progress(of upload: OpenUpload) async throws -> PartProgress {
        try await withActive(upload) {
            PartProgress(contiguousBytes: $0.contiguousBytes, received: $0.receivedRanges)
        }
    }

    /// Takes one part.
    ///
    /// A number that was accepted before is read to its end and dropped, or replaces the earlier part where equal parts are
    /// agreed on; then a part that does not come to its end leaves the earlier one as it was. `declared` is the size that the sender announced.
    ///
    /// - Returns: the bytes of the parts from 0 on without a gap, this one included.
    /// - Throws: ``PartError``, ``StorageError``, and what `bytes` throws; nothing is kept then.
    package func add<Bytes: AsyncSequence & Sendable>(
        _ index: Int64,
        _ bytes: Bytes,
        declared: Int64?,
        to upload: OpenUpload,
        limits: Limits
    ) async throws -> Int64 where Bytes.Element == ByteBuffer {
        if let declared, declared > limits.maxPartBytes { throw PartError.tooLarge(limit: limits.maxPartBytes) }
        return try await withActive(upload) { active in
            switch try active.begin(index, declared: declared, limits: limits) {
            case .known: try await Self.discard(bytes, limit: limits.maxPartBytes)
            case .arriving(let sender, let position, let room):
                let place = Place(index: index, sender: sender, position: position, room: room)
                do {
                    try await self.take(bytes, at: place, of: upload, active, limits: limits)
                } catch {
                    active.abandon(sender)
                    throw error
                }
            }
            return active.contiguousBytes
        }
    }

    private struct Place {
        let index: Int64
        let sender: Int
        let position: Int64
        let room: Int64
    }

    private func take<Bytes: AsyncSequence & Sendable>(
        _ bytes: Bytes,
        at place: Place,
        of upload: OpenUpload,
        _ active: ActiveUpload,
        limits: Limits
    ) async throws where Bytes.Element == ByteBuffer {
        let shared = try await active.file { try await self.openFile(of: upload) }
        // Its own, because the system tells of a write that failed later only once per open file, to whoever syncs first.
        let file = try await shared.reopened()
        defer { file.close() }
        let writer = PartWriter(
            file: file,
            upload: active,
            sender: place.sender,
            position: place.position,
            room: place.room,
            limits: limits
        )
        do {
            try await write(bytes, with: writer, at: place, active, limits: limits)
        } catch {
            try? await active.writing(place.sender) { await writer.discard() }
            throw error
        }
        do {
            // From here on until the part counts nobody can cut away what lies behind the upload's end.
            try await active.writing(place.sender) {
                try await self.accept(writer, at: place, of: upload, active, in: file, limits: limits)
            }
        } catch PartError.gone where active.isNeedless(place.sender, place.index) {
            return
        }
        guard limits.digestsEarly else { return }
        // What does not work now is done in the end. While somebody writes nobody can seal the upload.
        try? await active.writing { try await self.digests[upload.drop].advance(to: active.settledBytes, in: file) }
    }

    private func write<Bytes: AsyncSequence & Sendable>(
        _ bytes: Bytes,
        with writer: PartWriter,
        at place: Place,
        _ active: ActiveUpload,
        limits: Limits
    ) async throws where Bytes.Element == ByteBuffer {
        var size: Int64 = 0
        for try await buffer in bytes {
            size += Int64(buffer.readableBytes)
            guard !active.isNeedless(place.sender, place.index) else {
                guard size <= limits.maxPartBytes else { throw PartError.tooLarge(limit: limits.maxPartBytes) }
                continue
            }
            do {
                try await writer.write(buffer)
            } catch PartError.gone where active.isNeedless(place.sender, place.index) {
                // The rest is read for nothing.
            }
        }
    }

    /// Makes a part durable and records it.
    private func accept(
        _ writer: PartWriter,
        at place: Place,
        of upload: OpenUpload,
        _ active: ActiveUpload,
        in file: any PartFile,
        limits: Limits
    ) async throws {
        let length: Int64
        do {
            length = try await writer.finish()
        } catch {
            await writer.discard()
            throw error
        }
        let extent = PartLayout.Extent(position: place.position, length: length)
        do {
            guard let ordered = try await active.claim(place.sender, place.index, extent),
                try await record(place.index, extent, ordered, of: upload, limits: limits)
            else {
                // Another sender's part of this number was first.
                await writer.discard()
                return active.abandon(place.sender)
            }
        } catch let error as PartError {
            await writer.discard()
            throw error
        }
        guard let needless = active.accept(place.sender, length: length) else { return }
        await file.discard(needless.position..<needless.end)
        active.abandon(place.sender)
    }

    private static func discard<Bytes: AsyncSequence>(
        _ bytes: Bytes,
        limit: Int64
    ) async throws where Bytes.Element == ByteBuffer {
        var size: Int64 = 0
        for try await buffer in bytes {
            size += Int64(buffer.readableBytes)
            guard size <= limit else { throw PartError.tooLarge(limit: limit) }
        }
    }

    /// - Returns: false when there is a part of this number.
    private func record(
        _ index: Int64,
        _ extent: PartLayout.Extent,
        _ ordered: (count: Int64, bytes: Int64),
        of upload: OpenUpload,
        limits: Limits
    ) async throws -> Bool {
        let (drops, table) = (drops, table)
        let due = drops.clock.now.advanced(by: limits.idle)
        let isNew = try await drops.database.write { session in
            let now = drops.clock.now
            guard let drop = try drops.table.find(upload.drop, in: session), drop.state == .pending,
                !drop.isGone(at: now)
            else { throw PartError.gone }
            let isNew =
                upload.partBytes == nil
                ? try table.insert(index, extent, of: upload.drop, at: now, in: session)
                : try table.replace(index, extent, of: upload.drop, at: now, in: session)
            if isNew { try table.setOrdered(ordered, of: upload.drop, in: session) }
            try drops.postpone(upload.drop, until: due, in: session)
            return isNew
        }
        drops.expectSweep(at: due)
        return isNew
    }

    /// Brings the parts of a complete upload into their order, so that the file is the blob, publishes it where blobs lie
    /// elsewhere, and runs `finish`, which makes the drop ready and calls ``close(_:in:)``.
    ///
    /// No sender can write any more; when this fails, those who come then can.
    ///
    /// `sha256`: what the digest of all bytes must be, if that is known.
    ///
    /// While another caller is at it, this one waits for how that ends.
    ///
    /// - Throws: ``PartError/incomplete``; ``PartError/gone`` when another caller has completed it;
    ///   ``PartError/wrongDigest(actual:)``; ``StorageError``; what `finish` throws.
    package func complete(
        _ upload: OpenUpload,
        sha256: [UInt8]? = nil,
        _ finish: @Sendable () async throws -> Void
    ) async throws {
        try await withActive(upload) { active in
            try await active.seal()
            do {
                self.digests[upload.drop].forget(beyond: active.settledBytes)
                let rounds = active.arrangement()
                if self.store.publishes || !rounds.isEmpty { try await self.postpone(upload) }
                try await self.arrange(upload, active, rounds)
                if let sha256 { try await self.verify(upload, active, sha256) }
                try await self.publish(upload)
                try await finish()
            } catch {
                active.unseal()
                throw error
            }
            active.finish()
        }
        digests.forget(upload.drop)
        if store.publishes { await store.retire(Self.blob(of: upload)) }
    }

    /// Keeps the sweeper from taking the drop for one that nobody works on.
    private func postpone(_ upload: OpenUpload) async throws {
        let time = Self.completingTime + .seconds(upload.size / Self.slowestBytesPerSecond)
        let (drops, due) = (drops, drops.clock.now.advanced(by: time))
        try await drops.database.write { try drops.postpone(upload.drop, until: due, in: $0) }
    }

    private static let completingTime: Duration = .seconds(3600)
    private static let slowestBytesPerSecond: Int64 = 256 * 1024

    private func verify(_ upload: OpenUpload, _ active: ActiveUpload, _ expected: [UInt8]) async throws {
        let file = try await active.file { try await self.openFile(of: upload) }
        let actual = try await digests[upload.drop].finish(size: upload.size, in: file)
        guard actual == expected else { throw PartError.wrongDigest(actual: actual) }
    }

    /// Copies the file to where blobs lie, if that is elsewhere.
    private func publish(_ upload: OpenUpload) async throws {
        guard store.publishes else { return }
        let blob = Self.blob(of: upload)
        do {
            try await store.publish(blob)
        } catch {
            if try await claim(on: blob, of: upload) == .none { await drops.erase([blob]) }
            throw error
        }
        // Deleted meanwhile: nobody will ever own what was published.
        guard try await claim(on: blob, of: upload) == .none else { return }
        await drops.erase([blob])
        throw PartError.gone
    }

    /// The keys of open uploads that begin with `prefix`, hexadecimal digits: their files are needed.
    package static func openKeys(withPrefix prefix: String, in session: any SQLSession) throws -> Set<BlobKey> {
        try PartTable().keys(withPrefix: prefix, in: session)
    }

    private func arrange(
        _ upload: OpenUpload,
        _ active: ActiveUpload,
        _ rounds: [[PartLayout.Move]]
    ) async throws {
        let file = try await active.file { try await self.openFile(of: upload) }
        for moves in rounds {
            do {
                for move in moves { try await file.copy(from: move.from, to: move.to, length: move.length) }
                try await file.sync()
            } catch {
                // Most likely the disk is full: what was copied must not take the last of it.
                for move in moves { await file.discard(move.to..<move.to + move.length) }
                throw error
            }
            // Whether a commit that failed is found again after a crash is not known, so the copies stay.
            let table = table
            try await drops.database.write { try table.apply(moves, to: upload.drop, in: $0) }
            active.apply(moves)
        }
        try await file.cut(to: upload.size)
    }

    // MARK: What is under way

    /// Shares one picture of an upload among all requests that work on it at the same time.
    private func withActive<Value: Sendable>(
        _ upload: OpenUpload,
        _ body: (ActiveUpload) async throws -> Value
    ) async throws -> Value {
        let shared = active.withLock { active in
            let shared = active[upload.drop] ?? ActiveUpload(size: upload.size, partBytes: upload.partBytes)
            shared.users += 1
            active[upload.drop] = shared
            return shared
        }
        defer {
            active.withLock { active in
                shared.users -= 1
                if shared.users == 0 { active[upload.drop] = nil }
            }
        }
        let table = table
        try await shared.load {
            let layout = try await self.drops.database.snapshot { try table.layout(of: upload, in: $0) }
            guard let layout else { throw PartError.gone }
            return layout
        }
        return try await body(shared)
    }
}
