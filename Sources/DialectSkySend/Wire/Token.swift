import CofferCore
import CofferHTTP
import HTTPTypes

/// The owner and auth tokens that clients derive: base64url text, stored as the digest of what it decodes to.
enum Token {
    static let maxLength = 128

    /// Whether a token may be stored: unpadded base64url, 1 to 128 characters.
    static func isWellFormed(_ text: String) -> Bool {
        text.utf8.count <= maxLength && !text.utf8.contains(UInt8(ascii: "=")) && Base64.decodeURL(text) != nil
    }

    /// The digest under which a token is stored and compared; padding makes no difference.
    ///
    /// - Returns: nil when the text is not base64url.
    static func digest(_ text: String) -> TokenDigest? {
        guard let bytes = Base64.decodeURL(text) else { return nil }
        // A single digit decodes to nothing; such tokens are told apart by their text.
        return bytes.isEmpty ? TokenDigest(of: "text:" + text) : TokenDigest(of: bytes)
    }
}

extension HTTPField.Name {
    static let xAuthToken = HTTPField.Name(validated: "X-Auth-Token")
    static let xOwnerToken = HTTPField.Name(validated: "X-Owner-Token")
    static let xContentLength = HTTPField.Name(validated: "X-Content-Length")
    static let xFileCount = HTTPField.Name(validated: "X-File-Count")
}
