import CofferCore
import CofferHTTP
import CofferMedia
import Hummingbird
import Yjs

/// `POST /api/regenerate_file`: finds out anew what a file is, and lets its generated thumbnails go.
///
/// - Auth: an access token of somebody who may write in the heap.
/// - 200: the file. 404: ``FileFailure/notFound``, ``FileFailure/notReady``. 409: ``ScanFailure/heapEncrypted``.
///   503: ``ThumbnailFailure/busy``.
/// - Source: Heaper contract, section 8.
struct RegenerateFileRoute {
    let places: any PlaceFinding
    let finder: FileFinder
    let media: Media
    let thumbnails: ThumbnailMaker
    let mediaTypes: MediaTypeDetector
    let documents: any DocumentHosting
    let stamps: StampSource

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let fields = try await RequestFields(request)
        guard let key: FileID = try fields.id("file_id", "block_id", "id") else {
            throw HeaperError.malformed("block_id is missing")
        }
        let hash = try fields.text("hash").map { text in
            guard let hash = ContentHash(text) else { throw HeaperError.malformed("hash is not a SHA-256") }
            return hash
        }
        guard let found = try await finder.file(key.text, hash: hash, for: caller.user),
            let heap = try await places.heap(found.file.heap.text, for: caller.user)
        else { throw FileFailure.notFound }
        guard heap.role.mayWrite else { throw HeaperError.readOnly }
        guard !heap.isEncrypted else { throw ScanFailure.heapEncrypted }
        let file = try await renewed(found)
        if file.mimeType != found.file.mimeType { try await list(file, in: heap, by: caller.user) }
        return Response(.ok, json: ["success": true, "file": FileBody.json(file)])
    }

    private func renewed(_ found: FileFinder.Found) async throws -> HeaperFile {
        let reader = try await finder.open(found)
        defer { reader.close() }
        let size = reader.size
        let sample = try await reader.read(from: 0, count: MediaTypeDetector.sampleBytes)
        // One that says nothing does not take the place of what somebody has told.
        let seen = UploadFields.mimeType(mediaTypes.mediaType(of: sample))
        let known = found.file.mimeType.isEmpty ? "application/octet-stream" : found.file.mimeType
        let type = seen.isEmpty ? known : seen
        let facts = try await facts(of: found.file, in: reader)
        try await thumbnails.forget(found.file.hash)
        let (id, stamps) = (found.file.id, stamps)
        return try await finder.drops.database.write { session in
            try session.execute(
                """
                UPDATE heaper_files SET mime_type = \(type), file_size = \(size), width = \(facts.width),
                    height = \(facts.height), duration_ms = \(facts.duration?.wholeMilliseconds),
                    exif_data = \(facts.exif)
                WHERE id = \(id)
                """
            )
            guard let file = try FileRows.file(id, in: session) else { throw FileFailure.notFound }
            try BlockRows.touch(file.block, stamp: stamps.next(in: session), session)
            return file
        }
    }

    /// What the file says of itself; where nothing can be found out, what was known.
    ///
    /// - Throws: ``ThumbnailFailure/busy``, ``StorageError``.
    private func facts(of file: HeaperFile, in reader: any BlobReader) async throws -> MediaFacts {
        do {
            return MediaFacts(try await media.inspect(MediaInput(reader)))
        } catch let failure as MediaFailure {
            let meaning = ThumbnailFailure(failure)
            guard meaning != .busy else { throw meaning }
            return file.facts
        }
    }

    /// Writes the new type into the file's entry in its document, and leaves the rest of the entry alone.
    private func list(_ file: HeaperFile, in heap: HeapPlace, by user: UserID) async throws {
        let entry = FileEntry(id: file.id, hash: file.hash, name: file.name, mimeType: file.mimeType, size: file.size)
        let document = try await documents.snapshot(of: file.block)
        guard case .object(let all) = document.value(of: FileEntry.root, as: .map),
            case .object(let known)? = all.first(where: { $0.key == entry.key })?.value
        else { return }
        let members = known.filter { $0.key != "mime_type" } + [YEntry("mime_type", .string(file.mimeType))]
        try await documents.edit(DocumentTarget(new: file.block, in: heap), by: user) { edit in
            try edit.set(.object(members), forKey: entry.key, in: FileEntry.root)
        }
    }
}
