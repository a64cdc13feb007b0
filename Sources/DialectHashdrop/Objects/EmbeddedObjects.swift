import CofferCore
import CofferHTTP
import Crypto

/// The object store inside this server, at `/hashdrop-files/`, on URLs of its own.
///
/// Uploads are signed as S3 wants it (AWS Signature Version 4), downloads with the three parameters that CloudFront knows
/// and a signature of ours, because anybody may ask for one of those and it has to cost little.
struct EmbeddedObjects: ObjectPlace {
    static let bucket = "hashdrop-files"
    private static let keyPair = "coffer"

    private let uploads: SigningKey
    private let downloads: SymmetricKey
    private let settings: FileSettings
    private let drops: DropStore
    private let clock: any WallClock

    init(secret: String, settings: FileSettings, drops: DropStore, clock: any WallClock) {
        uploads = SigningKey(accessKeyID: Self.keyPair, secret: secret, region: "local")
        // A key of its own, so that one kind of signature never passes for the other.
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("downloads".utf8),
            using: SymmetricKey(data: Array(secret.utf8))
        )
        downloads = SymmetricKey(data: code)
        self.settings = settings
        self.drops = drops
        self.clock = clock
    }

    static func path(of key: ObjectKey) -> String { "/\(bucket)/\(key.text)" }

    // MARK: Signing

    func uploadURL(_ key: ObjectKey, site: Site) async throws -> String {
        PresignedURL.sign(
            method: "PUT",
            base: site.baseURL,
            path: Self.path(of: key),
            query: [("x-id", "PutObject")],
            seconds: Int(settings.uploadURLLife.components.seconds),
            at: clock.now,
            key: uploads
        )
    }

    func downloadURL(_ key: ObjectKey, isBlob: Bool, site: Site) async throws -> String {
        let path = Self.path(of: key)
        let end = clock.now.advanced(by: settings.downloadURLLife).seconds
        return "\(site.baseURL)\(path)?Expires=\(end)&Signature=\(signature(path, end))&Key-Pair-Id=\(Self.keyPair)"
    }

    private func signature(_ path: String, _ end: Int64) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(path)\n\(end)".utf8), using: downloads)
        return Base64.encodeURL(Array(code))
    }

    func measure(_ file: StoredFile) async throws -> ObjectSize { .knownToDatabase }
    func erase(_ doomed: Doomed) async { await drops.erase(doomed.blobs) }

    // MARK: Verifying

    /// The object that a `PUT` may write.
    ///
    /// - Throws: ``ObjectError/accessDenied`` unless the URL is one of ours, for this method, as it was signed, in time.
    func verifiedUpload(_ context: CofferContext) throws -> ObjectKey {
        do {
            _ = try PresignedURL.verify(
                method: "PUT",
                target: "\(context.path.raw)?\(context.path.query ?? "")",
                host: PresignedURL.host(of: context.baseURL),
                at: clock.now,
                key: uploads
            )
        } catch {
            throw ObjectError.accessDenied
        }
        return try key(context)
    }

    /// The object that a `GET` or `HEAD` may read.
    ///
    /// - Throws: ``ObjectError/accessDenied``, as above.
    func verifiedDownload(_ context: CofferContext) throws -> ObjectKey {
        let key = try key(context)
        let fields = FormURLEncoded(context.path.query ?? "").fields
        guard fields.map(\.name) == ["Expires", "Signature", "Key-Pair-Id"],
            let end = Int64(fields[0].value), String(end) == fields[0].value,
            constantTimeEqual(Array(signature(Self.path(of: key), end).utf8), Array(fields[1].value.utf8)),
            fields[2].value == Self.keyPair, clock.now.seconds < end
        else { throw ObjectError.accessDenied }
        return key
    }

    /// The key that stands in the path, which must be spelt exactly as we spell it.
    private func key(_ context: CofferContext) throws -> ObjectKey {
        let key = ObjectKey(stored: "\(context.parameters["owner"])/\(context.parameters["object"])")
        guard context.path.raw.utf8.elementsEqual(Self.path(of: key).utf8) else { throw ObjectError.accessDenied }
        return key
    }
}
