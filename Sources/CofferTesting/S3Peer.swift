import Foundation

/// A real S3 service that a system test has started for the Swift tests; `COFFER_TEST_S3` names a file about it.
package struct S3Peer: Decodable, Sendable {
    /// A URL that another implementation signed.
    package struct Signed: Decodable, Sendable {
        package let method: String
        package let key: String
        package let url: String
    }

    package let endpoint: String
    package let bucket: String
    package let key: String
    package let secret: String
    package let boto: [Signed]

    /// Settings of a server that keeps every blob in the service, under a prefix for its data directory.
    package func settings(for dataPath: String) -> [String: String] {
        [
            "COFFER_BLOBS": "s3",
            "COFFER_INLINE_BYTES": "0",
            "COFFER_S3_ENDPOINT": endpoint,
            "COFFER_S3_BUCKET": bucket,
            "COFFER_S3_ACCESS_KEY_ID": key,
            "COFFER_S3_SECRET_ACCESS_KEY": secret,
            "COFFER_S3_PATH_STYLE": "true",
            "COFFER_S3_PREFIX": "servers/\(dataPath.split(separator: "/").joined(separator: "-"))",
        ]
    }

    /// The service; nil when there is none.
    package static let current: S3Peer? = {
        guard let path = ProcessInfo.processInfo.environment["COFFER_TEST_S3"],
            let bytes = FileManager.default.contents(atPath: path)
        else { return nil }
        return try? JSONDecoder().decode(S3Peer.self, from: bytes)
    }()
}
