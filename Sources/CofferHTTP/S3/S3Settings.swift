package import CofferCore
import Foundation

/// The settings of the group `s3` (`COFFER_S3_…`), checked.
package struct S3Settings: Sendable {
    package let location: S3Location
    package let key: SigningKey
    package let timing: S3Timing
    /// Bytes of the parts in which larger objects are stored.
    package let partBytes: Int64
    package let cloudFront: CloudFrontSigner?

    package static let names = [
        "endpoint", "public_endpoint", "region", "bucket", "prefix", "path_style", "access_key_id", "secret_access_key",
        "part_bytes", "connect_timeout", "timeout", "cloudfront_url", "cloudfront_key_id",
        "cloudfront_private_key_file",
    ]

    /// S3 takes no smaller parts, but for the last one.
    private static let partRange = 5 * 1024 * 1024...512 * 1024 * 1024

    /// - Throws: ``SettingsGroup/Malformed``, also when a setting is missing that has no default.
    package init(_ group: SettingsGroup) throws {
        location = try Self.location(group)
        key = SigningKey(
            accessKeyID: try Self.required(group, "access_key_id", { $0.isEmpty ? nil : $0 }, "an access key"),
            secret: try Self.secret(group),
            region: try group.text("region", default: "us-east-1")
        )
        partBytes = Int64(try group.integer("part_bytes", default: 8 * 1024 * 1024, in: Self.partRange))
        timing = try Self.timing(group)
        cloudFront = try Self.cloudFront(group)
    }

    private static func location(_ group: SettingsGroup) throws -> S3Location {
        let endpointForm = "http:// or https:// and a host, without a path"
        let endpoint = try required(group, "endpoint", Self.endpoint, endpointForm)
        let publicEndpoint = try group.parsed(
            "public_endpoint",
            default: endpoint,
            expectation: endpointForm,
            Self.endpoint
        )
        let isPathStyle = try group.flag("path_style", default: false)
        let bucket = try required(
            group,
            "bucket",
            { isBucket($0, inHostName: !isPathStyle) ? $0 : nil },
            isPathStyle
                ? "a bucket's name"
                : "a bucket's name that can be part of a host name; set COFFER_S3_PATH_STYLE otherwise"
        )
        let prefix = try group.parsed(
            "prefix",
            default: "",
            expectation: "letters, digits and -._ in parts with slashes between them",
            Self.prefix
        )
        return S3Location(
            endpoint: endpoint,
            publicEndpoint: publicEndpoint,
            bucket: bucket,
            prefix: prefix,
            style: isPathStyle ? .path : .virtualHost
        )
    }

    private static func timing(_ group: SettingsGroup) throws -> S3Timing {
        var timing = S3Timing()
        timing.connect = .seconds(try group.integer("connect_timeout", default: 5, in: 1...300))
        timing.answer = .seconds(try group.integer("timeout", default: 15, in: 1...600))
        return timing
    }

    private static func cloudFront(_ group: SettingsGroup) throws -> CloudFrontSigner? {
        let names = ["cloudfront_url", "cloudfront_key_id", "cloudfront_private_key_file"]
        let given = try names.filter { try group.value($0).map { !$0.text.isEmpty } ?? false }
        guard !given.isEmpty else { return nil }
        let url = try required(group, names[0], cloudFrontURL, "https:// and a host, perhaps with a path")
        let keyID = try required(group, names[1], keyID, "the identifier of a public key at CloudFront")
        let path = try required(group, names[2], { $0.isEmpty ? nil : $0 }, "the path of a file")
        guard let bytes = FileManager.default.contents(atPath: path),
            let pem = String(validating: bytes, as: UTF8.self)
        else { throw SettingsGroup.Malformed("The CloudFront key \(path) cannot be read.") }
        do {
            return try CloudFrontSigner(base: url, keyID: keyID, privateKey: pem)
        } catch {
            throw SettingsGroup.Malformed("The CloudFront key \(path) cannot be used. \(error)")
        }
    }

    // MARK: Forms

    private static func required<Value>(
        _ group: SettingsGroup,
        _ name: String,
        _ parse: (String) -> Value?,
        _ expectation: String
    ) throws -> Value {
        guard let value = try group.value(name), !value.text.isEmpty else {
            throw SettingsGroup.Malformed(
                "Blobs are to be kept in S3, but COFFER_S3_\(name.uppercased()) is not set (“s3.\(name)” in the file)."
            )
        }
        guard let result = parse(value.text) else {
            throw SettingsGroup.Malformed("\(value.origin) is “\(value.text)”; it must be \(expectation).")
        }
        return result
    }

    /// Its text is in no message.
    private static func secret(_ group: SettingsGroup) throws -> String {
        let name = "secret_access_key"
        let text = try required(group, name, { $0 }, "a secret")
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw SettingsGroup.Malformed(
                "COFFER_S3_\(name.uppercased()) holds blanks or other characters that no secret has."
            )
        }
        return text
    }

    private static func endpoint(_ text: String) -> String? {
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let url = URLComponents(string: trimmed), url.scheme == "http" || url.scheme == "https",
            url.host?.isEmpty == false, url.path.isEmpty, url.query == nil, url.fragment == nil, url.user == nil
        else { return nil }
        return trimmed
    }

    private static func cloudFrontURL(_ text: String) -> String? {
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let url = URLComponents(string: trimmed), url.scheme == "https", url.host?.isEmpty == false,
            url.query == nil, url.fragment == nil, url.user == nil, !trimmed.contains("\"")
        else { return nil }
        return trimmed
    }

    private static func keyID(_ text: String) -> String? {
        let isGood = !text.isEmpty && text.utf8.allSatisfy { isLetterOrDigit($0) }
        return isGood ? text : nil
    }

    private static func isBucket(_ name: String, inHostName: Bool) -> Bool {
        let bytes = Array(name.utf8)
        guard (3...63).contains(bytes.count), let first = bytes.first, let last = bytes.last,
            isLetterOrDigit(first), isLetterOrDigit(last)
        else { return false }
        // A dot would make a host name that the certificate of the service does not cover.
        let others = inHostName ? "-" : "-._"
        return bytes.allSatisfy { byte in
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            return (isLetterOrDigit(byte) && !(inHostName && isUpper)) || others.utf8.contains(byte)
        }
    }

    private static func prefix(_ text: String) -> String? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: true)
        let isGood = parts.allSatisfy { part in
            part != "." && part != ".." && part.utf8.allSatisfy { isLetterOrDigit($0) || "-._".utf8.contains($0) }
        }
        guard isGood, text.utf8.count <= 200 else { return nil }
        return parts.isEmpty ? "" : parts.joined(separator: "/") + "/"
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
