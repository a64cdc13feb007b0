/// Where a bucket is, and how its objects are addressed.
package struct S3Location: Sendable {
    /// Names the bucket in the host name (`https://bucket.s3.example/key`) or in the path (`https://s3.example/bucket/key`).
    package enum Style: Sendable {
        case virtualHost
        case path
    }

    package let bucket: String
    /// What the keys of all objects of this server begin with; empty, or ends with a slash.
    package let prefix: String
    /// Scheme and authority of all requests.
    let base: String
    /// The same for the URLs that clients are given.
    let publicBase: String
    private let root: String

    /// `endpoint` and `publicEndpoint`: scheme and authority, without a slash at the end.
    package init(
        endpoint: String,
        publicEndpoint: String? = nil,
        bucket: String,
        prefix: String = "",
        style: Style = .virtualHost
    ) {
        self.bucket = bucket
        self.prefix = prefix
        let endpoints = [endpoint, publicEndpoint ?? endpoint]
        switch style {
        case .path:
            (base, publicBase) = (endpoints[0], endpoints[1])
            root = "/\(bucket)"
        case .virtualHost:
            let hosts = endpoints.map { endpoint in
                let scheme = endpoint.lowercased().hasPrefix("https://") ? "https://" : "http://"
                return "\(scheme)\(bucket).\(endpoint.dropFirst(scheme.count))"
            }
            (base, publicBase) = (hosts[0], hosts[1])
            root = ""
        }
    }

    /// The path of an object, not encoded.
    func path(of key: String) -> String { "\(root)/\(prefix)\(key)" }

    /// The path of the bucket itself.
    var bucketPath: String { root.isEmpty ? "/" : root }

    /// For sentences to the operator.
    var name: String { "bucket \(bucket) at \(base)" }
}
