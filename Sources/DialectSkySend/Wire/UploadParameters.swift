import CofferCore
import CofferHTTP
import HTTPTypes

/// What every transport must say of an upload before its bytes, checked.
///
/// Source: SkySend contract, section 5.
struct UploadParameters: Sendable {
    let auth: TokenDigest
    let owner: TokenDigest
    let salt: [UInt8]
    let maxDownloads: Int64
    let expireSeconds: Int64
    let fileCount: Int64
    /// Bytes of the ciphertext.
    let size: Int64
    /// Nil for an upload without a password.
    let passwordSalt: [UInt8]?

    /// One value as it came.
    enum Field {
        case absent
        case text(String)
        case malformed
    }

    private static let headerNames: [String: HTTPField.Name] = [
        "authToken": .xAuthToken,
        "ownerToken": .xOwnerToken,
        "salt": HTTPField.Name(validated: "X-Salt"),
        "maxDownloads": HTTPField.Name(validated: "X-Max-Downloads"),
        "expireSec": HTTPField.Name(validated: "X-Expire-Sec"),
        "fileCount": .xFileCount,
        "hasPassword": HTTPField.Name(validated: "X-Has-Password"),
        "passwordSalt": HTTPField.Name(validated: "X-Password-Salt"),
        "passwordAlgo": HTTPField.Name(validated: "X-Password-Algo"),
    ]

    /// Reads the headers of an HTTP request.
    ///
    /// - Throws: ``SkySendError``.
    init(_ headers: HTTPFields, limits: FileSettings) throws {
        try self.init(limits: limits) { name in
            let value =
                name == "contentLength"
                ? headers[.xContentLength] ?? headers[.contentLength]
                : Self.headerNames[name].flatMap { headers[$0] }
            return value.map { .text($0) } ?? .absent
        }
    }

    /// Reads the members of a WebSocket init message: strings, numbers or booleans; null counts as absent.
    ///
    /// - Throws: ``SkySendError``.
    init(_ members: JSONValue, limits: FileSettings) throws {
        try self.init(limits: limits) { name in
            switch members[name] {
            case nil, .null: .absent
            case .string(let text): .text(text)
            case .integer(let number): .text(String(number))
            case .double(let number): .text(String(number))
            case .bool(let flag): .text(String(flag))
            case .array, .object: .malformed
            }
        }
    }

    /// The size that an upload's headers declare; nil when they declare none that could be meant.
    static func declaredSize(_ headers: HTTPFields) -> Int64? {
        positive(headers[.xContentLength] ?? headers[.contentLength] ?? "")
    }

    private init(limits: FileSettings, _ field: @escaping (String) -> Field) throws {
        var reader = FieldReader(field)
        let auth = reader.token("authToken")
        let owner = reader.token("ownerToken")
        let salt = reader.text("salt", isRequired: true)
        let maxDownloads = reader.integer("maxDownloads")
        let expireSeconds = reader.integer("expireSec")
        let fileCount = reader.integer("fileCount", default: 1)
        let size = reader.integer("contentLength")
        let hasPassword = reader.text("hasPassword") == "true"
        let passwordSalt = reader.text("passwordSalt").flatMap { $0.isEmpty ? nil : $0 }
        let algorithm = reader.text("passwordAlgo").flatMap { $0.isEmpty ? nil : $0 }
        if let algorithm, algorithm != PasswordAlgorithm.name {
            reader.note("passwordAlgo", "Must be \(PasswordAlgorithm.name)")
        }
        guard reader.problems.isEmpty, let auth, let owner, let salt, let maxDownloads, let expireSeconds,
            let fileCount, let size
        else { throw SkySendError.parameters(reader.problems) }
        self.auth = auth
        self.owner = owner
        self.maxDownloads = maxDownloads
        self.expireSeconds = expireSeconds
        self.fileCount = fileCount
        self.size = size
        self.salt = try Self.salt(salt, lengths: [32], name: "Salt", expectation: "exactly 32 bytes")
        try Self.judge(size: size, fileCount, expireSeconds, maxDownloads, limits)
        self.passwordSalt = try PasswordAlgorithm.salt(
            hasPassword: hasPassword,
            salt: passwordSalt,
            algorithm: algorithm,
            missing: "Password-protected uploads require X-Password-Salt and X-Password-Algo",
            isForced: limits.forcesPassword
        )
    }

    private static func judge(
        size: Int64,
        _ fileCount: Int64,
        _ expireSeconds: Int64,
        _ maxDownloads: Int64,
        _ limits: FileSettings
    ) throws {
        guard size <= limits.maxBytes else { throw SkySendError.fileTooLarge(limit: limits.maxBytes) }
        guard fileCount <= limits.maxFiles else {
            throw SkySendError.bad("Maximum \(limits.maxFiles) files per upload")
        }
        guard limits.expireSeconds.values.contains(Int(expireSeconds)) else {
            throw SkySendError.bad("Invalid expiry time. Must be one of the allowed options.")
        }
        guard limits.downloads.values.contains(Int(maxDownloads)) else {
            throw SkySendError.bad("Invalid download limit. Must be one of the allowed options.")
        }
    }

    /// Decodes a salt and judges its length, with the sentences that uploads and notes share.
    static func salt(_ text: String, lengths: [Int], name: String, expectation: String) throws -> [UInt8] {
        guard let bytes = Base64.decodeURL(text) else {
            throw SkySendError.bad("Invalid \(name.lowercased()) encoding")
        }
        guard lengths.contains(bytes.count) else { throw SkySendError.bad("\(name) must be \(expectation)") }
        return bytes
    }

    /// A whole number above 0 in digits alone; nil for anything else, and for more than 64 bits.
    static func positive(_ text: String) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let number = Int64(text), number > 0
        else { return nil }
        return number
    }
}

/// The one way of making keys of passwords that is spoken today.
enum PasswordAlgorithm {
    static let name = "argon2id-v2"

    /// The salt of a protected item; nil for one without a password.
    ///
    /// - Throws: ``SkySendError`` when what goes with a password is missing or wrong, or when the server demands one.
    static func salt(
        hasPassword: Bool,
        salt: String?,
        algorithm: String?,
        missing: String,
        isForced: Bool
    ) throws -> [UInt8]? {
        guard hasPassword else {
            if isForced { throw SkySendError.bad("Password is required by server policy") }
            return nil
        }
        guard let salt, algorithm != nil else { throw SkySendError.bad(missing) }
        return try UploadParameters.salt(salt, lengths: [16], name: "Password salt", expectation: "exactly 16 bytes")
    }
}

/// Reads fields one by one and gathers what is wrong with them.
private struct FieldReader {
    private let field: (String) -> UploadParameters.Field
    private(set) var problems: [FieldProblem] = []

    init(_ field: @escaping (String) -> UploadParameters.Field) {
        self.field = field
    }

    mutating func note(_ name: String, _ text: String) {
        problems.append(FieldProblem(field: name, text: text))
    }

    mutating func text(_ name: String, isRequired: Bool = false) -> String? {
        switch field(name) {
        case .text(let text) where !(text.isEmpty && isRequired): return text
        case .absent where !isRequired: return nil
        case .malformed: note(name, "Must be a string, number or boolean")
        case .absent, .text: note(name, "Required")
        }
        return nil
    }

    mutating func token(_ name: String) -> TokenDigest? {
        guard let text = text(name, isRequired: true) else { return nil }
        guard Token.isWellFormed(text), let digest = Token.digest(text) else {
            note(name, "Must be base64url of at most \(Token.maxLength) characters")
            return nil
        }
        return digest
    }

    mutating func integer(_ name: String, default fallback: Int64? = nil) -> Int64? {
        guard let text = text(name, isRequired: fallback == nil) else { return fallback }
        guard let number = UploadParameters.positive(text) else {
            note(name, "Must be a whole number above 0")
            return nil
        }
        return number
    }
}
