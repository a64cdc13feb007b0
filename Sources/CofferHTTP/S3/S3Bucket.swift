package import CofferCore

/// Objects that clients put and get at an S3 service themselves.
package struct S3Bucket: ObjectBucket {
    private let client: S3Client
    private let cloudFront: CloudFrontSigner?
    private let clock: any WallClock

    /// `cloudFront`: signs the links for reading; without it they lead to the bucket itself.
    ///
    /// `clock`: the real time of day, which S3 and CloudFront compare with.
    package init(client: S3Client, cloudFront: CloudFrontSigner?, clock: any WallClock) {
        self.client = client
        self.cloudFront = cloudFront
        self.clock = clock
    }

    package func putURL(_ key: String, seconds: Int) async throws -> String {
        presigned("PUT", key, operation: "PutObject", seconds: seconds)
    }

    package func getURL(_ key: String, seconds: Int) async throws -> String {
        guard let cloudFront else { return presigned("GET", key, operation: "GetObject", seconds: seconds) }
        return try cloudFront.url(for: client.location.prefix + key, seconds: seconds, at: clock.now)
    }

    private func presigned(_ method: String, _ key: String, operation: String, seconds: Int) -> String {
        PresignedURL.sign(
            method: method,
            base: client.location.publicBase,
            path: client.location.path(of: key),
            query: [("x-id", operation)],
            seconds: seconds,
            at: clock.now,
            key: client.key
        )
    }

    package func size(of key: String) async throws -> Int64? {
        try await client.size(of: key)
    }

    package func erase(_ key: String) async throws {
        try await client.delete(key)
    }
}
