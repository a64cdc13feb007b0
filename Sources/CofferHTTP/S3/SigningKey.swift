import CofferCore
import Crypto

/// An access key with its secret, and the region and service it signs for (AWS Signature Version 4).
///
/// Its description names the access key and never the secret.
package struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
    package static let algorithm = "AWS4-HMAC-SHA256"

    package let accessKeyID: String
    package let region: String
    package let service: String
    private let secret: String

    package init(accessKeyID: String, secret: String, region: String, service: String = "s3") {
        self.accessKeyID = accessKeyID
        self.secret = secret
        self.region = region
        self.service = service
    }

    package var description: String { accessKeyID }
    package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }

    /// What a signature is valid for besides its request.
    func scope(on day: String) -> String {
        "\(day)/\(region)/\(service)/aws4_request"
    }

    /// The signature of a request, 64 lower-case hexadecimal digits.
    func signature(of request: CanonicalRequest, at time: SigningTime) -> String {
        let digest = Hex.encode(Array(SHA256.hash(data: Array(request.text.utf8))))
        let toSign = "\(Self.algorithm)\n\(time.text)\n\(scope(on: time.day))\n\(digest)"
        let signature = [time.day, region, service, "aws4_request", toSign].reduce(Array("AWS4\(secret)".utf8)) {
            Array(HMAC<SHA256>.authenticationCode(for: Array($1.utf8), using: SymmetricKey(data: $0)))
        }
        return Hex.encode(signature)
    }
}

/// The parts of a request that a signature covers, in the form in which it covers them.
struct CanonicalRequest {
    static let unsignedPayload = "UNSIGNED-PAYLOAD"

    /// A query parameter, both halves encoded.
    struct Parameter {
        let name: String
        let value: String

        /// Takes the halves as they are meant, not encoded.
        init(plain name: String, _ value: String) {
            self.name = AWSText.query(name.utf8)
            self.value = AWSText.query(value.utf8)
        }
    }

    let method: String
    /// Encoded.
    let path: String
    private let query: [Parameter]
    private let headers: [(name: String, value: String)]
    private let payload: String

    /// `payload`: the hexadecimal SHA-256 of the body, or ``unsignedPayload``.
    init(
        method: String,
        path: String,
        query: [Parameter],
        headers: [(name: String, value: String)],
        payload: String
    ) {
        self.method = method
        self.path = path
        // All is ASCII here, so the order of strings is the order of bytes.
        self.query = query.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        self.headers = headers.map { ($0.name.lowercased(), Self.folded($0.value)) }.sorted { $0.name < $1.name }
        self.payload = payload
    }

    var queryText: String { query.map { "\($0.name)=\($0.value)" }.joined(separator: "&") }

    /// The names of the headers that are signed, lower case, with semicolons between them.
    var signedHeaders: String { headers.map(\.name).joined(separator: ";") }

    var text: String {
        let lines = headers.map { "\($0.name):\($0.value)\n" }.joined()
        return "\(method)\n\(path)\n\(queryText)\n\(lines)\n\(signedHeaders)\n\(payload)"
    }

    /// Without blanks at the ends, and with one where several follow each other.
    private static func folded(_ value: String) -> String {
        value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}
