import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `GET /files/download/{userIDHash}/{fileID}`: sends anybody who has the link to the bytes, so many times a day.
///
/// Days are those of UTC. Only requests that are let through count, and only for files that are there, under the key that
/// stands in the link. `HEAD` counts as well, for its answer names the same place.
///
/// - Auth: none.
/// - 303: `Location`, a URL that is good for two minutes. 400: no UUID. 404: no such file. 429: used up for today.
/// - Source: Hashdrop API reference, "Download file"; contract, sections 7 and 13.
struct DownloadRoute {
    let files: FileStore
    let objects: any ObjectPlace

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let id = try FileID(parsing: context.parameters["fileID"])
        let owner = context.parameters["userIDHash"]
        let key = ObjectKey(
            owner: owner.hasPrefix(ObjectKey.ownerPrefix)
                ? String(owner.dropFirst(ObjectKey.ownerPrefix.count)) : owner,
            file: id
        )
        let isBlob: Bool
        switch try await files.admitDownload(of: id, under: key) {
        case .admitted(let answer): isBlob = answer
        case .noSuchFile: throw HashdropError.fileNotFound
        case .exhausted: throw HashdropError.downloadLimitReached(retryAfter: secondsToTomorrow)
        }
        let url = try await objects.downloadURL(key, isBlob: isBlob, site: context.site)
        let html = "<a href=\"\(url.replacing("&", with: "&amp;"))\">See Other</a>.\n\n"
        return Response(
            status: .seeOther,
            headers: [.location: url, .contentType: "text/html; charset=utf-8", .xContentTypeOptions: "nosniff"],
            body: .init(byteBuffer: .init(string: html))
        )
    }

    private var secondsToTomorrow: Int {
        let now = files.clock.now
        let tomorrow = Timestamp(milliseconds: (FileStore.day(of: now) + 1) * 86_400_000)
        return now.retryAfterSeconds(until: tomorrow)
    }
}
