import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /api/file`: opens an upload.
///
/// - Auth: none.
/// - Body: JSON object, multipart, urlencoded or nothing, with `deletepassword`, `expire` (Unix seconds), `limit`.
/// - 200: `id` and `uploadpassword`. 400: a field that cannot be meant. 413: a body above 1 MiB.
/// - Source: Hushfile Server API, "POST /api/file".
struct InitiateRoute {
    private static let maxPasswordBytes = 1024
    /// 2^53, the largest count that every JSON client can hold.
    private static let largestLimit: Int64 = 1 << 53

    let files: FileStore
    let passwords: PasswordHasher
    let settings: HushfileSettings
    let clock: any WallClock
    let random: any RandomSource

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let body = try await ControlBody(request)
        let now = clock.now
        let deletePassword = try body.text("deletepassword", maxBytes: Self.maxPasswordBytes)
        let expiresAt = try expiry(body.value("expire"), now: now)
        let limit = try Self.limit(body.value("limit"))
        var deletePasswordHash: String?
        if let deletePassword { deletePasswordHash = try await passwords.hash(deletePassword) }
        let id = random.hex(byteCount: 15)
        let uploadPassword = random.hex(byteCount: 40)
        let idleEnd = now.advanced(by: settings.unfinishedLife)
        let drop = NewDrop(
            id: DropID(random: random),
            name: DropName(space: FileStore.space, text: id),
            state: .pending,
            counting: .atEnd,
            createdAt: now,
            expiresAt: expiresAt,
            dueAt: min(idleEnd, expiresAt ?? idleEnd),
            maxDownloads: limit,
            drain: settings.drain
        )
        let file = FileStore.NewFile(
            drop: drop,
            uploadPassword: TokenDigest(of: uploadPassword),
            deletePasswordHash: deletePasswordHash
        )
        try await files.insert(file, from: context.client)
        return Response(.ok, json: ["id": .string(id), "uploadpassword": .string(uploadPassword)])
    }

    /// When the file expires: as asked, but no later than the longest retention.
    private func expiry(_ value: JSONValue?, now: Timestamp) throws -> Timestamp? {
        let latest =
            settings.maxRetentionHours > 0 ? now.advanced(by: .seconds(3600 * settings.maxRetentionHours)) : nil
        guard let value else { return latest }
        guard let seconds = Self.seconds(value), seconds > now.seconds else { throw HushfileError.badRequest }
        let asked = Timestamp(milliseconds: seconds * 1000)
        return min(asked, latest ?? asked)
    }

    /// Whole seconds, held to a range whose milliseconds fit 64 bits.
    private static func seconds(_ value: JSONValue) -> Int64? {
        let most: Int64 = 1 << 50
        switch value {
        case .integer(let number): return min(number, most)
        case .double(let number): return number.isFinite ? Int64(max(-1, min(number, Double(most)))) : nil
        case .string(let text):
            guard !text.isEmpty, text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
                return nil
            }
            return min(Int64(text) ?? most, most)
        default: return nil
        }
    }

    private static func limit(_ value: JSONValue?) throws -> Int64? {
        let number: Int64?
        switch value {
        case nil: return nil
        case .integer(let integer): number = integer
        case .string(let text):
            let isDecimal = text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
            number = isDecimal ? Int64(text) : nil
        default: number = nil
        }
        guard let number, (1...largestLimit).contains(number) else { throw HushfileError.badRequest }
        return number
    }
}
