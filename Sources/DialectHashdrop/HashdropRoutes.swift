import CofferCore
import CofferHTTP
import Logging

/// The route table, in the reference's order.
struct HashdropRoutes {
    let all: [Route]

    init(
        _ settings: HashdropSettings,
        gates: HashdropGates,
        accounts: AccountRoutes,
        files: FileStore,
        objects: any ObjectPlace
    ) {
        let health = HealthRoute()
        let version = VersionRoute(version: settings.compatibleVersion)
        all =
            Self.read("/api/healthz", gates.open(.health, health.handle))
            + accounts.all
            + Self.files(gates, files, objects)
            + [accounts.reset]
            + Self.read("/api/cli/version", gates.open(.version, version.handle))
    }

    private static func files(_ gates: HashdropGates, _ files: FileStore, _ objects: any ObjectPlace) -> [Route] {
        let presign = PresignRoute(files: files, objects: objects)
        let complete = CompleteRoute(files: files, objects: objects)
        let list = ListRoute(files: files)
        let resolve = ResolveRoute(files: files)
        let details = DetailsRoute(files: files)
        let hash = HashRoute(files: files)
        let salt = SaltRoute(files: files)
        let delete = DeleteFileRoute(files: files, objects: objects)
        let download = DownloadRoute(files: files, objects: objects)
        return [
            .post("/api/files/presign", use: gates.account(.presign, presign.handle)),
            .post("/api/files/complete", use: gates.account(.complete, complete.handle)),
        ]
            + read("/api/files/all", gates.account(.list, list.handle))
            + read("/api/files/resolve", gates.account(.list, resolve.handle))
            + read("/api/files", gates.account(.details, details.handle))
            + read("/api/files/hash", gates.account(.details, hash.handle))
            + read("/api/files/salt", gates.account(.details, salt.handle))
            + [.delete("/api/files", use: gates.account(.details, delete.handle))]
            + read("/files/download/{userIDHash}/{fileID}", gates.open(.download, download.handle))
    }

    /// `GET`, and `HEAD` in the same manner.
    private static func read(_ template: String, _ handler: @escaping Route.Handler) -> [Route] {
        [.get(template, use: handler), .head(template, use: handler)]
    }
}

/// The routes of the embedded object store, which answers failures in a manner of its own.
struct ObjectRoutes {
    private static let template = "/\(EmbeddedObjects.bucket)/{owner}/{object}"

    let all: [Route]

    init(_ objects: EmbeddedObjects, files: FileStore, blobs: any BlobStore, logger: Logger) {
        let put = PutObjectRoute(objects: objects, files: files, blobs: blobs)
        let get = GetObjectRoute(objects: objects, files: files)
        all = [
            .put(Self.template, use: Self.answering(put.handle, logger)),
            .get(Self.template, use: Self.answering(get.handle, logger)),
            .head(Self.template, use: Self.answering(get.handle, logger)),
        ]
    }

    private static func answering(_ handler: @escaping Route.Handler, _ logger: Logger) -> Route.Handler {
        { request, context in
            do {
                return try await handler(request, context)
            } catch {
                let failure = ObjectError(error)
                if failure.isFault {
                    logger.error(
                        "request failed",
                        metadata: ["error": "\(error)", "request_id": "\(context.requestID)"]
                    )
                }
                return failure.response
            }
        }
    }
}
