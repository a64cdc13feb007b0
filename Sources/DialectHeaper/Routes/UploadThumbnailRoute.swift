import CofferCore
import CofferHTTP
import CofferMedia
import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /api/upload/thumbnail/{block_id}/{file_hash}/{thumbnail_key}`: takes a thumbnail that a client made.
///
/// - Auth: access token. Form: `thumbnail`; optional `type` (`image`, `video` or `animated`) and `size`, which is the key
///   if it is missing. The key of a video's frame may end in `@` and its position, such as `frame@12.5`.
/// - 200: ``answer(_:_:_:_:)``; one of the same key is replaced. 400: form, or no picture. 403: the heap may only be read.
///   404: block, or a file that it does not have. 409: too many. 413: too large.
/// - Source: Heaper API reference, "POST /api/upload/thumbnail"; contract, section 9.
struct UploadThumbnailRoute {
    private static let fieldBytes = 256
    private static let nameBytes = 128

    let parts: ThumbnailParts
    let places: any PlaceFinding

    private struct Form {
        var picture: ByteBuffer?
        var type = ""
        var size = ""
    }

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        guard let hash = ContentHash(context.parameters["file_hash"]) else {
            throw HeaperError.malformed("file_hash must be 64 hex digits")
        }
        let key = try Self.name(context.parameters["thumbnail_key"], "thumbnail_key")
        let block = try await writableBlock(context.parameters["block_id"], caller)
        let form = try await read(request)
        guard let kind = ThumbnailKind(rawValue: form.type.isEmpty ? "image" : form.type) else {
            throw HeaperError.malformed("type must be image, video or animated")
        }
        let size = try Self.name(form.size.isEmpty ? key : form.size, "size")
        guard let bytes = form.picture else { throw HeaperError.malformed("The form has no thumbnail") }
        let position = key.split(separator: "@").last.flatMap { FramePosition(lenient: String($0)) }
        try await parts.store.keep(
            ThumbnailStore.NewThumbnail(
                hash: hash,
                block: block,
                key: key,
                kind: kind,
                size: size,
                position: kind == .video ? position?.moment(in: nil) : nil,
                picture: try await picture(bytes)
            )
        )
        return Response(
            .ok,
            json: [
                "status": "ok", "block_id": .string(block.text), "file_hash": .string(hash.text),
                "thumbnail_key": .string(key), "type": .string(kind.rawValue), "size": .string(size),
            ]
        )
    }

    private static func name(_ text: String, _ what: String) throws -> String {
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard (1...nameBytes).contains(text.utf8.count), isPlain else {
            throw HeaperError.malformed("\(what) must have 1 to \(nameBytes) bytes and no control characters")
        }
        return text
    }

    private func writableBlock(_ text: String, _ caller: Caller) async throws -> BlockID {
        guard let block = BlockID(text),
            case .present(let place) = try await places.standing(of: block, in: nil, for: caller.user)
        else { throw HeaperError.blockNotFound }
        guard place.heap.role.mayWrite else { throw HeaperError.readOnly }
        return block
    }

    /// Judges by content; the declared type does not count.
    private func picture(_ bytes: ByteBuffer) async throws -> Picture {
        let report: MediaReport
        do {
            report = try await parts.media.inspectImage(MediaInput(bytes))
        } catch is MediaFailure {
            throw ThumbnailFailure.notAPicture
        }
        guard let format = PictureFormat(report.format), let width = report.width, let height = report.height else {
            throw ThumbnailFailure.notAPicture
        }
        return Picture(bytes: bytes, format: format, width: width, height: height)
    }

    private func read(_ request: Request) async throws -> Form {
        let limit = parts.settings.uploadBytes
        var form = Form()
        do {
            var reader = try MultipartReader(
                request.incoming,
                contentType: request.headers[.contentType],
                limits: MultipartLimits(parts: 16)
            )
            while let part = try await reader.nextPart() {
                switch part.name {
                case "thumbnail":
                    guard form.picture == nil else { throw HeaperError.malformed("The form has two thumbnails") }
                    form.picture = try await Self.collect(&reader, upTo: limit)
                case "type": form.type = try await reader.text(upTo: Self.fieldBytes)
                case "size": form.size = try await reader.text(upTo: Self.fieldBytes)
                default:
                    guard reader.bytesRead <= limit + 65_536 else { throw ThumbnailFailure.tooLarge(limit: limit) }
                }
            }
        } catch let error as MultipartError {
            throw HeaperError.malformed("Malformed form: \(error)")
        }
        return form
    }

    private static func collect(
        _ reader: inout MultipartReader<IncomingBody>,
        upTo limit: Int
    ) async throws -> ByteBuffer {
        var bytes = ByteBuffer()
        while let slice = try await reader.nextSlice() {
            guard bytes.readableBytes + slice.readableBytes <= limit else {
                throw ThumbnailFailure.tooLarge(limit: limit)
            }
            bytes.writeImmutableBuffer(slice)
        }
        return bytes
    }
}
