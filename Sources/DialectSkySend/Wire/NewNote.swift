import CofferCore
import CofferHTTP
import NIOCore

/// A note as its creator sent it, checked.
///
/// Source: SkySend contract, section 9.
struct NewNote: Sendable {
    static let contentTypes = ["text", "password", "code", "markdown", "sshkey", "blocks"]
    private static let overheadBytes: Int64 = 256

    let ciphertext: ByteBuffer
    let nonce: [UInt8]
    let salt: [UInt8]
    let auth: TokenDigest
    let owner: TokenDigest
    let contentType: String
    let maxViews: Int64
    let expireSeconds: Int64
    let passwordSalt: [UInt8]?

    /// - Throws: ``SkySendError``, for the first thing that is wrong in the contract's order.
    init(_ body: JSONValue, limits: NoteSettings) throws {
        let members = try NoteMembers(body)
        let bytes = Base64.decodeLenient(members.content)
        guard !bytes.isEmpty else {
            throw SkySendError.noteFields([FieldProblem(field: "encryptedContent", text: "Must be base64")])
        }
        guard Int64(bytes.count) <= limits.maxBytes + Self.overheadBytes else { throw SkySendError.noteTooLarge }
        ciphertext = ByteBuffer(bytes: bytes)
        salt = try UploadParameters.salt(
            members.salt,
            lengths: [16, 32],
            name: "Salt",
            expectation: "16 or 32 bytes"
        )
        nonce = Base64.decodeLenient(members.nonce)
        guard nonce.count == 12 else { throw SkySendError.bad("Nonce must be exactly 12 bytes") }
        guard limits.expireSeconds.values.contains(Int(members.expireSeconds)) else {
            throw SkySendError.bad("Invalid expiry time. Must be one of the allowed options.")
        }
        guard limits.views.values.contains(Int(members.maxViews)) else {
            throw SkySendError.bad("Invalid view limit. Must be one of the allowed options.")
        }
        passwordSalt = try PasswordAlgorithm.salt(
            hasPassword: members.hasPassword,
            salt: members.passwordSalt,
            algorithm: members.algorithm,
            missing: "Password-protected notes require passwordSalt and passwordAlgo",
            isForced: limits.forcesPassword
        )
        auth = members.auth
        owner = members.owner
        contentType = members.contentType
        maxViews = members.maxViews
        expireSeconds = members.expireSeconds
    }
}

/// The members of a new note, each of its type; what they mean is not judged.
private struct NoteMembers {
    let content: String
    let nonce: String
    let salt: String
    let auth: TokenDigest
    let owner: TokenDigest
    let contentType: String
    let maxViews: Int64
    let expireSeconds: Int64
    let hasPassword: Bool
    let passwordSalt: String?
    let algorithm: String?

    /// - Throws: ``SkySendError/noteFields(_:)``.
    init(_ body: JSONValue) throws {
        var members = MemberReader(body)
        let content = members.text("encryptedContent")
        let nonce = members.text("nonce", mayBeEmpty: true)
        let salt = members.text("salt")
        let owner = members.token("ownerToken")
        let auth = members.token("authToken")
        let contentType = members.text("contentType")
        if let contentType, !NewNote.contentTypes.contains(contentType) {
            members.note("contentType", "Must be one of \(NewNote.contentTypes.joined(separator: ", "))")
        }
        let maxViews = members.integer("maxViews", atLeast: 0)
        let expireSeconds = members.integer("expireSec", atLeast: 1)
        hasPassword = members.flag("hasPassword")
        passwordSalt = members.optionalText("passwordSalt")
        algorithm = members.optionalText("passwordAlgo")
        if let algorithm, algorithm != PasswordAlgorithm.name {
            members.note("passwordAlgo", "Must be \(PasswordAlgorithm.name)")
        }
        guard members.problems.isEmpty, let content, let nonce, let salt, let owner, let auth, let contentType,
            let maxViews, let expireSeconds
        else { throw SkySendError.noteFields(members.problems) }
        self.content = content
        self.nonce = nonce
        self.salt = salt
        self.auth = auth
        self.owner = owner
        self.contentType = contentType
        self.maxViews = maxViews
        self.expireSeconds = expireSeconds
    }
}

/// Reads the members of a JSON object one by one and gathers what is wrong with them.
struct MemberReader {
    private let body: JSONValue
    private(set) var problems: [FieldProblem] = []

    init(_ body: JSONValue) {
        self.body = body
    }

    mutating func note(_ name: String, _ text: String) {
        problems.append(FieldProblem(field: name, text: text))
    }

    mutating func text(_ name: String, mayBeEmpty: Bool = false) -> String? {
        guard case .string(let text)? = body[name], mayBeEmpty || !text.isEmpty else {
            note(name, body[name] == nil ? "Required" : "Must be a string with something in it")
            return nil
        }
        return text
    }

    /// Text of 1 to `most` characters, as JavaScript counts them.
    mutating func text(_ name: String, upTo most: Int) -> String? {
        guard let text = text(name) else { return nil }
        guard text.utf16.count <= most else {
            note(name, "Must have at most \(most) characters")
            return nil
        }
        return text
    }

    mutating func optionalText(_ name: String) -> String? {
        switch body[name] {
        case nil, .null: return nil
        case .string(let text): return text.isEmpty ? nil : text
        default:
            note(name, "Must be a string")
            return nil
        }
    }

    mutating func token(_ name: String) -> TokenDigest? {
        guard let text = text(name) else { return nil }
        guard Token.isWellFormed(text), let digest = Token.digest(text) else {
            note(name, "Must be base64url of at most \(Token.maxLength) characters")
            return nil
        }
        return digest
    }

    mutating func integer(_ name: String, atLeast least: Int64) -> Int64? {
        guard case .integer(let number)? = body[name], number >= least, number < 1 << 53 else {
            note(name, body[name] == nil ? "Required" : "Must be a whole number, \(least) or more")
            return nil
        }
        return number
    }

    mutating func flag(_ name: String) -> Bool {
        switch body[name] {
        case nil: return false
        case .bool(let flag): return flag
        default:
            note(name, "Must be true or false")
            return false
        }
    }
}
