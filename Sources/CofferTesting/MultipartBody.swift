/// Builds a `multipart/form-data` body the way curl does.
package struct MultipartBody: Sendable {
    package static let boundary = "------------------------5f0e2b7d9c1a4e38"
    private var content: [UInt8] = []

    package init() {}

    /// The value of the request's Content-Type header.
    package var contentType: String { "multipart/form-data; boundary=\(Self.boundary)" }

    package var bytes: [UInt8] { content + Array("--\(Self.boundary)--\r\n".utf8) }

    package func field(_ name: String, _ value: String) -> MultipartBody {
        part("Content-Disposition: form-data; name=\"\(name)\"", Array(value.utf8))
    }

    package func file(
        _ name: String,
        filename: String,
        type: String = "application/octet-stream",
        _ bytes: [UInt8]
    ) -> MultipartBody {
        part(
            "Content-Disposition: form-data; name=\"\(name)\"; filename=\"\(filename)\"\r\nContent-Type: \(type)",
            bytes
        )
    }

    /// A part with a head of the test's own.
    package func part(_ head: String, _ bytes: [UInt8]) -> MultipartBody {
        var copy = self
        copy.content += Array("--\(Self.boundary)\r\n\(head)\r\n\r\n".utf8) + bytes + Array("\r\n".utf8)
        return copy
    }
}
