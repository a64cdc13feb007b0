import AsyncHTTPClient
import CofferCore
import NIOHTTP1

/// What is in the bucket.
extension S3Client {
    /// A thousand objects at most, in the order of their keys.
    struct Page {
        let objects: [Listed]
        /// Where the next page goes on; nil when there is none.
        let next: String?
        /// The time at the store.
        let answeredAt: Timestamp
    }

    struct Listed {
        /// Without the location's prefix.
        let key: String
        let changedAt: Timestamp
        /// The identifier of an upload that is not complete; nil for an object.
        var upload: String?
    }

    /// Objects whose keys begin with `prefix`.
    func list(_ prefix: String, after token: String? = nil) async throws -> Page {
        let call = Call(
            action: "list objects",
            path: location.bucketPath,
            query: [("list-type", "2"), ("prefix", location.prefix + prefix)]
                + (token.map { [("continuation-token", $0)] } ?? [])
        )
        return try await perform(call) { response in
            try await expect([200], response, of: call)
            let root = try await document("ListBucketResult", response, of: call)
            let next = root.text(of: "NextContinuationToken")
            let isCut = root.text(of: "IsTruncated") == "true"
            guard !isCut || next?.isEmpty == false else { throw strange("no way to go on", in: call) }
            return Page(
                objects: try root.all("Contents").map { try listed($0, time: "LastModified", of: call) },
                next: isCut ? next : nil,
                answeredAt: Self.date(response) ?? now
            )
        }
    }

    /// Uploads that are not complete, of keys that begin with `prefix`; `next` is a key marker and an upload marker.
    func listUploads(_ prefix: String, after token: String? = nil) async throws -> Page {
        let markers = token?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? []
        let call = Call(
            action: "list uploads",
            path: location.bucketPath,
            query: [("uploads", ""), ("prefix", location.prefix + prefix)]
                + (markers.count == 2 ? [("key-marker", markers[0]), ("upload-id-marker", markers[1])] : [])
        )
        return try await perform(call) { response in
            try await expect([200], response, of: call)
            let root = try await document("ListMultipartUploadsResult", response, of: call)
            let marker = root.text(of: "NextKeyMarker") ?? ""
            let uploads = try root.all("Upload").map { element in
                var listed = try listed(element, time: "Initiated", of: call)
                guard let id = element.text(of: "UploadId") else { throw strange("no UploadId", in: call) }
                listed.upload = id
                return listed
            }
            let goesOn = root.text(of: "IsTruncated") == "true" && !marker.isEmpty
            return Page(
                objects: uploads,
                next: goesOn ? "\(marker)\n\(root.text(of: "NextUploadIdMarker") ?? "")" : nil,
                answeredAt: Self.date(response) ?? now
            )
        }
    }

    private func listed(_ element: XMLElement, time: String, of call: Call) throws -> Listed {
        guard let key = element.text(of: "Key"), key.hasPrefix(location.prefix),
            let changedAt = element.text(of: time).flatMap(Self.time)
        else { throw strange("no key, or no time", in: call) }
        return Listed(key: String(key.dropFirst(location.prefix.count)), changedAt: changedAt)
    }

    /// `2009-10-12T17:50:30.000Z`, the fraction dropped.
    static func time(_ text: String) -> Timestamp? {
        let basic = text.prefix { $0 != "." && $0 != "Z" }.filter { $0 != "-" && $0 != ":" }
        return SigningTime(basic + "Z").map { Timestamp(milliseconds: $0.seconds * 1000) }
    }

    /// The `Date` header: `Tue, 27 Mar 2007 19:36:42 GMT`.
    static func date(_ response: HTTPClientResponse) -> Timestamp? {
        let words = response.headers.first(name: "date")?.split(separator: " ").map(String.init) ?? []
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 6, let month = months.firstIndex(of: words[2]), words[5] == "GMT" else { return nil }
        let two = { (text: String) in text.utf8.count == 1 ? "0\(text)" : text }
        let day = "\(words[3])\(two(String(month + 1)))\(two(words[1]))"
        return SigningTime("\(day)T\(words[4].filter { $0 != ":" })Z").map {
            Timestamp(milliseconds: $0.seconds * 1000)
        }
    }
}
