import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// Reads a form with a file and its hash; the file goes to the blob store as it comes.
struct UploadForm {
    private static let limits = MultipartLimits(parts: 32)
    private static let fieldBytes = 4096

    /// A file whose bytes are durable and have the hash that was announced.
    struct Upload {
        let staged: StagedBlob
        let hash: ContentHash
        let name: String
        let mimeType: String
    }

    private struct Parts {
        /// Has the file's bytes until the form is at its end: a blob that is finished and has no row is taken for a left-over.
        var writer: (any BlobWriter)?
        var staged: StagedBlob?
        var fields: [String: String] = [:]
        var fileName: String?
        var fileType: String?
    }

    let blobs: any BlobStore
    /// What a file may have at most, whoever sends it.
    let largest: Int64
    /// What all files of the heap's owner may have; nil means without limit.
    let quota: Int64?

    /// `room`: what this file may have, for reasons of quota.
    ///
    /// - Throws: ``FileFailure``, ``HeaperError/malformed(_:)``, ``StorageError``; nothing is kept then.
    func read(_ request: Request, room: Int64) async throws -> Upload {
        var parts = Parts()
        do {
            try await read(request, room: room, into: &parts)
            guard let writer = parts.writer else { throw HeaperError.malformed("The form has no file") }
            let staged = try await writer.finish()
            parts.staged = staged
            return try Self.checked(parts, staged)
        } catch {
            if let staged = parts.staged { await blobs.erase(staged.blob) } else { await parts.writer?.cancel() }
            switch error {
            case BlobError.tooLarge: throw failure(room)
            case let error as MultipartError: throw HeaperError.malformed("Malformed form: \(error)")
            default: throw error
            }
        }
    }

    private func failure(_ room: Int64) -> FileFailure {
        guard let quota, room < largest else { return .tooLarge(limit: largest) }
        return .quotaExceeded(limit: quota)
    }

    private func read(_ request: Request, room: Int64, into parts: inout Parts) async throws {
        // The form around the file is small.
        if let length = request.declaredLength, length - 65_536 > room { throw failure(room) }
        var reader = try MultipartReader(
            request.incoming,
            contentType: request.headers[.contentType],
            limits: Self.limits
        )
        while let part = try await reader.nextPart() {
            guard part.name == "file" else {
                guard let name = part.name else { continue }
                parts.fields[name] = try await reader.text(upTo: Self.fieldBytes)
                continue
            }
            guard parts.writer == nil else { throw HeaperError.malformed("The form has more than one file") }
            (parts.fileName, parts.fileType) = (part.filename, part.contentType)
            let writer = try await blobs.makeWriter(BlobRequest(maxBytes: room, wantsSHA256: true))
            parts.writer = writer
            while let slice = try await reader.nextSlice() { try await writer.write(slice) }
        }
    }

    private static func checked(_ parts: Parts, _ staged: StagedBlob) throws -> Upload {
        let hash = try UploadPath.hash(parts.fields["hash"] ?? parts.fields["file_hash"])
        guard let digest = staged.blob.sha256 else { throw HeaperError.internalFault }
        let actual = ContentHash(digest)
        guard actual == hash else { throw FileFailure.hashMismatch(expected: hash, actual: actual) }
        return Upload(
            staged: staged,
            hash: hash,
            name: UploadFields.name(parts.fields["name"] ?? parts.fileName),
            mimeType: UploadFields.mimeType(parts.fields["mime_type"] ?? parts.fileType)
        )
    }
}
