import CofferCore
import CofferHTTP
import CofferMedia
import Hummingbird
import Logging

/// What the routes that show thumbnails have in common: find the file, then a stored thumbnail, or make one.
struct ThumbnailViewer: Sendable {
    let finder: FileFinder
    let store: ThumbnailStore
    let maker: ThumbnailMaker

    /// A file whose thumbnails somebody may see, with those that are stored.
    struct Subject: Sendable {
        let found: FileFinder.Found
        let stored: [StoredThumbnail]

        var length: Duration? { found.file.facts.duration }
    }

    /// - Throws: ``FileFailure/notFound``, ``HeaperError/malformed(_:)``.
    func subject(_ request: Request, _ context: CofferContext, _ caller: Caller) async throws -> Subject {
        var hash: ContentHash?
        if let text = request.uri.queryParameters["hash"] {
            guard let given = ContentHash(text) else { throw HeaperError.malformed("hash must be 64 hex digits") }
            hash = given
        }
        guard let found = try await finder.file(context.parameters["key"], hash: hash, for: caller.user) else {
            throw FileFailure.notFound
        }
        return Subject(found: found, stored: try await store.list(found.file.hash, of: found.file.block))
    }

    /// A stored thumbnail; nil when it went meanwhile.
    func show(
        _ thumbnail: StoredThumbnail,
        of file: HeaperFile,
        _ request: Request,
        _ context: CofferContext
    ) async throws -> Response? {
        if !thumbnail.isShown { await noteShown(thumbnail.key, of: file) }
        let answer = ThumbnailAnswer(thumbnail, of: file.hash)
        if let same = answer.notModified(request) { return same }
        do {
            return answer.response(request, try await store.open(thumbnail), context)
        } catch BlobError.missing {
            return nil
        }
    }

    private func noteShown(_ key: String, of file: HeaperFile) async {
        do {
            try await store.noteShown(key, of: file.hash, with: file.block)
        } catch {
            // The picture is there all the same.
            maker.logger.warning("shown thumbnail is not noted", metadata: ["error": "\(error)"])
        }
    }

    /// The best that is stored, otherwise one that is made now, otherwise the next best that is stored.
    ///
    /// - Throws: ``ThumbnailFailure``, ``FileFailure/notReady``.
    func answer(
        _ wish: ThumbnailWish,
        _ subject: Subject,
        _ request: Request,
        _ context: CofferContext
    ) async throws -> Response {
        let file = subject.found.file
        if let best = wish.best(of: subject.stored, length: subject.length),
            let shown = try await show(best, of: file, request, context)
        {
            return shown
        }
        do {
            let picture = try await maker.make(wish, of: subject.found)
            await noteShown(wish.key, of: file)
            return ThumbnailAnswer(picture, wish, of: file).response(request, picture.bytes)
        } catch {
            let isMissing = error as? ThumbnailFailure == .unavailable || error as? FileFailure == .notReady
            guard isMissing, let other = wish.secondBest(of: subject.stored, length: subject.length),
                let shown = try await show(other, of: file, request, context)
            else { throw error }
            return shown
        }
    }
}
