import CofferCore
import CofferHTTP
import Hummingbird
import NIOCore

/// The upload form as it arrives: fields are kept, the file goes straight to the blob store.
final class UploadForm {
    private static let maxFieldBytes = 1024 * 1024
    private static let maxFields = 1000
    private static let maxFiles = 1000
    /// How much more than the largest file is read before an answer, to tell its size and let the client see it.
    private static let drainBytes: Int64 = 64 * 1024 * 1024

    /// The form once every field is known to be right.
    struct Fields {
        let file: ReceivedFile
        let minutes: Int
        let uses: Int
    }

    private enum FileField {
        case missing
        case text(String)
        case received(ReceivedFile)
    }

    private let maxFileBytes: Int
    private let blobs: any BlobStore
    private var file = FileField.missing
    private var expiry: String?
    private var uses: String?
    private var fieldCount = 0
    private var fileCount = 0

    init(maxFileBytes: Int, blobs: any BlobStore) {
        self.maxFileBytes = maxFileBytes
        self.blobs = blobs
    }

    /// Reads the whole body.
    ///
    /// One that is empty or of another type is a form without fields.
    func read(_ request: Request) async throws {
        do {
            // Fields and files have limits of their own; each part is one or the other.
            let limits = MultipartLimits(parts: Self.maxFields + Self.maxFiles)
            var reader = try MultipartReader(
                request.incoming,
                contentType: request.headers[.contentType],
                limits: limits
            )
            while let part = try await reader.nextPart() {
                try await take(part, from: &reader)
            }
            // To the very end: a body that breaks off behind its last part is a broken upload too.
            guard try await reader.drain(upTo: Self.maxFieldBytes) else { throw RavenZeroError.unreadableBody }
        } catch MultipartError.notFormData, MultipartError.emptyBody {
            return
        } catch let error as MultipartError {
            throw Self.meaning(of: error)
        }
    }

    private static func meaning(of error: MultipartError) -> RavenZeroError {
        switch error {
        case .fieldTooLarge: .fieldTooLarge
        case .missingBoundary: .missingBoundary
        default: .unreadableBody
        }
    }

    private func take(_ part: MultipartPartHead, from reader: inout MultipartReader<IncomingBody>) async throws {
        if let filename = part.filename {
            fileCount += 1
            guard fileCount <= Self.maxFiles else { throw RavenZeroError.tooManyFiles }
            guard part.name == "file" else { return try await skip(&reader) }
            await discard()
            let received = ReceivedFile(
                name: FileName(cleaning: filename).text,
                declaredType: part.contentType,
                writer: try await blobs.makeWriter(BlobRequest(maxBytes: Int64(maxFileBytes), wantsSHA256: true)),
                maxBytes: Int64(maxFileBytes)
            )
            file = .received(received)
            while let slice = try await reader.nextSlice() {
                try await received.take(slice)
                guard received.size <= Int64(maxFileBytes) + Self.drainBytes else {
                    throw RavenZeroError.tooLarge(bytes: received.size, limit: maxFileBytes)
                }
            }
            return
        }
        fieldCount += 1
        guard fieldCount <= Self.maxFields else { throw RavenZeroError.tooManyFields }
        let text = try await reader.text(upTo: Self.maxFieldBytes)
        switch part.name {
        case "file":
            await discard()
            file = .text(text)
        case "expiry": expiry = text
        case "uses": uses = text
        default: break
        }
    }

    /// Reads over a file that nobody asked for, within the bound on the whole body.
    private func skip(_ reader: inout MultipartReader<IncomingBody>) async throws {
        while try await reader.nextSlice() != nil {
            guard reader.bytesRead <= maxFileBytes + Int(Self.drainBytes) else { throw RavenZeroError.unreadableBody }
        }
    }

    /// Drops the file received so far.
    func discard() async {
        if case .received(let received) = file { await received.cancel() }
        file = .missing
    }

    /// - Throws: ``RavenZeroError/form(_:)`` with every problem, in the order file, expiry, uses.
    func validated() throws -> Fields {
        var problems: [FormProblem] = []
        switch file {
        case .missing: problems.append(.fileMissing)
        case .text(let text): problems.append(.fileIsText(text))
        case .received: break
        }
        let minutes = Self.number(expiry, field: "expiry", in: 1...60, default: 10, &problems)
        let uses = Self.number(uses, field: "uses", in: 1...5, default: 1, &problems)
        guard problems.isEmpty, case .received(let received) = file else { throw RavenZeroError.form(problems) }
        return Fields(file: received, minutes: minutes, uses: uses)
    }

    private static func number(
        _ text: String?,
        field: String,
        in range: ClosedRange<Int>,
        default fallback: Int,
        _ problems: inout [FormProblem]
    ) -> Int {
        guard let text, !text.isEmpty else { return fallback }
        guard let number = LaxInteger.parse(text) else {
            problems.append(.notAnInteger(field: field, input: text))
            return fallback
        }
        if number < range.lowerBound {
            problems.append(.tooSmall(field: field, input: text, least: range.lowerBound))
        } else if number > range.upperBound {
            problems.append(.tooLarge(field: field, input: text, most: range.upperBound))
        }
        return number
    }
}

/// The file part of the form, on its way into the blob store.
final class ReceivedFile {
    let name: String
    let declaredType: String?
    /// Bytes received, those past the limit included.
    private(set) var size: Int64 = 0
    /// The first bytes, for telling the media type.
    private(set) var sample = ByteBuffer()
    private let maxBytes: Int64
    private var writer: (any BlobWriter)?

    init(name: String, declaredType: String?, writer: any BlobWriter, maxBytes: Int64) {
        self.name = name
        self.declaredType = declaredType
        self.writer = writer
        self.maxBytes = maxBytes
    }

    func take(_ bytes: ByteBuffer) async throws {
        size += Int64(bytes.readableBytes)
        let wanted = MediaTypeDetector.sampleBytes - sample.readableBytes
        if wanted > 0, let head = bytes.getSlice(at: bytes.readerIndex, length: min(wanted, bytes.readableBytes)) {
            sample.writeImmutableBuffer(head)
        }
        // Past the limit bytes are only counted.
        guard size <= maxBytes else { return await cancel() }
        try await writer?.write(bytes)
    }

    func finish() async throws -> StagedBlob {
        guard let writer else { throw BlobError.tooLarge(limit: maxBytes) }
        let staged = try await writer.finish()
        self.writer = nil
        return staged
    }

    func cancel() async {
        let writer = writer
        self.writer = nil
        await writer?.cancel()
    }
}
